namespace Nitro.Models.Train;

/// <summary>What the program ends with.</summary>
internal enum ExitCode
{
    /// <summary>Done.</summary>
    Done = 0,

    /// <summary>The accuracy is too low, or the file is not what training gives.</summary>
    Refused = 1,

    /// <summary>Arguments that make no sense, or a file that cannot be read.</summary>
    Usage = 2,

    /// <summary>The file cannot be written.</summary>
    Environment = 3,
}

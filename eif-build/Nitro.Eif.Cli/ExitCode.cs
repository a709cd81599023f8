namespace Nitro.Eif.Cli;

/// <summary>What the process returns.</summary>
internal static class ExitCode
{
    /// <summary>The work was done; what was asked about is as it should be.</summary>
    public const int Done = 0;

    /// <summary>The image is refused, its signature does not hold, or two images differ.</summary>
    public const int Refused = 1;

    /// <summary>The command line or an input cannot be used.</summary>
    public const int Usage = 2;

    /// <summary>The environment: no permission, a disk that fails.</summary>
    public const int Environment = 3;

    /// <summary>It was stopped by a signal, and has left nothing behind; what a shell gives for Ctrl-C.</summary>
    public const int Stopped = 130;
}

namespace Nitro.Host;

/// <summary>What the process returns.</summary>
internal static class ExitCode
{
    /// <summary>It was stopped as asked.</summary>
    public const int Done = 0;

    /// <summary>The command line cannot be used.</summary>
    public const int Usage = 2;

    /// <summary>The environment: a store or an address that cannot be used.</summary>
    public const int Environment = 3;
}

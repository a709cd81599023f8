namespace Nitro.Verifier.Cli;

/// <summary>What the process returns.</summary>
internal static class ExitCode
{
    /// <summary>Everything was verified, or the work was done.</summary>
    public const int Done = 0;

    /// <summary>The checks refused something.</summary>
    public const int Refused = 1;

    /// <summary>The command line, the policy or an input cannot be used.</summary>
    public const int Usage = 2;

    /// <summary>The environment: no permission, a device or disk that fails.</summary>
    public const int Environment = 3;
}

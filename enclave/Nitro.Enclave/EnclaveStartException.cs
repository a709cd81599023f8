namespace Nitro.Enclave;

/// <summary>Why an enclave refuses to start: one line that says what, what was expected, what was found and what to do.</summary>
public sealed class EnclaveStartException : Exception
{
    /// <summary>The exit code of wrong usage and of files that cannot be read.</summary>
    public const int UsageExitCode = 2;

    /// <summary>The exit code of an environment that lacks something: a device, a permission, a free address.</summary>
    public const int EnvironmentExitCode = 3;

    private EnclaveStartException(int exitCode, string message, Exception? inner)
        : base(message, inner)
    {
        ExitCode = exitCode;
    }

    /// <summary>What the process ends with: 2 or 3.</summary>
    public int ExitCode { get; }

    /// <summary>The caller asked for something that cannot be: a setting out of range, a model that cannot be loaded.</summary>
    public static EnclaveStartException Usage(string message, Exception? inner = null) => new(UsageExitCode, message, inner);

    /// <summary>The environment does not give what an enclave needs.</summary>
    public static EnclaveStartException Environment(string message, Exception? inner = null) => new(EnvironmentExitCode, message, inner);
}

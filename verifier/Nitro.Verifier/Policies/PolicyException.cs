namespace Nitro.Verifier;

/// <summary>A policy that cannot be used: unreadable, contradictory, never satisfiable, or checking nothing. The message says where and why.</summary>
public sealed class PolicyException : Exception
{
    /// <summary>Makes the exception without a message of its own.</summary>
    public PolicyException()
        : base("The policy cannot be used.")
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public PolicyException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and a cause.</summary>
    public PolicyException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

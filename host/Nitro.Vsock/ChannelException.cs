namespace Nitro.Vsock;

/// <summary>A channel could not be opened. The message names the address, the cause and what to do.</summary>
public sealed class ChannelException : IOException
{
    /// <summary>Makes the exception without a message of its own.</summary>
    public ChannelException()
        : base("A channel could not be opened.")
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public ChannelException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and a cause.</summary>
    public ChannelException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

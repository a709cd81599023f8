namespace Nitro.Host.Gateway;

/// <summary>Ends a request with a status and one sentence for the caller.</summary>
internal sealed class GatewayException(int status, string message, Exception? cause = null) : Exception(message, cause)
{
    public int Status { get; } = status;
}

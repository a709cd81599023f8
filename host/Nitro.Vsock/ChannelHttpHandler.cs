using System.Net;

namespace Nitro.Vsock;

/// <summary>An HTTP handler whose connections go to one channel address, whatever host a request's URI names.</summary>
public static class ChannelHttpHandler
{
    /// <summary>How long a connection may take to open, unless said otherwise.</summary>
    public static readonly TimeSpan DefaultConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Makes a handler, which the caller owns. Thread-safe, as every handler is. No proxy, no cookies, no redirects, no decompression.</summary>
    /// <param name="address">Where to connect.</param>
    /// <param name="connectTimeout">How long a connection may take to open; null for <see cref="DefaultConnectTimeout"/>.</param>
    public static SocketsHttpHandler Create(ChannelAddress address, TimeSpan? connectTimeout = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        var timeout = connectTimeout ?? DefaultConnectTimeout;
        return new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) => await Channel.ConnectAsync(address, timeout, cancel).ConfigureAwait(false),
            ConnectTimeout = timeout + TimeSpan.FromSeconds(1),
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        };
    }
}

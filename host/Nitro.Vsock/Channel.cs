using System.Net.Sockets;

namespace Nitro.Vsock;

/// <summary>Byte streams between an enclave and its host.</summary>
public static class Channel
{
    /// <summary>Opens a stream whose writes are capped. Disposing it closes the connection.</summary>
    /// <param name="address">Where to connect.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ChannelException">There is no connection; the message says why and what to do.</exception>
    public static async ValueTask<Stream> ConnectAsync(ChannelAddress address, TimeSpan timeout, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(address);
        var socket = await ChannelSocket.ConnectAsync(address, timeout, cancel).ConfigureAwait(false);
        return new CappedWriteStream(new NetworkStream(socket, ownsSocket: true));
    }
}

using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Nitro.Vsock;

/// <summary>Accepts a channel's connections for Kestrel.</summary>
internal sealed class ChannelConnectionListener(ChannelListener listener, EndPoint endPoint) : IConnectionListener
{
    public EndPoint EndPoint => endPoint;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        var socket = await listener.AcceptSocketAsync(cancellationToken).ConfigureAwait(false);
        return socket is null ? null : ChannelConnection.Start(socket, endPoint);
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        listener.Dispose();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        listener.Dispose();
        return ValueTask.CompletedTask;
    }
}

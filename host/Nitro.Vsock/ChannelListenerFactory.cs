using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Nitro.Vsock;

/// <summary>Binds channel endpoints for Kestrel and leaves every other endpoint to Kestrel's own transport.</summary>
internal sealed class ChannelListenerFactory : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is ChannelEndPoint;

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => endpoint is ChannelEndPoint channel
        ? new ChannelConnectionListener(await ChannelListener.BindAsync(channel.Address, cancellationToken).ConfigureAwait(false), channel)
        : throw new NotSupportedException($"{endpoint} is no channel.");
}

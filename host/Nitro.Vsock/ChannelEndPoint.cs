using System.Net;

namespace Nitro.Vsock;

/// <summary>A channel address as Kestrel's endpoint: it is what tells our transport from Kestrel's own. Immutable.</summary>
internal sealed class ChannelEndPoint(ChannelAddress address) : EndPoint
{
    public ChannelAddress Address { get; } = address;

    public override string ToString() => Address.ToString();
}

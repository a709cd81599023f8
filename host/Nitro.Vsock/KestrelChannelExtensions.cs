using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Nitro.Vsock;

/// <summary>Lets Kestrel listen on channels, beside whatever else it listens on.</summary>
public static class KestrelChannelExtensions
{
    /// <summary>Adds the transport for channels; call it once, then <see cref="ListenChannel"/>.</summary>
    public static IWebHostBuilder UseChannels(this IWebHostBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.ConfigureServices(services => services.AddSingleton<IConnectionListenerFactory, ChannelListenerFactory>());
    }

    /// <summary>Listens on a channel.</summary>
    /// <param name="options">Kestrel's options.</param>
    /// <param name="address">The address; <c>vsock:any:PORT</c> for every context id of this machine.</param>
    /// <param name="configure">What the endpoint speaks; HTTP/1.1 unless said otherwise.</param>
    public static void ListenChannel(this KestrelServerOptions options, ChannelAddress address, Action<ListenOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(address);
        options.Listen(new ChannelEndPoint(address), listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            configure?.Invoke(listen);
        });
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Nitro.Vsock;

namespace Nitro.Enclave.Http;

/// <summary>
/// Kestrel over one channel address, with limits, and nothing else: no configuration, environment variable or file of the web framework is
/// read.
/// </summary>
internal sealed class EnclaveServer : IAsyncDisposable
{
    /// <summary>Bytes of a request's line: a path of names and a nonce is far shorter.</summary>
    private const int MaximumRequestLine = 4 << 10;

    /// <summary>Bytes of all of a request's headers, and how many there may be.</summary>
    private const int MaximumHeaders = 16 << 10;
    private const int MaximumHeaderCount = 64;

    /// <summary>How slow a body may come and an answer may be taken, after a grace period, in bytes per second.</summary>
    private const double MinimumRate = 16 << 10;

    private static readonly TimeSpan RateGrace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan HeadersTime = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan ShutdownTime = TimeSpan.FromSeconds(10);

    private readonly WebApplication _application;

    private EnclaveServer(WebApplication application) => _application = application;

    /// <summary>Opens the socket and serves.</summary>
    /// <exception cref="EnclaveStartException">The address cannot be listened at.</exception>
    public static async Task<EnclaveServer> StartAsync(
        ChannelAddress address, EnclaveRouter router, EnclaveSettings settings, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTime);
        builder.WebHost.UseKestrelCore().UseChannels().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxConcurrentConnections = 4L * settings.MaximumRequests;
            options.Limits.MaxRequestLineSize = MaximumRequestLine;
            options.Limits.MaxRequestHeadersTotalSize = MaximumHeaders;
            options.Limits.MaxRequestHeaderCount = MaximumHeaderCount;

            // Bodies are limited where they are read, with an answer that says so.
            options.Limits.MaxRequestBodySize = null;
            options.Limits.MinRequestBodyDataRate = new MinDataRate(MinimumRate, RateGrace);
            options.Limits.MinResponseDataRate = new MinDataRate(MinimumRate, RateGrace);
            options.Limits.RequestHeadersTimeout = HeadersTime;
            options.Limits.KeepAliveTimeout = IdleTime;
            options.ListenChannel(address);
        });
        var application = builder.Build();
        application.Run(router.HandleAsync);
        try
        {
            await application.StartAsync(cancellation).ConfigureAwait(false);
            return new EnclaveServer(application);
        }
        catch (Exception exception)
        {
            await application.DisposeAsync().ConfigureAwait(false);
            if (exception is IOException or System.Net.Sockets.SocketException or UnauthorizedAccessException or InvalidOperationException)
            {
                throw EnclaveStartException.Environment($"The enclave cannot listen at {address}: {PlainText.Of(exception)}", exception);
            }

            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync().ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
    }
}

using System.Net;
using System.Net.Sockets;

namespace Nitro.Harness;

/// <summary>The host's gateway as its own process, listening on a free port of the loopback.</summary>
public sealed class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly ChildProcess _process;

    private HostProcess(ChildProcess process, Uri address)
    {
        _process = process;
        Address = address;
    }

    /// <summary>Where callers reach it.</summary>
    public Uri Address { get; }

    /// <summary>The process itself.</summary>
    public ChildProcess Process => _process;

    /// <summary>Starts one and waits until it listens.</summary>
    /// <param name="enclave">The enclave's address.</param>
    /// <param name="store">The folder of its evidence store.</param>
    /// <param name="options">Further options of the command line.</param>
    /// <param name="cancel">Gives up waiting and stops it.</param>
    public static async Task<HostProcess> StartAsync(string enclave, string store, IEnumerable<string> options, CancellationToken cancel)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        string[] arguments = ["serve", "--enclave", enclave, "--listen", address.GetLeftPart(UriPartial.Authority), "--store", store, .. options];
        return new HostProcess(await ChildProcess.StartAsync("the host", Executables.Host, arguments, "ready", StartTimeout, cancel), address);
    }

    /// <summary>A caller's client.</summary>
    public HttpClient CreateClient() => new() { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(2) };

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

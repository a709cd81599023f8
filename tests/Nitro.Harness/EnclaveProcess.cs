using Nitro.Vsock;

namespace Nitro.Harness;

/// <summary>A simulated enclave as its own process, listening on a Unix socket.</summary>
public sealed class EnclaveProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly ChildProcess _process;

    private EnclaveProcess(ChildProcess process, string socket)
    {
        _process = process;
        Address = "unix:" + socket;
    }

    /// <summary>The address it listens on.</summary>
    public string Address { get; }

    /// <summary>The process itself.</summary>
    public ChildProcess Process => _process;

    /// <summary>Starts one and waits until it answers.</summary>
    /// <param name="socket">The path of its Unix socket.</param>
    /// <param name="pki">The folder of its simulated PKI, made when absent.</param>
    /// <param name="models">NAME:VERSION=PATH of each model.</param>
    /// <param name="options">Further options of the command line.</param>
    /// <param name="cancel">Gives up waiting and stops it.</param>
    public static async Task<EnclaveProcess> StartAsync(string socket, string pki, IEnumerable<string> models, IEnumerable<string> options, CancellationToken cancel)
    {
        string[] arguments = ["--listen", "unix:" + socket, "--pki", pki, "--measurements", MeasurementsFile(pki), .. models.SelectMany(model => new[] { "--model", model }), .. options];
        return new EnclaveProcess(await ChildProcess.StartAsync("the enclave", Executables.SimulatedEnclave, arguments, "ready", StartTimeout, cancel), socket);
    }

    /// <summary>Where a started enclave leaves its image's measurements, as nitro-cli prints them.</summary>
    public static string MeasurementsFile(string pki) => pki + ".measurements.json";

    /// <summary>A client that speaks to the enclave itself, without a host between.</summary>
    public HttpClient CreateClient() => new(ChannelHttpHandler.Create(ChannelAddress.Parse(Address))) { BaseAddress = new Uri("http://enclave/") };

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();
}

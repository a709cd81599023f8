using Nitro.Attestation.Claims;
using Nitro.Attestation.Documents;
using Nitro.Enclave.Boot;
using Nitro.Enclave.Http;
using Nitro.Enclave.Models;
using Nitro.Enclave.Sessions;
using Nitro.Nsm;
using Nitro.Vsock;

namespace Nitro.Enclave;

/// <summary>
/// A running enclave: models loaded, measured and locked, a session that can sign, and the Open Inference Protocol served. Disposing it
/// stops it.
/// </summary>
/// <remarks>
/// The order of the start is part of what a verifier relies on: the NSM is opened and describes itself; the kernel's pool is seeded; the
/// models are loaded and the effective settings fixed; PCR16 and PCR17 are extended with both and locked; the session key is made and
/// vouched for; and only then a socket is opened. Any failure ends the start.
/// </remarks>
public sealed class EnclaveWorkload : IAsyncDisposable
{
    private NsmClient? _nsm;
    private ModelCatalog? _models;
    private SessionKeeper? _sessions;
    private EnclaveServer? _server;
    private int _disposed;

    private EnclaveWorkload()
    {
    }

    /// <summary>The models served, as PCR16 and every session statement bind them.</summary>
    public ModelManifest Manifest => _models!.Manifest;

    /// <summary>The effective settings, as PCR17 and every session statement bind them.</summary>
    public EnclaveConfiguration Configuration { get; private set; } = null!;

    /// <summary>Starts an enclave.</summary>
    /// <param name="settings">What it is told.</param>
    /// <param name="address">Where it listens.</param>
    /// <param name="environment">What it has around it.</param>
    /// <param name="cancellation">Gives the start up.</param>
    /// <exception cref="EnclaveStartException">Anything is not as it must be.</exception>
    public static async Task<EnclaveWorkload> StartAsync(
        EnclaveSettings settings, ChannelAddress address, EnclaveEnvironment environment, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(environment);
        settings.Check();
        var enclave = new EnclaveWorkload();
        try
        {
            await enclave.BootAsync(settings, address, environment, cancellation).ConfigureAwait(false);
            return enclave;
        }
        catch
        {
            await enclave.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Stops serving, lets the requests under way end, destroys the session key and closes the NSM.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        if (_server is not null)
        {
            await _server.DisposeAsync().ConfigureAwait(false);
        }

        if (_sessions is not null)
        {
            await _sessions.DisposeAsync().ConfigureAwait(false);
        }

        _models?.Dispose();
        _nsm?.Dispose();
    }

    private async Task BootAsync(
        EnclaveSettings settings, ChannelAddress address, EnclaveEnvironment environment, CancellationToken cancellation)
    {
        var (time, log) = (environment.Time, environment.Log);
        (_nsm, var description) = MeasuredBoot.Open(environment.OpenNsm);
        var (major, minor, patch) = (description.VersionMajor, description.VersionMinor, description.VersionPatch);
        log.Information($"NSM {major}.{minor}.{patch}, module {description.ModuleId}");
        MeasuredBoot.SeedKernel(_nsm, environment.KernelPool);

        OnnxProcess.Start(settings.ModelMemoryMiB);
        _models = ModelCatalog.Load(settings.Models, settings.Threads, environment.ReadFile);
        foreach (var model in _models.Models)
        {
            log.Information($"model {model.Name} version {model.Version}, digest {model.Digest}");
        }

        Configuration = settings.ToConfiguration(OnnxProcess.Version);
        MeasuredBoot.Measure(_nsm, _models.Manifest, Configuration);
        log.Information($"configuration, digest {Configuration.Digest}");

        var attester = new NsmAttester(_nsm, _models.Manifest, Configuration, settings.MaximumAttestations, time);
        _sessions = await SessionKeeper.StartAsync(attester, _models.Manifest, Configuration, settings, time, log, cancellation)
            .ConfigureAwait(false);
        LogMeasurements(_sessions.Current.Bytes.Span, log);
        if (!UnverifiedDocument.TryParse(_sessions.Current.Bytes.Span, out var document, out var unsigned))
        {
            log.Warning($"this NSM signs nothing ({unsigned}): it is an emulated one, and no verifier accepts what this enclave answers");
        }
        else if (document!.Pcrs.ShowDebugMode)
        {
            log.Warning("the enclave runs in debug mode: its PCR0 to PCR2 are zero, and no policy should accept what it signs");
        }

        var inference = new InferenceEndpoint(_sessions, _models.Manifest, Configuration, settings, time);
        var router = new EnclaveRouter(_models, Configuration, _sessions, inference, settings, time, log);
        _server = await EnclaveServer.StartAsync(address, router, settings, cancellation).ConfigureAwait(false);
        log.Information($"listening at {address}");
    }

    /// <summary>
    /// What the image was measured as, of its own first document, so that whoever reads the console can hold it against the build's.
    /// </summary>
    private static void LogMeasurements(ReadOnlySpan<byte> bytes, EnclaveLog log)
    {
        // Who signed it is for verifiers to judge: above an emulated NSM these are the only measurements that anybody sees.
        if (!UnverifiedDocument.TryParseAnyEnvelopeUnsafe(bytes, out var document, out _))
        {
            return;
        }

        foreach (var index in MeasuredBoot.ImagePcrs)
        {
            if (document!.Pcrs.TryGet(index, out var value) && (index != MeasuredBoot.SignerPcr || value != default))
            {
                log.Information($"PCR{index} {value}");
            }
        }
    }
}

using System.CommandLine;
using System.Globalization;
using Nitro.Attestation.Cose;
using Nitro.Enclave.Models;
using Nitro.Vsock;

namespace Nitro.Enclave.Hosting;

/// <summary>
/// The options that every enclave executable has, and the settings that they make. An option file is given as <c>@FILE</c>, one token a
/// line.
/// </summary>
public sealed class EnclaveOptions
{
    private static readonly EnclaveSettings Defaults = new() { Models = [] };

    private readonly Option<string> _listen = new("--listen")
    {
        Description = "Where to listen: vsock:any:PORT in an enclave, unix:PATH in a simulation.",
        HelpName = "ADDRESS",
        Required = true,
    };

    private readonly Option<string[]> _models = new("--model")
    {
        Description = "A model to serve, once for each. Without a version it has version 1; callers who name none get the highest.",
        HelpName = ModelSource.Syntax,
        Required = true,
    };

    private readonly Option<string> _algorithm = new("--algorithm")
    {
        Description = "What the session key signs with: ES256 or ES384.",
        HelpName = "NAME",
        DefaultValueFactory = _ => Defaults.Algorithm.Name(),
    };

    private readonly Option<int> _threads =
        Number("--threads", "COUNT", "Threads of one run of a model; sums over floats can depend on it.", Defaults.Threads);

    private readonly Option<int> _modelMemory =
        Number("--model-memory", "MIB", "Memory for the weights and runs of all models together.", Defaults.ModelMemoryMiB);

    private readonly Option<int> _maximumBody =
        Number("--max-body", "BYTES", "The most bytes of a request's body.", Defaults.MaximumBodyBytes);

    private readonly Option<int> _maximumTensors =
        Number("--max-tensors", "BYTES", "The most bytes of a request's or an answer's tensors.", Defaults.MaximumTensorBytes);

    private readonly Option<int> _concurrentRuns =
        Number("--concurrent-runs", "COUNT", "How many models run at once.", Defaults.ConcurrentRuns);

    private readonly Option<int> _maximumRequests =
        Number("--max-requests", "COUNT", "How many requests are held at once; more get 503.", Defaults.MaximumRequests);

    private readonly Option<int> _requestMemory =
        Number("--request-memory", "MIB", "Memory for bodies, as much for work on them, as much for answers.", Defaults.RequestMemoryMiB);

    private readonly Option<int> _maximumAttestations =
        Number("--max-attestations", "COUNT", "How many requests wait for the NSM at once; more get 503.", Defaults.MaximumAttestations);

    private readonly Option<int> _maximumWait =
        Seconds("--max-wait", "How long a request waits for its turn before it gets 503.", Defaults.MaximumWait);

    private readonly Option<int> _maximumDuration =
        Seconds("--max-duration", "How long one request may take in all.", Defaults.MaximumDuration);

    private readonly Option<int> _documentRenewal =
        Seconds("--document-renewal", "How old a session document is when it is renewed.", Defaults.DocumentRenewal);

    private readonly Option<int> _maximumDocumentAge =
        Seconds("--max-document-age", "How old a session document may be when an answer is signed.", Defaults.MaximumDocumentAge);

    private readonly Option<int> _maximumSessionAge =
        Seconds("--max-session-age", "How old a session key may be when it signs.", Defaults.MaximumSessionAge);

    /// <summary>Adds the options to a command that serves.</summary>
    public void AddTo(Command command)
    {
        ArgumentNullException.ThrowIfNull(command);
        command.Options.Add(_listen);
        AddSettingsTo(command);
    }

    /// <summary>Adds the options that make the settings, and not the address.</summary>
    public void AddSettingsTo(Command command)
    {
        ArgumentNullException.ThrowIfNull(command);
        Option[] options =
        [
            _models, _algorithm, _threads, _modelMemory, _maximumBody, _maximumTensors, _concurrentRuns, _maximumRequests, _requestMemory,
            _maximumAttestations, _maximumWait, _maximumDuration, _documentRenewal, _maximumDocumentAge, _maximumSessionAge,
        ];
        Array.ForEach(options, command.Options.Add);
    }

    /// <summary>Where to listen.</summary>
    /// <exception cref="EnclaveStartException">The address is malformed.</exception>
    public ChannelAddress ReadAddress(ParseResult parsed)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        return ChannelAddress.TryParse(parsed.GetRequiredValue(_listen), out var address, out var error)
            ? address!
            : throw EnclaveStartException.Usage($"--listen: {error}");
    }

    /// <summary>The settings.</summary>
    /// <exception cref="EnclaveStartException">A model or an algorithm is malformed; ranges are checked at the start.</exception>
    public EnclaveSettings ReadSettings(ParseResult parsed)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        return new EnclaveSettings
        {
            Models = [.. parsed.GetRequiredValue(_models).Select(ReadModel)],
            Algorithm = ReadAlgorithm(parsed.GetRequiredValue(_algorithm)),
            Threads = parsed.GetValue(_threads),
            ModelMemoryMiB = parsed.GetValue(_modelMemory),
            MaximumBodyBytes = parsed.GetValue(_maximumBody),
            MaximumTensorBytes = parsed.GetValue(_maximumTensors),
            ConcurrentRuns = parsed.GetValue(_concurrentRuns),
            MaximumRequests = parsed.GetValue(_maximumRequests),
            RequestMemoryMiB = parsed.GetValue(_requestMemory),
            MaximumAttestations = parsed.GetValue(_maximumAttestations),
            MaximumWait = TimeSpan.FromSeconds(parsed.GetValue(_maximumWait)),
            MaximumDuration = TimeSpan.FromSeconds(parsed.GetValue(_maximumDuration)),
            DocumentRenewal = TimeSpan.FromSeconds(parsed.GetValue(_documentRenewal)),
            MaximumDocumentAge = TimeSpan.FromSeconds(parsed.GetValue(_maximumDocumentAge)),
            MaximumSessionAge = TimeSpan.FromSeconds(parsed.GetValue(_maximumSessionAge)),
        };
    }

    private static Option<int> Number(string name, string unit, string description, int value) => new(name)
    {
        Description = description,
        HelpName = unit,
        DefaultValueFactory = _ => value,
    };

    private static Option<int> Seconds(string name, string description, TimeSpan value) =>
        Number(name, "SECONDS", description, (int)value.TotalSeconds);

    private static ModelSource ReadModel(string text) =>
        ModelSource.TryParse(text, out var source, out var error) ? source : throw EnclaveStartException.Usage($"--model: {error}");

    private static CoseAlgorithm ReadAlgorithm(string name) => name.ToUpper(CultureInfo.InvariantCulture) switch
    {
        "ES256" => CoseAlgorithm.Es256,
        "ES384" => CoseAlgorithm.Es384,
        _ => throw EnclaveStartException.Usage($"--algorithm: expected ES256 or ES384, found {PlainText.Quote(name)}"),
    };
}

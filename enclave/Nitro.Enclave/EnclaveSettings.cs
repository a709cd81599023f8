using System.Globalization;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Cose;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Enclave.Models;

namespace Nitro.Enclave;

/// <summary>
/// What an enclave is told: its models, how it runs them and what it signs with, and its limits. Immutable; <see cref="Check"/> says
/// whether it makes sense.
/// </summary>
public sealed record EnclaveSettings
{
    /// <summary>
    /// The most bytes that <see cref="MaximumBodyBytes"/> and <see cref="MaximumTensorBytes"/> may allow: an evidence file has room for
    /// this much.
    /// </summary>
    public const int LargestContent = Evidence.MaximumContent - (32 << 20);

    /// <summary>The models to serve.</summary>
    public required IReadOnlyList<ModelSource> Models { get; init; }

    /// <summary>What the session key signs with.</summary>
    public CoseAlgorithm Algorithm { get; init; } = CoseAlgorithm.Es256;

    /// <summary>Threads of one run of a model, 1 to 64. One gives the same sums on any number of processors.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>
    /// MiB of memory for the weights and runs of all models together, 64 to 4095. What a run needs beyond it fails that run alone.
    /// </summary>
    public int ModelMemoryMiB { get; init; } = 2048;

    /// <summary>The most bytes of a request's body, 1 KiB to <see cref="LargestContent"/>.</summary>
    public int MaximumBodyBytes { get; init; } = 64 << 20;

    /// <summary>The most bytes of a request's tensors together, and of an answer's, 1 KiB to <see cref="LargestContent"/>.</summary>
    public int MaximumTensorBytes { get; init; } = 64 << 20;

    /// <summary>How many models run at once, 1 to 256.</summary>
    public int ConcurrentRuns { get; init; } = 4;

    /// <summary>How many inference requests are held at once, waiting or running, 1 to 4096; one more is refused with 503.</summary>
    public int MaximumRequests { get; init; } = 256;

    /// <summary>
    /// MiB of memory for the bodies of requests, as much for what is made of them, and as much for answers; 1 to 1048576, and room for one
    /// of the largest bodies. Requests wait for their shares. An enclave needs <see cref="ModelMemoryMiB"/>, three times this, and about
    /// 200 MiB.
    /// </summary>
    public int RequestMemoryMiB { get; init; } = 256;

    /// <summary>How many requests for an attestation document wait for the NSM at once, 1 to 256; one more is refused with 503.</summary>
    public int MaximumAttestations { get; init; } = 16;

    /// <summary>How long a request waits for its turn before it is refused with 503, 1 s to 10 min.</summary>
    public TimeSpan MaximumWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long reading, running and answering one request may take in all, 1 s to 1 h.</summary>
    public TimeSpan MaximumDuration { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How old the newest session document is when it is renewed, 1 min to 12 h.</summary>
    public TimeSpan DocumentRenewal { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// How old the newest session document may be when an answer is signed; at least a minute more than <see cref="DocumentRenewal"/>, at
    /// most a day.
    /// </summary>
    public TimeSpan MaximumDocumentAge { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How old a session key may be when it signs; at least three times <see cref="DocumentRenewal"/>, at most 30 days. A new key comes
    /// before that.
    /// </summary>
    public TimeSpan MaximumSessionAge { get; init; } = TimeSpan.FromHours(24);

    /// <summary><see cref="RequestMemoryMiB"/> in bytes.</summary>
    internal long RequestMemoryBytes => (long)RequestMemoryMiB << 20;

    /// <summary>Refuses settings that make no sense.</summary>
    /// <exception cref="EnclaveStartException">The first that does not: which, what it may be, what it is.</exception>
    public void Check()
    {
        if (!Algorithm.IsKnown())
        {
            throw EnclaveStartException.Usage($"algorithm: expected ES256 or ES384, found {Algorithm}.");
        }

        Within("threads", Threads, 1, 64);
        Within("model memory (MiB)", ModelMemoryMiB, 64, 4095);
        Within("maximum body (bytes)", MaximumBodyBytes, 1024, LargestContent);
        Within("maximum tensors (bytes)", MaximumTensorBytes, 1024, LargestContent);
        Within("concurrent runs", ConcurrentRuns, 1, 256);
        Within("maximum requests", MaximumRequests, 1, 4096);
        Within("request memory (MiB)", RequestMemoryMiB, (MaximumBodyBytes + (1 << 20) - 1) >> 20, 1 << 20);
        Within("maximum attestations", MaximumAttestations, 1, 256);
        Within("maximum wait", MaximumWait, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        Within("maximum duration", MaximumDuration, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        Within("document renewal", DocumentRenewal, TimeSpan.FromMinutes(1), TimeSpan.FromHours(12));
        Within("maximum document age", MaximumDocumentAge, DocumentRenewal + TimeSpan.FromMinutes(1), TimeSpan.FromDays(1));
        Within("maximum session age", MaximumSessionAge, 3 * DocumentRenewal, TimeSpan.FromDays(30));
    }

    /// <summary>
    /// The settings that can change what an enclave answers or signs, as it attests them: the models apart, which the manifest states.
    /// </summary>
    /// <param name="runtimeVersion">ONNX Runtime's version.</param>
    public EnclaveConfiguration ToConfiguration(string runtimeVersion) => EnclaveConfiguration.Create(new Dictionary<string, string>
    {
        ["runtime"] = $"onnxruntime {runtimeVersion}",
        ["runtime.provider"] = "cpu",
        ["runtime.execution"] = "sequential",
        ["runtime.optimization"] = "all",
        ["runtime.deterministic"] = "true",
        ["runtime.threads"] = Number(Threads),
        ["runtime.memory-mib"] = Number(ModelMemoryMiB),
        ["limit.body-bytes"] = Number(MaximumBodyBytes),
        ["limit.tensor-bytes"] = Number(MaximumTensorBytes),
        ["limit.duration-s"] = Seconds(MaximumDuration),
        ["session.algorithm"] = Algorithm.Name(),
        ["session.document-renewal-s"] = Seconds(DocumentRenewal),
        ["session.maximum-document-age-s"] = Seconds(MaximumDocumentAge),
        ["session.maximum-age-s"] = Seconds(MaximumSessionAge),
    });

    private static void Within(string name, long value, long minimum, long maximum)
    {
        if (value < minimum || value > maximum)
        {
            throw EnclaveStartException.Usage(
                string.Create(NumberFormatInfo.InvariantInfo, $"{name}: expected {minimum} to {maximum}, found {value}."));
        }
    }

    private static void Within(string name, TimeSpan value, TimeSpan minimum, TimeSpan maximum)
    {
        if (value < minimum || value > maximum || value.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            throw EnclaveStartException.Usage(string.Create(
                NumberFormatInfo.InvariantInfo,
                $"{name}: expected {minimum.TotalSeconds} to {maximum.TotalSeconds} whole seconds, found {value.TotalSeconds}."));
        }
    }

    private static string Number(long value) => value.ToString(NumberFormatInfo.InvariantInfo);

    private static string Seconds(TimeSpan value) => Number((long)value.TotalSeconds);
}

using System.Security.Cryptography;
using System.Text;
using Nitro.Attestation;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Cose;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Attestation.Inference;
using Nitro.Nsm;
using Nitro.Nsm.Simulator;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.Tests.Support;

/// <summary>
/// Does by hand what an enclave does, over the simulated NSM and with a clock of its own, so that every step can be done wrongly. Nothing of the enclave's
/// own code is used: the two must agree on the formats alone.
/// </summary>
internal sealed class TestEnclave : IDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly SimulatedPki SharedPki = SimulatedPki.Create();

    private readonly NsmClient _nsm;

    public TestEnclave(TestEnclaveOptions? options = null)
    {
        Options = options ?? new TestEnclaveOptions();
        Clock = new StandingClock(Start);
        Key = ECDsa.Create(Options.KeyAlgorithm.Curve());
        _nsm = new NsmClient(new SimulatedNsm(SharedPki, new SimulatedNsmOptions
        {
            Pcrs = Pcrs.ToDictionary(one => one.Key, one => (ReadOnlyMemory<byte>)one.Value.ToArray()),
            DebugMode = Options.DebugMode,
            PayloadForm = Options.Form,
            Time = Clock,
        }));
        foreach (var digest in Options.ManifestExtensions ?? [Manifest.Digest])
        {
            _nsm.ExtendPcr(16, digest.ToArray());
        }

        _nsm.ExtendPcr(17, (Options.MeasuredConfiguration ?? Configuration).Digest.ToArray());
        if (Options.LockPcrs)
        {
            _nsm.LockPcr(16);
            _nsm.LockPcr(17);
        }
    }

    public static TrustAnchor Anchor { get; } = TrustAnchor.FromCertificate("simulated", SharedPki.RootCertificate.Span);

    public static SimulatedPki Pki => SharedPki;

    public static IReadOnlyDictionary<int, Sha384Digest> Pcrs { get; } =
        Enumerable.Range(0, 3).ToDictionary(index => index, index => Sha384Digest.Of(Encoding.UTF8.GetBytes($"test image PCR{index}")));

    public static Sha384Digest Model { get; } = Sha384Digest.Of("a model"u8);

    public static ModelManifest Manifest { get; } = ModelManifest.Create([new("digits", "1", Model), new("digits", "2", Sha384Digest.Of("another model"u8))]);

    public static EnclaveConfiguration Configuration { get; } = EnclaveConfiguration.Create([new("runtime", "test")]);

    public static InferenceInput Input { get; } = InferenceInput.Create([Tensor.Create("x", Datatype.Uint8, [3], new byte[] { 1, 2, 3 })], []);

    public static InferenceOutput Output { get; } = InferenceOutput.Create([Tensor.Create("y", Datatype.Uint8, [1], new byte[] { 7 })]);

    public static byte[] Nonce { get; } = Encoding.ASCII.GetBytes("the caller's nonce");

    public static PolicySettings Settings { get; } = new()
    {
        TrustAnchors = [Anchor],
        Releases = [new Release("test image", Pcrs)],
        Models = [Model],
        Configurations = [Configuration.Digest],
    };

    public static EvidenceExpectations Expected { get; } = new()
    {
        Model = ModelExpectation.Named("digits", "1"),
        Input = InputExpectation.InEvidence,
        Output = OutputExpectation.InEvidence,
        Nonce = ByteExpectation.Exactly(Nonce),
    };

    public TestEnclaveOptions Options { get; }

    public StandingClock Clock { get; }

    public ECDsa Key { get; }

    public byte[] PublicKey => Key.ExportSubjectPublicKeyInfo();

    public static AttestationVerifier Verifier(Func<PolicySettings, PolicySettings>? change = null) => new(new VerificationPolicy(change?.Invoke(Settings) ?? Settings));

    public SessionStatement Statement() => new()
    {
        Models = Manifest.Digest,
        Configuration = Configuration.Digest,
        StartedAtMs = (ulong)Start.ToUnixTimeMilliseconds(),
        Algorithm = Options.Algorithm,
    };

    public byte[] Attest(byte[]? userData, byte[]? nonce = null, byte[]? publicKey = null) =>
        _nsm.Attest(Optional(userData), Optional(nonce), Optional(publicKey));

    public byte[] SessionDocument(SessionStatement? statement = null) => Attest((statement ?? Statement()).Encode(), null, PublicKey);

    public Claim Claim(byte[]? nonce = null) => new()
    {
        Model = Model,
        Input = InferenceInput.ComputeDigest(Input.Encode(), Salt(1)),
        Output = InferenceOutput.ComputeDigest(Output.Encode(), Salt(2)),
        Nonce = nonce ?? Nonce,
        IssuedAtMs = (ulong)Clock.Now.ToUnixTimeMilliseconds(),
        Sequence = 0,
        Session = Sha384Digest.Of(PublicKey),
        Previous = default,
    };

    public byte[] Receipt(Claim? claim = null) => Attestation.Claims.Receipt.Sign(Key, Options.Algorithm, (claim ?? Claim()).Encode());

    public Evidence SessionEvidence(byte[]? document = null, Claim? claim = null) => Evidence(EvidenceKind.Session, document ?? SessionDocument(), Receipt(claim));

    public Evidence DirectEvidence(Claim? claim = null) => Evidence(EvidenceKind.Direct, Attest((claim ?? Claim()).Encode(), Nonce, PublicKey), []);

    public static Evidence Evidence(EvidenceKind kind, byte[] document, byte[] receipt) => new()
    {
        Kind = kind,
        Document = document,
        Receipt = receipt,
        Manifest = Manifest.Encode(),
        Configuration = Configuration.Encode(),
        InputSalt = Salt(1),
        OutputSalt = Salt(2),
        Input = Input.Encode(),
        Output = Output.Encode(),
    };

    public static byte[] Salt(byte value)
    {
        var salt = new byte[SaltedDigest.SaltSize];
        Array.Fill(salt, value);
        return salt;
    }

    public void Dispose()
    {
        Key.Dispose();
        _nsm.Dispose();
    }

    private static ReadOnlyMemory<byte>? Optional(byte[]? bytes) => bytes is null ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(bytes);
}

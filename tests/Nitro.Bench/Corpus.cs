using System.Security.Cryptography;
using System.Text;
using Nitro.Attestation;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Cose;
using Nitro.Attestation.Documents;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Attestation.Inference;
using Nitro.Nsm.Simulator;
using Nitro.Testing;
using Nitro.Verifier;
using Nitro.Verifier.Certificates;

namespace Nitro.Bench;

/// <summary>What is measured: documents of AWS's shape and size under a simulated root, receipts, and one genuine document where there is one.</summary>
internal sealed class Corpus : IDisposable
{
    private const string InstanceId = "i-0123456789abcdef0";
    private const string ModuleId = InstanceId + "-enc0123456789abcdef";

    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly ECDsa SessionKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly Sha384Digest Model = Sha384Digest.Of("a model"u8);
    private static readonly ModelManifest Manifest = ModelManifest.Create([new("digits", "1", Model)]);
    private static readonly EnclaveConfiguration Configuration = EnclaveConfiguration.Create([new("runtime", "test")]);

    private readonly SimulatedPki _pki = SimulatedPki.Create();
    private readonly Dictionary<int, ReadOnlyMemory<byte>> _pcrs = [];

    public Corpus(int leaves, int perLeaf, int receipts)
    {
        for (var index = 0; index < 16; index++)
        {
            _pcrs[index] = Sha384Digest.Of([(byte)index]).ToArray();
        }

        _pcrs[16] = Manifest.Digest.ExtendFromZero().ToArray();
        _pcrs[17] = Configuration.Digest.ExtendFromZero().ToArray();
        using var chain = _pki.IssueChain("us-east-1", ModuleId, Start);
        OneLeaf = [.. Enumerable.Range(0, perLeaf).Select(i => Sign(chain, chain.Leaf, i, null))];
        NewLeaves = [.. Enumerable.Range(0, leaves).Select(i =>
        {
            using var leaf = _pki.IssueLeaf(chain, "us-east-1", ModuleId, Start.AddSeconds(i));
            return Sign(chain, leaf, i, null);
        })];
        Receipts = MakeReceipts(Sign(chain, chain.Leaf, 0, new SessionStatement
        {
            Models = Manifest.Digest,
            Configuration = Configuration.Digest,
            StartedAtMs = (ulong)Start.ToUnixTimeMilliseconds(),
            Algorithm = CoseAlgorithm.Es256,
        }.Encode()), receipts);
        (Genuine, GenuineIsAws) = ReadGenuine();
    }

    /// <summary>Documents by one leaf.</summary>
    public byte[][] OneLeaf { get; }

    /// <summary>Documents by a leaf each, below one instance certificate.</summary>
    public byte[][] NewLeaves { get; }

    /// <summary>Receipts of one session.</summary>
    public Evidence[] Receipts { get; }

    /// <summary>A genuine document of AWS's, or a simulated one where the genuine ones are absent.</summary>
    public byte[] Genuine { get; }

    public bool GenuineIsAws { get; }

    public VerificationPolicy Policy => new(new PolicySettings
    {
        TrustAnchors = [TrustAnchor.FromCertificate("bench", _pki.RootCertificate.Span)],
        Releases = [new Release("bench", _pcrs.Where(one => one.Key < 3).ToDictionary(one => one.Key, one => Sha384Digest.FromBytes(one.Value.Span)))],
        Models = [Model],
        Configurations = [Configuration.Digest],
    });

    public static EvidenceExpectations Expected { get; } = new()
    {
        Model = ModelExpectation.Named("digits", "1"),
        Input = InputExpectation.InEvidence,
        Output = OutputExpectation.InEvidence,
        Nonce = ByteExpectation.AnyUnsafe,
    };

    public void Dispose() => _pki.Dispose();

    private byte[] Sign(SimulatedChain chain, IssuedCertificate leaf, int number, byte[]? userData)
    {
        var payload = AttestationPayload.Create(
            ModuleId,
            Start.AddHours(1).AddMilliseconds(number),
            _pcrs,
            leaf.Der,
            chain.CaBundle,
            SessionKey.ExportSubjectPublicKeyInfo(),
            userData ?? (ReadOnlyMemory<byte>?)new byte[64],
            SHA256.HashData(BitConverter.GetBytes(number)));
        return new AttestationDocumentTemplate { Payload = payload.Encode() }.Sign(leaf.Key);
    }

    private static Evidence[] MakeReceipts(byte[] document, int count)
    {
        var input = InferenceInput.Create([Tensor.Create("x", Datatype.Uint8, [28, 28], new byte[784])], []).Encode();
        var output = InferenceOutput.Create([Tensor.Create("y", Datatype.Fp32, [10], new byte[40])]).Encode();
        var salt = new byte[SaltedDigest.SaltSize];
        var session = Sha384Digest.Of(SessionKey.ExportSubjectPublicKeyInfo());
        return
        [
            .. Enumerable.Range(0, count).Select(number => new Evidence
            {
                Kind = EvidenceKind.Session,
                Document = document,
                Receipt = Receipt.Sign(SessionKey, CoseAlgorithm.Es256, new Claim
                {
                    Model = Model,
                    Input = InferenceInput.ComputeDigest(input, salt),
                    Output = InferenceOutput.ComputeDigest(output, salt),
                    Nonce = BitConverter.GetBytes(number),
                    IssuedAtMs = (ulong)Start.AddHours(1).AddSeconds(number / 100).ToUnixTimeMilliseconds(),
                    Sequence = (ulong)number,
                    Session = session,
                    Previous = default,
                }.Encode()),
                Manifest = Manifest.Encode(),
                Configuration = Configuration.Encode(),
                InputSalt = salt,
                OutputSalt = salt,
                Input = input,
                Output = output,
            }),
        ];
    }

    private (byte[] Document, bool IsAws) ReadGenuine()
    {
        var folder = Path.Combine(SharedFiles.Root, "attestations");
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.bin").Where(file => !Path.GetFileName(file).StartsWith("bad-", StringComparison.Ordinal)) : [];
        var largest = files.Select(File.ReadAllBytes).Where(bytes => UnverifiedDocument.TryParse(bytes, out _, out _)).MaxBy(bytes => bytes.Length);
        return largest is null ? (OneLeaf[0], false) : (largest, true);
    }
}

using System.Text;
using Nitro.Attestation;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Cose;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Attestation.Inference;
using Nitro.Nsm.Simulator;

namespace Nitro.Verifier.Fuzz.Simulation;

/// <summary>
/// Evidence in the parts that an enclave makes it of, each open to change before what covers it is computed or signed. Mutable, not
/// thread-safe.
/// </summary>
public sealed class EvidenceDraft
{
    private static readonly FixedKey[] SessionKeys256 = [FixedKey.P256("session"), FixedKey.P256("another session")];
    private static readonly FixedKey[] SessionKeys384 = [FixedKey.P384("session"), FixedKey.P384("another session")];

    public EvidenceDraft(FuzzChain chain, EvidenceKind kind, CoseAlgorithm algorithm)
    {
        (Chain, Kind, Algorithm) = (chain, kind, algorithm);
        PublicKey = KeysOf(algorithm)[0].SubjectPublicKeyInfo;
        ReceiptKey = KeysOf(algorithm)[0];
    }

    public static DateTimeOffset Time { get; } = FuzzChain.IssuedAt.AddMinutes(10);

    public FuzzChain Chain { get; }

    public EvidenceKind Kind { get; set; }

    /// <summary>What statement and receipt name.</summary>
    public CoseAlgorithm Algorithm { get; set; }

    public byte[] PublicKey { get; set; }

    public FixedKey ReceiptKey { get; set; }

    /// <summary>What the receipt names, when it is something else than the statement does.</summary>
    public CoseAlgorithm? ReceiptAlgorithm { get; set; }

    public byte[] Manifest { get; set; } = FuzzImage.Manifest.Encode();

    public byte[] Configuration { get; set; } = FuzzImage.Configuration.Encode();

    /// <summary>What the statement and PCR16 say of the manifest; null for the digest of what it is.</summary>
    public Sha384Digest? StatedManifest { get; set; }

    /// <summary>What PCR16 says, when it is something else than the statement does.</summary>
    public Sha384Digest? MeasuredManifest { get; set; }

    public Sha384Digest? StatedConfiguration { get; set; }

    public Sha384Digest? MeasuredConfiguration { get; set; }

    public Sha384Digest Model { get; set; } = FuzzImage.Model;

    public byte[] ClaimNonce { get; set; } = FuzzImage.Nonce;

    /// <summary>Of a direct document; null for the claim's.</summary>
    public byte[]? DocumentNonce { get; set; }

    public DateTimeOffset IssuedAt { get; set; } = Time.AddSeconds(20);

    public DateTimeOffset StartedAt { get; set; } = Time.AddSeconds(-30);

    public Sha384Digest? Session { get; set; }

    public byte[] Input { get; set; } = FuzzImage.Input.Encode();

    public byte[] Output { get; set; } = FuzzImage.Output.Encode();

    /// <summary>What the evidence file discloses, when it is not what was digested.</summary>
    public byte[]? DisclosedInput { get; set; }

    public byte[]? DisclosedOutput { get; set; }

    public byte[] InputSalt { get; set; } = [.. Enumerable.Repeat((byte)1, SaltedDigest.SaltSize)];

    public byte[] OutputSalt { get; set; } = [.. Enumerable.Repeat((byte)2, SaltedDigest.SaltSize)];

    public bool WithInput { get; set; } = true;

    public bool WithOutput { get; set; } = true;

    public Func<byte[], byte[]> AlterClaim { get; set; } = bytes => bytes;

    public Func<byte[], byte[]> AlterStatement { get; set; } = bytes => bytes;

    public Func<byte[], byte[]> AlterReceipt { get; set; } = bytes => bytes;

    public Action<DocumentDraft> AlterDocument { get; set; } = _ => { };

    /// <summary>The session keys of an algorithm's curve; a session has the first.</summary>
    public static IReadOnlyList<FixedKey> KeysOf(CoseAlgorithm algorithm) =>
        algorithm == CoseAlgorithm.Es256 ? SessionKeys256 : SessionKeys384;

    /// <summary>The evidence, each part signed or digested as it is now.</summary>
    public Evidence Build()
    {
        var manifest = StatedManifest ?? Sha384Digest.Of(Manifest);
        var configuration = StatedConfiguration ?? Sha384Digest.Of(Configuration);
        var claim = AlterClaim(new Claim
        {
            Model = Model,
            Input = Digest("nitro/input/1", InputSalt, Input),
            Output = Digest("nitro/output/1", OutputSalt, Output),
            Nonce = ClaimNonce,
            IssuedAtMs = (ulong)IssuedAt.ToUnixTimeMilliseconds(),
            Sequence = 7,
            Session = Session ?? Sha384Digest.Of(PublicKey),
            Previous = default,
        }.Encode());
        var statement = AlterStatement(new SessionStatement
        {
            Models = manifest,
            Configuration = configuration,
            StartedAtMs = (ulong)StartedAt.ToUnixTimeMilliseconds(),
            Algorithm = Algorithm,
        }.Encode());
        var isSession = Kind == EvidenceKind.Session;
        var payload = AttestationPayload.Create(
            Chain.ModuleId,
            Time,
            FuzzImage.AllPcrs(FuzzImage.Pcrs, MeasuredManifest ?? manifest, MeasuredConfiguration ?? configuration),
            Chain.Certificates[^1],
            Chain.Certificates.Take(FuzzChain.Leaf).Select(one => (ReadOnlyMemory<byte>)one),
            PublicKey,
            isSession ? statement : claim,
            isSession ? default(ReadOnlyMemory<byte>?) : DocumentNonce ?? ClaimNonce);
        var document = DocumentDraft.Create(Chain, payload.Encode());
        AlterDocument(document);
        return new Evidence
        {
            Kind = Kind,
            Document = document.Write(),
            Receipt = isSession ? AlterReceipt(Receipt(claim)) : default,
            Manifest = Manifest,
            Configuration = Configuration,
            InputSalt = Optional(WithInput ? InputSalt : null),
            OutputSalt = Optional(WithOutput ? OutputSalt : null),
            Input = Optional(WithInput ? DisclosedInput ?? Input : null),
            Output = Optional(WithOutput ? DisclosedOutput ?? Output : null),
        };
    }

    /// <summary>
    /// The digest of [header, salt, items…], where the bytes are the encoding of [items…]; of the bytes alone when they are no short
    /// array.
    /// </summary>
    public static Sha384Digest Digest(string header, byte[] salt, byte[] encoded)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(encoded);
        var items = encoded.Length > 0 && encoded[0] is > 0x80 and < 0x90 ? encoded[0] - 0x80 : 0;
        byte[] start = [(byte)(0x80 + items + 2), (byte)(0x60 + header.Length), .. Encoding.ASCII.GetBytes(header)];
        return Sha384Digest.Of([.. start, 0x58, (byte)salt.Length, .. salt, .. encoded.Skip(1)]);
    }

    private byte[] Receipt(byte[] claim)
    {
        var header = Attestation.Claims.Receipt.ProtectedHeader(ReceiptAlgorithm ?? Algorithm).ToArray();
        return CoseSign1.Encode(header, claim, ReceiptKey.SignFixed(DocumentDraft.ToBeSigned(header, claim)));
    }

    /// <summary>Not a conditional expression where it is used: there, null would turn into an empty memory.</summary>
    private static ReadOnlyMemory<byte>? Optional(byte[]? bytes) =>
        bytes is null ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(bytes);
}

using System.Security.Cryptography;
using System.Text;
using Nitro.Verifier.Tests.Certificates;

namespace Nitro.Vectors.Generator.Documents;

/// <summary>An attestation document, valid as it is made under <see cref="Policies.PolicyFiles.Strict"/>, of which any part can be
/// changed.</summary>
internal sealed class DocumentBuilder
{
    /// <summary>{1: -35}.</summary>
    public static readonly byte[] Es384Header = [0xa1, 0x01, 0x38, 0x22];

    private static readonly byte[][] DefaultChain = new TestChain().Build();

    public DocumentBuilder(byte[][]? chain = null, string moduleId = TestChain.ModuleId, DateTimeOffset? time = null)
    {
        chain ??= DefaultChain;
        Fields =
        [
            (Cbor.Text("module_id"), Cbor.Text(moduleId)),
            (Cbor.Text("digest"), Cbor.Text("SHA384")),
            (Cbor.Text("timestamp"), Cbor.Unsigned((ulong)(time ?? TestChain.Now).ToUnixTimeMilliseconds())),
            (Cbor.Text("pcrs"), EncodePcrs(Pcrs())),
            (Cbor.Text("certificate"), Cbor.Bytes(chain[^1])),
            (Cbor.Text("cabundle"), Cbor.Array([.. chain[..^1].Select(certificate => Cbor.Bytes(certificate))])),
            (Cbor.Text("public_key"), Cbor.Null),
            (Cbor.Text("user_data"), Cbor.Null),
            (Cbor.Text("nonce"), Cbor.Null),
        ];
    }

    public static byte[][] Chain => DefaultChain;

    /// <summary>Keys and values, each encoded.</summary>
    public List<(byte[] Key, byte[] Value)> Fields { get; }

    public bool Indefinite { get; set; }

    public byte[] ProtectedHeader { get; set; } = Es384Header;

    public byte[] Unprotected { get; set; } = Cbor.Map();

    public ECDsa Key { get; set; } = TestChain.KeyOf(TestChain.Leaf);

    public HashAlgorithmName Hash { get; set; } = HashAlgorithmName.SHA384;

    /// <summary>Changes the payload before it is signed.</summary>
    public Func<byte[], byte[]> AlterPayload { get; set; } = payload => payload;

    /// <summary>Changes the payload after it was signed.</summary>
    public Func<byte[], byte[]> AlterSignedPayload { get; set; } = payload => payload;

    /// <summary>Changes the 96 bytes of the signature.</summary>
    public Func<byte[], byte[]> AlterSignature { get; set; } = signature => signature;

    /// <summary>Puts header, unprotected header, payload and signature, each encoded, together.</summary>
    public Func<byte[][], byte[]> Envelope { get; set; } = parts => Cbor.Array(parts);

    /// <summary>Changes the finished document.</summary>
    public Func<byte[], byte[]> AlterWhole { get; set; } = whole => whole;

    /// <summary>The PCRs that documents show unless a vector says otherwise: 0 to 3, 8, and what evidence needs in 16 and 17.</summary>
    public static SortedDictionary<int, byte[]> Pcrs()
    {
        var pcrs = new SortedDictionary<int, byte[]>();
        foreach (var index in (int[])[0, 1, 2, 3, 8])
        {
            pcrs[index] = Digest($"vectors PCR{index}");
        }

        pcrs[16] = Extended(SHA384.HashData(Evidences.EvidenceBuilder.GoodManifest));
        pcrs[17] = Extended(SHA384.HashData(Evidences.EvidenceBuilder.GoodConfiguration));
        return pcrs;
    }

    public static byte[] Digest(string text) => SHA384.HashData(Encoding.UTF8.GetBytes(text));

    /// <summary>A PCR after extensions from zero.</summary>
    public static byte[] Extended(params byte[][] digests) =>
        digests.Aggregate(new byte[SHA384.HashSizeInBytes], (pcr, digest) => SHA384.HashData([.. pcr, .. digest]));

    public static byte[] EncodePcrs(IEnumerable<KeyValuePair<int, byte[]>> pcrs) =>
        Cbor.Map([.. pcrs.SelectMany(pcr => new[] { Cbor.Unsigned((ulong)pcr.Key), Cbor.Bytes(pcr.Value) })]);

    /// <summary>Puts another value, encoded, in the place of a field's.</summary>
    public DocumentBuilder With(string name, byte[] value)
    {
        Fields[IndexOf(name)] = (Cbor.Text(name), value);
        return this;
    }

    /// <summary>The PCRs with some of them replaced, or left out where the value is null.</summary>
    public DocumentBuilder WithPcrs(params (int Index, byte[]? Value)[] changes)
    {
        var pcrs = Pcrs();
        foreach (var (index, value) in changes)
        {
            if (value is null)
            {
                pcrs.Remove(index);
            }
            else
            {
                pcrs[index] = value;
            }
        }

        return With("pcrs", EncodePcrs(pcrs));
    }

    public DocumentBuilder Without(string name)
    {
        Fields.RemoveAt(IndexOf(name));
        return this;
    }

    public int IndexOf(string name) => Fields.FindIndex(field => field.Key.SequenceEqual(Cbor.Text(name)));

    public byte[] Build()
    {
        byte[] content = [.. Fields.SelectMany(field => (byte[])[.. field.Key, .. field.Value])];
        var payload = AlterPayload(Indefinite ? [0xbf, .. content, 0xff] : [.. Cbor.Head(5, (ulong)Fields.Count), .. content]);
        var signature = AlterSignature(Sign(Key, Hash, ProtectedHeader, payload));
        return AlterWhole(
            Envelope([Cbor.Bytes(ProtectedHeader), Unprotected, Cbor.Bytes(AlterSignedPayload(payload)), Cbor.Bytes(signature)]));
    }

    /// <summary>r and s over ["Signature1", header, empty, payload] (RFC 9052 section 4.4).</summary>
    public static byte[] Sign(ECDsa key, HashAlgorithmName hash, byte[] header, byte[] payload) => key.SignData(
        Cbor.Array(Cbor.Text("Signature1"), Cbor.Bytes(header), Cbor.Bytes(), Cbor.Bytes(payload)),
        hash,
        DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
}

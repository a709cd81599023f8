using System.Formats.Cbor;
using Nitro.Testing;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.Tests.Certificates;

/// <summary>The certificates of one collected document, read with System.Formats.Cbor and nothing of the product's.</summary>
public sealed class GenuineChain
{
    private GenuineChain(GenuineDocument document)
    {
        Document = document;
        var envelope = new CborReader(document.Read(), CborConformanceMode.Lax);
        envelope.ReadStartArray();
        Protected = envelope.ReadByteString();
        envelope.SkipValue();
        Payload = envelope.ReadByteString();
        Signature = envelope.ReadByteString();

        var payload = new CborReader(Payload, CborConformanceMode.Lax);
        payload.ReadStartMap();
        while (payload.PeekState() != CborReaderState.EndMap)
        {
            switch (payload.ReadTextString())
            {
                case "module_id":
                    ModuleId = payload.ReadTextString();
                    break;
                case "timestamp":
                    Timestamp = payload.ReadInt64();
                    break;
                case "certificate":
                    Leaf = payload.ReadByteString();
                    break;
                case "cabundle":
                    Bundle = ReadBundle(payload);
                    break;
                default:
                    payload.SkipValue();
                    break;
            }
        }
    }

    public GenuineDocument Document { get; }

    public byte[] Protected { get; }

    public byte[] Payload { get; }

    public byte[] Signature { get; }

    public string ModuleId { get; } = "";

    public long Timestamp { get; }

    public byte[] Leaf { get; } = [];

    public byte[][] Bundle { get; } = [];

    /// <summary>Root first, leaf last.</summary>
    public byte[][] Certificates => [.. Bundle, Leaf];

    /// <summary>The chains of documents with one of these verdicts in index.tsv; skips the running test where they are absent.</summary>
    public static IReadOnlyList<GenuineChain> Of(params string[] verdicts) =>
        [.. SharedFiles.Documents().Where(document => verdicts.Contains(document.Expected)).Select(document => new GenuineChain(document))];

    /// <summary>The 69 chains of enclave documents.</summary>
    public static IReadOnlyList<GenuineChain> Valid() => Of("valid", "valid-but-debug-mode");

    /// <summary>One of the newest chains, with key identifiers at level 3.</summary>
    public static GenuineChain One() => Valid().Single(chain => chain.Document.File == "prod-20260325-attestation-server-2410693a.bin");

    internal PathVerdict Validate(CertificatePathValidator validator, long milliseconds) =>
        PathVerdict.Of(validator, Bundle, Leaf, ModuleId, milliseconds);

    private static byte[][] ReadBundle(CborReader reader)
    {
        var bundle = new List<byte[]>();
        reader.ReadStartArray();
        while (reader.PeekState() != CborReaderState.EndArray)
        {
            bundle.Add(reader.ReadByteString());
        }

        reader.ReadEndArray();
        return [.. bundle];
    }
}

using System.Formats.Cbor;
using Nitro.Attestation.Documents;

namespace Nitro.Attestation.Tests.Documents;

/// <summary>An independent reading of a document's bytes by System.Formats.Cbor, which a parsed document is held against.</summary>
internal static class DocumentOracle
{
    public static void AssertAgrees(UnverifiedDocument document)
    {
        var envelope = new CborReader(document.Bytes, CborConformanceMode.Strict);
        Assert.Equal(document.Envelope.IsTagged, envelope.PeekState() == CborReaderState.Tag);
        if (document.Envelope.IsTagged)
        {
            Assert.Equal(18UL, (ulong)envelope.ReadTag());
        }

        Assert.Equal(4, envelope.ReadStartArray());
        AssertSame(envelope.ReadByteString(), document.Envelope.ProtectedHeader);
        Assert.Equal(0, envelope.ReadStartMap());
        envelope.ReadEndMap();
        AssertSame(envelope.ReadByteString(), document.Envelope.Payload);
        AssertSame(envelope.ReadByteString(), document.Envelope.Signature);
        envelope.ReadEndArray();
        Assert.Equal(0, envelope.BytesRemaining);

        var reader = new CborReader(document.Envelope.Payload, CborConformanceMode.Strict);
        Assert.Equal(document.IsIndefiniteMap, reader.ReadStartMap() is null);
        while (reader.PeekState() != CborReaderState.EndMap)
        {
            AssertField(reader.ReadTextString(), reader, document);
        }

        reader.ReadEndMap();
        Assert.Equal(0, reader.BytesRemaining);
    }

    /// <summary>The keys of the payload, in their order.</summary>
    public static List<string> Keys(UnverifiedDocument document)
    {
        var reader = new CborReader(document.Envelope.Payload, CborConformanceMode.Strict);
        reader.ReadStartMap();
        var keys = new List<string>();
        while (reader.PeekState() != CborReaderState.EndMap)
        {
            keys.Add(reader.ReadTextString());
            reader.SkipValue();
        }

        return keys;
    }

    private static void AssertField(string key, CborReader reader, UnverifiedDocument document)
    {
        switch (key)
        {
            case "module_id": Assert.Equal(reader.ReadTextString(), document.ModuleId); break;
            case "digest": Assert.Equal("SHA384", reader.ReadTextString()); break;
            case "timestamp":
                var time = reader.ReadInt64();
                Assert.Equal(time, document.TimestampMs);
                Assert.Equal(time, document.Timestamp.ToUnixTimeMilliseconds());
                break;
            case "pcrs":
                Assert.Equal(reader.ReadStartMap(), document.Pcrs.Count);
                var indices = new SortedSet<int>();
                while (reader.PeekState() != CborReaderState.EndMap)
                {
                    var index = reader.ReadInt32();
                    indices.Add(index);
                    Assert.True(document.Pcrs.TryGet(index, out var value));
                    AssertSame(reader.ReadByteString(), value.ToArray());
                }

                Assert.Equal(indices, document.Pcrs.Indices);
                reader.ReadEndMap();
                break;
            case "certificate": AssertSame(reader.ReadByteString(), document.Certificate); break;
            case "cabundle":
                Assert.Equal(reader.ReadStartArray(), document.Cabundle.Count);
                foreach (var certificate in document.Cabundle)
                {
                    AssertSame(reader.ReadByteString(), certificate);
                }

                reader.ReadEndArray();
                break;
            case "public_key": AssertOptional(reader, document.PublicKey); break;
            case "user_data": AssertOptional(reader, document.UserData); break;
            case "nonce": AssertOptional(reader, document.Nonce); break;
            default: Assert.Fail($"A key that no enclave's document has: {key}."); break;
        }
    }

    private static void AssertOptional(CborReader reader, ReadOnlyMemory<byte>? found)
    {
        if (reader.PeekState() == CborReaderState.Null)
        {
            reader.ReadNull();
            Assert.Null(found);
        }
        else
        {
            AssertSame(reader.ReadByteString(), Assert.NotNull(found));
        }
    }

    private static void AssertSame(byte[] expected, ReadOnlyMemory<byte> found) => Assert.True(found.Span.SequenceEqual(expected));
}

using System.Formats.Cbor;
using System.Security.Cryptography;

namespace Nitro.Nsm.Simulator.Tests;

/// <summary>A document taken apart, genuine or simulated, without a line of the code under test.</summary>
internal sealed class Document
{
    private readonly Dictionary<string, ReadOnlyMemory<byte>> values = [];

    public Document(byte[] document)
    {
        Bytes = document;
        var reader = new CborReader(document, CborConformanceMode.Strict);
        Assert.Equal(4, reader.ReadStartArray());
        ProtectedHeader = reader.ReadByteString();
        UnprotectedHeader = reader.ReadEncodedValue().ToArray();
        Payload = reader.ReadByteString();
        Signature = reader.ReadByteString();
        reader.ReadEndArray();
        Assert.Equal(0, reader.BytesRemaining);

        var payload = new CborReader(Payload, CborConformanceMode.Strict);
        Form = payload.ReadStartMap() is null ? PayloadForm.Indefinite : PayloadForm.Definite;
        while (payload.PeekState() != CborReaderState.EndMap)
        {
            var key = payload.ReadTextString();
            Keys.Add(key);
            values.Add(key, payload.ReadEncodedValue());
        }

        payload.ReadEndMap();
        Assert.Equal(0, payload.BytesRemaining);
    }

    public byte[] Bytes { get; }

    public byte[] ProtectedHeader { get; }

    public byte[] UnprotectedHeader { get; }

    public byte[] Payload { get; }

    public byte[] Signature { get; }

    public PayloadForm Form { get; }

    public List<string> Keys { get; } = [];

    public string ModuleId => Read("module_id").ReadTextString();

    public string Digest => Read("digest").ReadTextString();

    public DateTimeOffset Timestamp => DateTimeOffset.FromUnixTimeMilliseconds(Read("timestamp").ReadInt64());

    public byte[] Certificate => Read("certificate").ReadByteString();

    public byte[]? PublicKey => ReadOptional("public_key");

    public byte[]? UserData => ReadOptional("user_data");

    public byte[]? Nonce => ReadOptional("nonce");

    public List<byte[]> CaBundle
    {
        get
        {
            var reader = Read("cabundle");
            var list = new List<byte[]>();
            for (var left = reader.ReadStartArray(); left > 0; left--)
            {
                list.Add(reader.ReadByteString());
            }

            return list;
        }
    }

    /// <summary>Levels 0 to 4.</summary>
    public List<byte[]> Chain => [.. CaBundle, Certificate];

    public SortedDictionary<int, byte[]> Pcrs
    {
        get
        {
            var reader = Read("pcrs");
            var map = new SortedDictionary<int, byte[]>();
            for (var left = reader.ReadStartMap(); left > 0; left--)
            {
                map.Add(reader.ReadInt32(), reader.ReadByteString());
            }

            return map;
        }
    }

    /// <summary>The raw CBOR of one value.</summary>
    public ReadOnlyMemory<byte> this[string key] => values[key];

    public bool IsSignedBy(ECDsa key)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(4);
        writer.WriteTextString("Signature1");
        writer.WriteByteString(ProtectedHeader);
        writer.WriteByteString([]);
        writer.WriteByteString(Payload);
        writer.WriteEndArray();
        return key.VerifyData(writer.Encode(), Signature, HashAlgorithmName.SHA384, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    private CborReader Read(string key) => new(values[key], CborConformanceMode.Strict);

    private byte[]? ReadOptional(string key)
    {
        var reader = Read(key);
        if (reader.PeekState() != CborReaderState.Null)
        {
            return reader.ReadByteString();
        }

        reader.ReadNull();
        return null;
    }
}

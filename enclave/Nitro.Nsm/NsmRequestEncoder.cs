using System.Formats.Cbor;

namespace Nitro.Nsm;

/// <summary>The NSM's requests as CBOR: text keys, definite lengths, shortest forms, and the key order of AWS's own library.</summary>
internal static class NsmRequestEncoder
{
    public static byte[] Bare(string name)
    {
        var writer = new CborWriter(CborConformanceMode.Strict);
        writer.WriteTextString(name);
        return writer.Encode();
    }

    /// <summary>DescribePCR, LockPCR (<c>index</c>) and LockPCRs (<c>range</c>).</summary>
    public static byte[] WithNumber(string name, string key, int value)
    {
        var writer = Start(name, fields: 1);
        writer.WriteTextString(key);
        writer.WriteInt32(value);
        return End(writer);
    }

    public static byte[] ExtendPcr(int index, ReadOnlySpan<byte> data)
    {
        var writer = Start("ExtendPCR", fields: 2);
        writer.WriteTextString("index");
        writer.WriteInt32(index);
        writer.WriteTextString("data");
        writer.WriteByteString(data);
        return End(writer);
    }

    public static byte[] Attestation(ReadOnlyMemory<byte>? userData, ReadOnlyMemory<byte>? nonce, ReadOnlyMemory<byte>? publicKey)
    {
        var writer = Start("Attestation", fields: 3);
        WriteOptional(writer, "user_data", userData);
        WriteOptional(writer, "nonce", nonce);
        WriteOptional(writer, "public_key", publicKey);
        return End(writer);
    }

    private static CborWriter Start(string name, int fields)
    {
        var writer = new CborWriter(CborConformanceMode.Strict);
        writer.WriteStartMap(1);
        writer.WriteTextString(name);
        writer.WriteStartMap(fields);
        return writer;
    }

    private static byte[] End(CborWriter writer)
    {
        writer.WriteEndMap();
        writer.WriteEndMap();
        return writer.Encode();
    }

    private static void WriteOptional(CborWriter writer, string key, ReadOnlyMemory<byte>? value)
    {
        writer.WriteTextString(key);
        if (value is { } bytes)
        {
            writer.WriteByteString(bytes.Span);
        }
        else
        {
            writer.WriteNull();
        }
    }
}

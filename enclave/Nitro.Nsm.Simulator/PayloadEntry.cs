using System.Formats.Cbor;

namespace Nitro.Nsm.Simulator;

/// <summary>One key and value of a document's payload, each one CBOR item as it will stand there.</summary>
/// <param name="Key">The key, CBOR.</param>
/// <param name="Value">The value, CBOR.</param>
public sealed record PayloadEntry(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value)
{
    /// <summary>An entry with a text key.</summary>
    /// <param name="key">The key's text.</param>
    /// <param name="value">The value, CBOR.</param>
    public static PayloadEntry Named(string key, ReadOnlyMemory<byte> value) => new(Text(key), value);

    /// <summary>A text string, CBOR.</summary>
    public static byte[] Text(string value)
    {
        var writer = new CborWriter();
        writer.WriteTextString(value);
        return writer.Encode();
    }

    /// <summary>A byte string, CBOR; null for null.</summary>
    public static byte[] Bytes(ReadOnlyMemory<byte>? value)
    {
        var writer = new CborWriter();
        if (value is { } bytes)
        {
            writer.WriteByteString(bytes.Span);
        }
        else
        {
            writer.WriteNull();
        }

        return writer.Encode();
    }
}

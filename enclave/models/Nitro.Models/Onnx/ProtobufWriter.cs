using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Nitro.Models.Onnx;

/// <summary>
/// Writes protobuf's wire format (protobuf.dev, "Encoding"): each field a tag, which is its number and wire type, and a value. Fields stand
/// in the order in which they are written, so that the same calls give the same bytes.
/// </summary>
internal sealed class ProtobufWriter
{
    private const int WireVarint = 0;
    private const int WireLengthDelimited = 2;
    private const int WireFixed32 = 5;

    // Refuses lone surrogates, which have no UTF-8.
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ArrayBufferWriter<byte> buffer = new();

    /// <summary>What was written so far.</summary>
    public byte[] ToArray() => buffer.WrittenSpan.ToArray();

    /// <summary>An int32, int64, bool or enum field; negative numbers take ten bytes.</summary>
    public void Int64(int field, long value)
    {
        Tag(field, WireVarint);
        Varint((ulong)value);
    }

    /// <summary>A float field.</summary>
    public void Float(int field, float value)
    {
        Tag(field, WireFixed32);
        BinaryPrimitives.WriteSingleLittleEndian(buffer.GetSpan(4), value);
        buffer.Advance(4);
    }

    /// <summary>A bytes field.</summary>
    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, WireLengthDelimited);
        Varint((ulong)value.Length);
        buffer.Write(value);
    }

    /// <summary>A string field, or a bytes field that holds text, as UTF-8.</summary>
    /// <exception cref="ArgumentException">The text holds a lone surrogate.</exception>
    public void Text(int field, string value) => Bytes(field, StrictUtf8.GetBytes(value));

    /// <summary>A string field that is left out when empty.</summary>
    public void OptionalText(int field, string value)
    {
        if (value.Length > 0)
        {
            Text(field, value);
        }
    }

    /// <summary>A field that is itself a message.</summary>
    public void Message(int field, Action<ProtobufWriter> write)
    {
        var inner = new ProtobufWriter();
        write(inner);
        Bytes(field, inner.buffer.WrittenSpan);
    }

    private void Tag(int field, int wireType) => Varint((ulong)((field << 3) | wireType));

    private void Varint(ulong value)
    {
        var span = buffer.GetSpan(10);
        var length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            span[length++] = (byte)(value | 0x80);
        }

        span[length++] = (byte)value;
        buffer.Advance(length);
    }
}

using System.Buffers;
using System.Text;

namespace Nitro.Enclave.Tests.Support;

/// <summary>Writes protobuf messages field by field, sound or not, so that tests can make any ONNX file there is.</summary>
internal sealed class ProtobufWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public static byte[] Message(Action<ProtobufWriter> write)
    {
        var writer = new ProtobufWriter();
        write(writer);
        return writer._bytes.WrittenSpan.ToArray();
    }

    public ProtobufWriter Raw(params byte[] bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    public ProtobufWriter Varint(int field, ulong value)
    {
        Number(((ulong)field << 3) | 0);
        return Number(value);
    }

    public ProtobufWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Number(((ulong)field << 3) | 2);
        Number((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    public ProtobufWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtobufWriter Nested(int field, Action<ProtobufWriter> write) => Bytes(field, Message(write));

    private ProtobufWriter Number(ulong value)
    {
        while (value >= 0x80)
        {
            _bytes.Write([(byte)(value | 0x80)]);
            value >>= 7;
        }

        _bytes.Write([(byte)value]);
        return this;
    }
}

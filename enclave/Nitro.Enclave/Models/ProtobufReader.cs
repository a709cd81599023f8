using System.Globalization;
using System.Text;
using Nitro.Attestation;

namespace Nitro.Enclave.Models;

/// <summary>The wire types that proto2 and proto3 messages without groups use (protobuf's encoding guide).</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    LengthDelimited = 2,
    Fixed32 = 5,
}

/// <summary>
/// Reads the fields of one protobuf message, in order, and stops at the first fault. It is stricter than protobuf's own readers: no groups
/// (which ONNX never had), no tag over 32 bits, no length past the end.
/// </summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> data, int offset)
{
    /// <summary>What an error names: a message that is none. Whoever knows which message it is puts that before it.</summary>
    public const string Where = "protobuf";

    private readonly ReadOnlySpan<byte> _data = data;
    private readonly int _offset = offset;
    private int _position;

    /// <summary>The first fault; null while there is none.</summary>
    public FormatError? Error { get; private set; }

    /// <summary>Reads the next field; false at the end and at a fault.</summary>
    public bool TryReadField(out ProtobufField field)
    {
        field = default;
        if (Error is not null || _position == _data.Length)
        {
            return false;
        }

        var start = _position;
        if (!TryReadVarint(out var tag) || tag > uint.MaxValue || tag >> 3 == 0)
        {
            return Fail(start, "a field's tag", "none");
        }

        var number = (int)(tag >> 3);
        switch ((WireType)(tag & 7))
        {
            case WireType.Varint:
                if (!TryReadVarint(out var value))
                {
                    return Fail(start, "a number of at most 10 bytes", "none");
                }

                field = new ProtobufField(number, WireType.Varint, value, default, _offset + _position);
                return true;
            case WireType.Fixed64:
                return TryTake(8, start, number, WireType.Fixed64, out field);
            case WireType.Fixed32:
                return TryTake(4, start, number, WireType.Fixed32, out field);
            case WireType.LengthDelimited:
                return TryReadVarint(out var length) && length <= int.MaxValue
                    ? TryTake((int)length, start, number, WireType.LengthDelimited, out field)
                    : Fail(start, "a length", "none");
            default:
                return Fail(start, "a wire type of 0, 1, 2 or 5", (tag & 7).ToString(NumberFormatInfo.InvariantInfo));
        }
    }

    /// <summary>
    /// The last text in a field of this number, for messages to people: cut, and free of control characters. Empty when there is none.
    /// </summary>
    public static string FindText(ReadOnlySpan<byte> message, int number)
    {
        var text = "";
        var reader = new ProtobufReader(message, 0);
        while (reader.TryReadField(out var field))
        {
            if (field.Number == number && field.Type == WireType.LengthDelimited)
            {
                var shown = field.Bytes[..Math.Min(field.Bytes.Length, PlainText.MaximumName)];
                text = PlainText.Clean(Encoding.UTF8.GetString(shown), PlainText.MaximumName);
            }
        }

        return text;
    }

    private bool TryTake(int length, int start, int number, WireType type, out ProtobufField field)
    {
        field = default;
        if (length > _data.Length - _position)
        {
            return Fail(
                start,
                string.Create(NumberFormatInfo.InvariantInfo, $"{length} bytes in field {number}"),
                string.Create(NumberFormatInfo.InvariantInfo, $"{_data.Length - _position} before the end"));
        }

        var bytes = _data.Slice(_position, length);
        field = new ProtobufField(number, type, 0, bytes, _offset + _position);
        _position += length;
        return true;
    }

    private bool TryReadVarint(out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 70 && _position < _data.Length; shift += 7)
        {
            var next = _data[_position++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return true;
            }
        }

        return false;
    }

    private bool Fail(int at, string expected, string found)
    {
        Error = new FormatError(Where, _offset + at, expected, found);
        return false;
    }
}

/// <summary>One field of a protobuf message.</summary>
/// <param name="number">The field's number.</param>
/// <param name="type">How it is written.</param>
/// <param name="value">The number, when it is a varint.</param>
/// <param name="bytes">The bytes, when it is not.</param>
/// <param name="offset">Where the bytes begin in the file.</param>
internal readonly ref struct ProtobufField(int number, WireType type, ulong value, ReadOnlySpan<byte> bytes, int offset)
{
    public int Number { get; } = number;

    public WireType Type { get; } = type;

    public ulong Value { get; } = value;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public int Offset { get; } = offset;
}

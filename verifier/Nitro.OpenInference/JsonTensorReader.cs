using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Nitro.Attestation.Inference;

namespace Nitro.OpenInference;

/// <summary>
/// Reads a tensor's JSON data, flat or nested, straight into its bytes. A number that does not fit its datatype exactly as a number of that type
/// (an integer's range, a float's finiteness) is refused, never rounded to something else.
/// </summary>
internal ref struct JsonTensorReader
{
    private readonly string _where;
    private readonly Datatype _datatype;
    private readonly long[] _shape;
    private readonly long _count;
    private readonly byte[] _fixedSize;
    private readonly ArrayBufferWriter<byte>? _strings;
    private Utf8JsonReader _json;
    private long _element;

    private JsonTensorReader(string where, Datatype datatype, long[] shape, long count, Utf8JsonReader json)
    {
        _where = where;
        _datatype = datatype;
        _shape = shape;
        _count = count;
        _json = json;
        _strings = datatype == Datatype.Bytes ? new ArrayBufferWriter<byte>() : null;
        _fixedSize = datatype == Datatype.Bytes ? [] : GC.AllocateUninitializedArray<byte>((int)count * datatype.ElementSize());
    }

    /// <summary>Reads the data on which the reader stands, and leaves it at the end of that data.</summary>
    /// <param name="json">A reader that stands at the data's list.</param>
    /// <param name="textLength">Bytes of the whole message, which bound how many elements there can be.</param>
    /// <param name="where">The tensor, for errors.</param>
    /// <param name="datatype">Its datatype.</param>
    /// <param name="shape">Its shape.</param>
    public static byte[] Read(ref Utf8JsonReader json, int textLength, string where, Datatype datatype, long[] shape)
    {
        if (json.TokenType != JsonTokenType.StartArray)
        {
            throw new MessageException($"{where}: data is no list");
        }

        // Every element takes a byte of the message at least, so a shape cannot make us allocate more than a small multiple of what was sent.
        var count = Count(where, shape, textLength);
        var reader = new JsonTensorReader(where, datatype, shape, count, json);
        reader.ReadAll();
        json = reader._json;
        return reader._strings?.WrittenSpan.ToArray() ?? reader._fixedSize;
    }

    private static long Count(string where, long[] shape, int textLength)
    {
        if (Array.IndexOf(shape, 0) >= 0)
        {
            return 0;
        }

        var count = 1L;
        foreach (var dimension in shape)
        {
            if (dimension > textLength || (count *= dimension) > textLength)
            {
                throw new MessageException($"{where}: the shape {Show(shape)} has more elements than the message has room for");
            }
        }

        return count;
    }

    private void ReadAll()
    {
        var probe = _json;
        probe.Read();
        if (_shape.Length > 1 && probe.TokenType == JsonTokenType.StartArray)
        {
            ReadNested(0);
        }
        else
        {
            ReadElements(_count, "");
        }
    }

    private void ReadNested(int level)
    {
        if (level == _shape.Length - 1)
        {
            ReadElements(_shape[level], FormattableString.Invariant($" in dimension {level}"));
            return;
        }

        var items = 0L;
        while (Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (_json.TokenType != JsonTokenType.StartArray || ++items > _shape[level])
            {
                throw Disagrees();
            }

            ReadNested(level + 1);
        }

        if (items != _shape[level])
        {
            throw Disagrees();
        }
    }

    private void ReadElements(long expected, string place)
    {
        var read = 0L;
        while (Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (read++ == expected)
            {
                throw new MessageException(FormattableString.Invariant($"{_where}: the shape {Show(_shape)} asks for {expected} elements{place}, data has more"));
            }

            ReadElement();
            _element++;
        }

        if (read != expected)
        {
            throw new MessageException(FormattableString.Invariant($"{_where}: the shape {Show(_shape)} asks for {expected} elements{place}, data has {read}"));
        }
    }

    private bool Read() => _json.Read() ? true : throw new MessageException("the JSON ends in the middle");

    private void ReadElement()
    {
        var size = _datatype.ElementSize();
        var target = _fixedSize.AsSpan((int)_element * size, size);
        var read = _datatype switch
        {
            Datatype.Bytes => ReadString(),
            Datatype.Bool => ReadBoolean(target),
            _ when _json.TokenType != JsonTokenType.Number => false,
            Datatype.Fp32 => ReadSingle(target),
            Datatype.Fp64 => ReadDouble(target),
            Datatype.Uint64 => ReadUnsigned(target),
            _ => ReadInteger(target),
        };
        if (!read)
        {
            throw new MessageException(FormattableString.Invariant($"{_where}: element {_element} is {Describe()}, which is no {_datatype.Name()}{Hint()}"));
        }
    }

    private readonly bool ReadString()
    {
        if (_json.TokenType != JsonTokenType.String)
        {
            return false;
        }

        var text = Encoding.UTF8.GetBytes(_json.GetString()!);
        BinaryPrimitives.WriteInt32LittleEndian(_strings!.GetSpan(4), text.Length);
        _strings.Advance(4);
        _strings.Write(text);
        return true;
    }

    private readonly bool ReadBoolean(Span<byte> target)
    {
        target[0] = (byte)(_json.TokenType == JsonTokenType.True ? 1 : 0);
        return _json.TokenType is JsonTokenType.True or JsonTokenType.False;
    }

    private readonly bool ReadSingle(Span<byte> target)
    {
        if (!_json.TryGetSingle(out var value) || !float.IsFinite(value))
        {
            return false;
        }

        BinaryPrimitives.WriteSingleLittleEndian(target, value);
        return true;
    }

    private readonly bool ReadDouble(Span<byte> target)
    {
        if (!_json.TryGetDouble(out var value) || !double.IsFinite(value))
        {
            return false;
        }

        BinaryPrimitives.WriteDoubleLittleEndian(target, value);
        return true;
    }

    private readonly bool ReadUnsigned(Span<byte> target)
    {
        if (!_json.TryGetUInt64(out var value))
        {
            return false;
        }

        BinaryPrimitives.WriteUInt64LittleEndian(target, value);
        return true;
    }

    private readonly bool ReadInteger(Span<byte> target)
    {
        var bits = 8 * target.Length;
        var isSigned = _datatype is Datatype.Int8 or Datatype.Int16 or Datatype.Int32 or Datatype.Int64;
        var minimum = isSigned ? long.MinValue >> (64 - bits) : 0;
        var maximum = isSigned ? long.MaxValue >> (64 - bits) : (1L << bits) - 1;
        if (!_json.TryGetInt64(out var value) || value < minimum || value > maximum)
        {
            return false;
        }

        Span<byte> wide = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(wide, value);
        wide[..target.Length].CopyTo(target);
        return true;
    }

    private readonly MessageException Disagrees() => new($"{_where}: the nesting of data disagrees with the shape {Show(_shape)}");

    private readonly string Describe() => _json.TokenType switch
    {
        JsonTokenType.Number => Encoding.ASCII.GetString(_json.ValueSpan[..Math.Min(_json.ValueSpan.Length, 32)]),
        JsonTokenType.String => "a text",
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        JsonTokenType.Null => "null",
        JsonTokenType.StartArray => "a list",
        _ => "an object",
    };

    private readonly string Hint() => _datatype is Datatype.Fp32 or Datatype.Fp64 && _json.TokenType is JsonTokenType.Number or JsonTokenType.String
        ? " that JSON can carry; send it as binary data"
        : "";

    public static string Show(long[] shape) => "[" + string.Join(", ", shape.Select(dimension => dimension.ToString(System.Globalization.NumberFormatInfo.InvariantInfo))) + "]";
}

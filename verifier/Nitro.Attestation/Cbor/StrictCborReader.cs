using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Nitro.Attestation.Cbor;

/// <summary>
/// Reads the CBOR that attestation uses, and nothing else: shortest-form heads only, definite lengths except where a caller
/// allows an indefinite map, no floating point, no nesting of its own. It allocates only when it fails or makes a string.
/// </summary>
/// <remarks>
/// The first error sticks: every later read does nothing and gives a default, so a caller checks <see cref="Failed"/> in its loops
/// and at its end. That keeps the refusal of bad bytes as cheap as the reading of good ones, without exceptions. Source: RFC 8949.
/// </remarks>
internal ref struct StrictCborReader(ReadOnlySpan<byte> data, int baseOffset = 0)
{
    private readonly ReadOnlySpan<byte> _data = data;
    private int _position;

    public const int UnsignedInteger = 0, NegativeInteger = 1, ByteString = 2, TextString = 3, Array = 4, Map = 5, Tag = 6, Simple = 7;

    private const byte Null = 0xf6;
    private const byte IndefiniteMap = 0xbf;
    private const byte Break = 0xff;

    public FormatError? Error { get; private set; }

    public readonly bool Failed => Error is not null;

    public readonly int Position => _position;

    public readonly bool AtEnd => _position == _data.Length;

    public void Fail(string where, string expected, string found) => FailAt(_position, where, expected, found);

    public void FailAt(int position, string where, string expected, string found) =>
        Error ??= new FormatError(where, baseOffset + position, expected, found);

    /// <summary>The major type of the next item, or -1 at the end of the data.</summary>
    public readonly int PeekMajorType() => AtEnd ? -1 : _data[_position] >> 5;

    /// <summary>Skips a tag of exactly this number, at most 23, if it stands next, in its shortest form.</summary>
    public bool TryReadTag(byte number)
    {
        if (Failed || AtEnd || _data[_position] != (Tag << 5 | number))
        {
            return false;
        }

        _position++;
        return true;
    }

    public bool TryReadNull()
    {
        if (Failed || AtEnd || _data[_position] != Null)
        {
            return false;
        }

        _position++;
        return true;
    }

    public bool TryReadBreak()
    {
        if (Failed || AtEnd || _data[_position] != Break)
        {
            return false;
        }

        _position++;
        return true;
    }

    public ulong ReadUnsigned(string where) => ReadHead(where, UnsignedInteger);

    /// <summary>A signed integer; one that does not fit 64 bits fails.</summary>
    public long ReadInteger(string where)
    {
        var start = _position;
        var negative = PeekMajorType() == NegativeInteger;
        var value = ReadHead(where, negative ? NegativeInteger : UnsignedInteger);
        if (Failed)
        {
            return 0;
        }

        if (value > long.MaxValue)
        {
            FailAt(start, where, "an integer of 64 bits", "a larger one");
            return 0;
        }

        return negative ? -1 - (long)value : (long)value;
    }

    public bool ReadBoolean(string where)
    {
        if (Failed)
        {
            return false;
        }

        if (AtEnd || _data[_position] is not (0xf4 or 0xf5))
        {
            Fail(where, "true or false", DescribeNext());
            return false;
        }

        return _data[_position++] == 0xf5;
    }

    /// <summary>A definite byte string of <paramref name="minimum"/> to <paramref name="maximum"/> bytes.</summary>
    public ReadOnlySpan<byte> ReadBytes(string where, int minimum, int maximum) => ReadString(where, ByteString, minimum, maximum);

    /// <summary>A definite text string whose UTF-8 takes <paramref name="minimum"/> to <paramref name="maximum"/> bytes, as those bytes.</summary>
    public ReadOnlySpan<byte> ReadTextUtf8(string where, int minimum, int maximum)
    {
        var start = _position;
        var text = ReadString(where, TextString, minimum, maximum);
        if (!Failed && !Utf8.IsValid(text))
        {
            FailAt(start, where, "valid UTF-8", "bytes that are not");
            return default;
        }

        return text;
    }

    public string ReadText(string where, int minimum, int maximum) => Encoding.UTF8.GetString(ReadTextUtf8(where, minimum, maximum));

    /// <summary>The head of a definite array; the number of its items.</summary>
    public int ReadArrayHead(string where, int minimum, int maximum) => ReadCount(where, Array, minimum, maximum);

    /// <summary>The head of a definite map; the number of its pairs.</summary>
    public int ReadMapHead(string where, int minimum, int maximum) => ReadCount(where, Map, minimum, maximum);

    /// <summary>The head of a definite map, or of an indefinite one, which gives null: its pairs end with <see cref="TryReadBreak"/>.</summary>
    public int? ReadMapHeadEitherForm(string where, int minimum, int maximum)
    {
        if (!Failed && !AtEnd && _data[_position] == IndefiniteMap)
        {
            _position++;
            return null;
        }

        return ReadMapHead(where, minimum, maximum);
    }

    /// <summary>Fails unless everything was consumed.</summary>
    public void Finish(string where)
    {
        if (!Failed && !AtEnd)
        {
            Fail(where, "nothing more", string.Create(CultureInvariant, $"{_data.Length - _position} trailing bytes"));
        }
    }

    private static IFormatProvider CultureInvariant => NumberFormatInfo.InvariantInfo;

    private int ReadCount(string where, int majorType, int minimum, int maximum)
    {
        var start = _position;
        var count = ReadHead(where, majorType);
        if (!Failed && (count < (ulong)minimum || count > (ulong)maximum))
        {
            FailAt(start, where, Amount(minimum, maximum, "entries"), string.Create(CultureInvariant, $"{count}"));
        }

        return Failed ? 0 : (int)count;
    }

    private ReadOnlySpan<byte> ReadString(string where, int majorType, int minimum, int maximum)
    {
        var start = _position;
        var length = ReadHead(where, majorType);
        if (Failed)
        {
            return default;
        }

        if (length < (ulong)minimum || length > (ulong)maximum)
        {
            FailAt(start, where, Amount(minimum, maximum, "bytes"), string.Create(CultureInvariant, $"{length}"));
            return default;
        }

        if (length > (ulong)(_data.Length - _position))
        {
            FailAt(start, where, string.Create(CultureInvariant, $"{length} bytes"), string.Create(CultureInvariant, $"only {_data.Length - _position} left"));
            return default;
        }

        var content = _data.Slice(_position, (int)length);
        _position += (int)length;
        return content;
    }

    /// <summary>The argument of a head of this major type, in its shortest form (RFC 8949 section 4.2.1).</summary>
    private ulong ReadHead(string where, int majorType)
    {
        if (Failed)
        {
            return 0;
        }

        if (AtEnd || _data[_position] >> 5 != majorType)
        {
            Fail(where, Name(majorType), DescribeNext());
            return 0;
        }

        var additional = _data[_position] & 0x1f;
        if (additional < 24)
        {
            _position++;
            return (ulong)additional;
        }

        if (additional > 27)
        {
            var indefinite = additional == 31 && majorType is >= ByteString and <= Map;
            var (suffix, found) = indefinite ? (" of definite length", "one of indefinite length") : ("", "a reserved head");
            Fail(where, Name(majorType) + suffix, found);
            return 0;
        }

        var size = 1 << (additional - 24);
        if (_data.Length - _position - 1 < size)
        {
            Fail(where, "a complete head", "the end of the data");
            return 0;
        }

        var bytes = _data.Slice(_position + 1, size);
        var (value, least) = size switch
        {
            1 => (bytes[0], 24UL),
            2 => (BinaryPrimitives.ReadUInt16BigEndian(bytes), 1UL << 8),
            4 => (BinaryPrimitives.ReadUInt32BigEndian(bytes), 1UL << 16),
            _ => (BinaryPrimitives.ReadUInt64BigEndian(bytes), 1UL << 32),
        };
        if (value < least)
        {
            Fail(where, "the shortest encoding of a length or number", string.Create(CultureInvariant, $"{value} in {size} extra bytes"));
            return 0;
        }

        _position += 1 + size;
        return value;
    }

    private readonly string DescribeNext()
    {
        if (AtEnd)
        {
            return "the end of the data";
        }

        return _data[_position] switch
        {
            Null => "null",
            Break => "a break",
            0xf4 or 0xf5 => "a boolean",
            0xf9 or 0xfa or 0xfb => "a floating-point number",
            var first => Name(first >> 5),
        };
    }

    private static string Name(int majorType) => majorType switch
    {
        UnsignedInteger => "an unsigned integer",
        NegativeInteger => "a negative integer",
        ByteString => "a byte string",
        TextString => "a text string",
        Array => "an array",
        Map => "a map",
        Tag => "a tag",
        _ => "a simple value",
    };

    private static string Amount(int minimum, int maximum, string unit) => minimum == maximum
        ? string.Create(CultureInvariant, $"{minimum} {unit}")
        : string.Create(CultureInvariant, $"{minimum} to {maximum} {unit}");
}

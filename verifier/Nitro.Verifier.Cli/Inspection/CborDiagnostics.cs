using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Nitro.Verifier.Cli.Inspection;

/// <summary>
/// CBOR in diagnostic notation (RFC 8949 section 8), indented: any CBOR, not only what the verifier accepts, up to the byte where it is none. A byte string that is
/// itself one CBOR item is shown as embedded (&lt;&lt; … &gt;&gt;). Depth and output are bounded.
/// </summary>
internal sealed class CborDiagnostics
{
    /// <summary>Deeper nesting is not followed.</summary>
    public const int MaximumDepth = 32;

    /// <summary>The most characters of output.</summary>
    public const int MaximumOutput = 4 * 1024 * 1024;

    private readonly StringBuilder _text = new();

    /// <summary>The notation, and what is wrong with the bytes; null when nothing is.</summary>
    public static (string Text, string? Problem) Show(ReadOnlySpan<byte> bytes)
    {
        var diagnostics = new CborDiagnostics();
        var at = 0;
        try
        {
            diagnostics.Item(bytes, ref at, 0);
            return (diagnostics._text.ToString(), at == bytes.Length ? null : string.Create(CultureInfo.InvariantCulture, $"{bytes.Length - at} more bytes after the item, from byte {at} on"));
        }
        catch (InvalidDataException problem)
        {
            return (diagnostics._text.ToString(), string.Create(CultureInfo.InvariantCulture, $"at byte {at}: {problem.Message}"));
        }
    }

    private void Item(ReadOnlySpan<byte> bytes, ref int at, int depth)
    {
        if (depth > MaximumDepth)
        {
            throw new InvalidDataException($"nested deeper than {MaximumDepth}");
        }

        if (_text.Length > MaximumOutput)
        {
            throw new InvalidDataException("too much to show");
        }

        var (major, info, value) = Head(bytes, ref at);
        var indefinite = info == 31;
        switch (major)
        {
            case 0:
                _text.Append(CultureInfo.InvariantCulture, $"{value}{Width(info, value)}");
                break;
            case 1:
                _text.Append(CultureInfo.InvariantCulture, $"{-1 - (Int128)value}{Width(info, value)}");
                break;
            case 2 or 3 when indefinite:
                Chunks(bytes, ref at, major, depth);
                break;
            case 2:
                ByteString(Take(bytes, ref at, value), depth);
                break;
            case 3:
                Text(Take(bytes, ref at, value));
                break;
            case 4:
                Container(bytes, ref at, indefinite ? null : value, '[', ']', pairs: false, depth);
                break;
            case 5:
                Container(bytes, ref at, indefinite ? null : value, '{', '}', pairs: true, depth);
                break;
            case 6:
                _text.Append(CultureInfo.InvariantCulture, $"{value}(");
                Item(bytes, ref at, depth + 1);
                _text.Append(')');
                break;
            default:
                Simple(info, value);
                break;
        }
    }

    private static (int Major, int Info, ulong Value) Head(ReadOnlySpan<byte> bytes, ref int at)
    {
        if (at >= bytes.Length)
        {
            throw new InvalidDataException("the bytes end where an item should begin");
        }

        var (major, info) = (bytes[at] >> 5, bytes[at] & 31);
        if (info is 28 or 29 or 30 || (info == 31 && major is 0 or 1 or 6))
        {
            throw new InvalidDataException($"0x{bytes[at]:x2} begins no item");
        }

        at++;
        var size = info switch { 24 => 1, 25 => 2, 26 => 4, 27 => 8, _ => 0 };
        if (size == 0)
        {
            return (major, info, info == 31 ? 0 : (ulong)info);
        }

        Span<byte> number = stackalloc byte[8];
        number.Clear();
        Take(bytes, ref at, (ulong)size).CopyTo(number[(8 - size)..]);
        return (major, info, BinaryPrimitives.ReadUInt64BigEndian(number));
    }

    private static ReadOnlySpan<byte> Take(ReadOnlySpan<byte> bytes, ref int at, ulong length)
    {
        if (length > (ulong)(bytes.Length - at))
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"a length of {length}, and {bytes.Length - at} bytes are left"));
        }

        at += (int)length;
        return bytes.Slice(at - (int)length, (int)length);
    }

    /// <summary>RFC 8949 section 8.1: _0 to _3 for a head that is longer than it need be.</summary>
    private static string Width(int info, ulong value)
    {
        var needed = value switch { < 24 => (int)value, <= byte.MaxValue => 24, <= ushort.MaxValue => 25, <= uint.MaxValue => 26, _ => 27 };
        return info == needed ? "" : string.Create(CultureInfo.InvariantCulture, $"_{info - 24}");
    }

    private void ByteString(ReadOnlySpan<byte> content, int depth)
    {
        // Embedded CBOR is a container that fills the string: short strings would often be CBOR by chance.
        if (content.Length > 1 && content[0] >> 5 is 4 or 5 && IsOneItem(content))
        {
            var at = 0;
            _text.Append("<<");
            Item(content, ref at, depth + 1);
            _text.Append(">>");
            return;
        }

        _text.Append("h'").Append(Convert.ToHexStringLower(content)).Append('\'');
    }

    private static bool IsOneItem(ReadOnlySpan<byte> content)
    {
        var at = 0;
        try
        {
            new CborDiagnostics().Item(content, ref at, 1);
            return at == content.Length;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private void Text(ReadOnlySpan<byte> content)
    {
        if (!System.Text.Unicode.Utf8.IsValid(content))
        {
            throw new InvalidDataException("text that is not UTF-8");
        }

        var text = Encoding.UTF8.GetString(content).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        _text.Append('"').Append(Terminal.Clean(text)).Append('"');
    }

    private void Chunks(ReadOnlySpan<byte> bytes, ref int at, int major, int depth)
    {
        _text.Append("(_ ");
        for (var first = true; !Break(bytes, ref at); first = false)
        {
            if (at < bytes.Length && (bytes[at] >> 5 != major || (bytes[at] & 31) == 31))
            {
                throw new InvalidDataException("a chunk of another type");
            }

            _text.Append(first ? "" : ", ");
            Item(bytes, ref at, depth + 1);
        }

        _text.Append(')');
    }

    private void Container(ReadOnlySpan<byte> bytes, ref int at, ulong? count, char open, char close, bool pairs, int depth)
    {
        _text.Append(open).Append(count is null ? "_ " : "");
        var read = 0UL;
        while (count is null ? !Break(bytes, ref at) : read < count)
        {
            _text.Append(read == 0 ? "\n" : ",\n").Append(' ', 2 * (depth + 1));
            Item(bytes, ref at, depth + 1);
            if (pairs)
            {
                _text.Append(": ");
                Item(bytes, ref at, depth + 1);
            }

            read++;
        }

        if (read > 0)
        {
            _text.Append('\n').Append(' ', 2 * depth);
        }

        _text.Append(close);
    }

    private static bool Break(ReadOnlySpan<byte> bytes, ref int at)
    {
        var ends = at < bytes.Length && bytes[at] == 0xff;
        at += ends ? 1 : 0;
        return ends;
    }

    private void Simple(int info, ulong value)
    {
        _text.Append(info switch
        {
            20 => "false",
            21 => "true",
            22 => "null",
            23 => "undefined",
            25 => Float((double)BitConverter.UInt16BitsToHalf((ushort)value)) + "_1",
            26 => Float(BitConverter.UInt32BitsToSingle((uint)value)) + "_2",
            27 => Float(BitConverter.UInt64BitsToDouble(value)) + "_3",
            31 => throw new InvalidDataException("a break outside of an indefinite item"),
            24 when value < 32 => throw new InvalidDataException($"a simple value of {value} in two bytes"),
            _ => string.Create(CultureInfo.InvariantCulture, $"simple({value})"),
        });
    }

    private static string Float(double value) => value switch
    {
        double.NaN => "NaN",
        double.PositiveInfinity => "Infinity",
        double.NegativeInfinity => "-Infinity",
        _ => value.ToString("R", CultureInfo.InvariantCulture) is var text && text.AsSpan().ContainsAny(".E") ? text : text + ".0",
    };
}

using System.Numerics;
using Nitro.Attestation;

namespace Nitro.Verifier.Certificates;

/// <summary>
/// A strict reader of the part of DER (X.690 clauses 8 and 10) that certificates use. Every encoding it accepts is the only one of its
/// value, so bytes that were read to their end re-encode to themselves. It does not throw on any bytes and allocates only to say what
/// is wrong: System.Formats.Asn1 reports malformed content by throwing, which costs a refusal several microseconds and says no offset.
/// </summary>
/// <remarks>Readers made by <see cref="Inside"/> share the place for the error with the reader they came from.</remarks>
internal ref struct DerReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly ref FormatError? _error;
    private readonly int _end;
    private int _position;

    /// <summary>A reader over all of <paramref name="bytes"/>.</summary>
    /// <param name="bytes">What to read; offsets in errors count from its start.</param>
    /// <param name="error">Receives what is wrong when a read fails, and is left alone otherwise.</param>
    public DerReader(ReadOnlySpan<byte> bytes, ref FormatError? error)
        : this(bytes, 0, bytes.Length, ref error)
    {
    }

    private DerReader(ReadOnlySpan<byte> bytes, int start, int end, ref FormatError? error)
    {
        _bytes = bytes;
        _position = start;
        _end = end;
        _error = ref error;
    }

    /// <summary>Whether everything has been read.</summary>
    public readonly bool AtEnd => _position == _end;

    /// <summary>Offset of the next value.</summary>
    public readonly int Position => _position;

    /// <summary>A reader over the content of a value that this reader, or one it came from, has read.</summary>
    public readonly DerReader Inside(DerValue value) => new(_bytes, value.ContentStart, value.End, ref _error);

    /// <summary>Whether another value follows and its identifier octet is <paramref name="tag"/>.</summary>
    public readonly bool NextIs(byte tag) => _position < _end && _bytes[_position] == tag;

    /// <summary>Reads one value whose identifier octet must be <paramref name="tag"/>; its content is not looked into.</summary>
    public bool TryRead(byte tag, string where, out DerValue value)
    {
        value = default;
        var start = _position;
        if (start == _end)
        {
            return Fail(where, start, $"tag 0x{tag:X2}", "the end of what encloses it");
        }

        if (_bytes[start] != tag)
        {
            return Fail(where, start, $"tag 0x{tag:X2}", $"tag 0x{_bytes[start]:X2}");
        }

        if (!TryReadLength(where, start + 1, out var contentStart, out var length))
        {
            return false;
        }

        if (length > _end - contentStart)
        {
            return Fail(where, start + 1, $"at most the {_end - contentStart} bytes that are left", $"a length of {length}");
        }

        value = new DerValue(start, contentStart, contentStart + length);
        _position = value.End;
        return true;
    }

    /// <summary>Succeeds when everything has been read: nothing may follow what a type defines.</summary>
    public readonly bool TryEnd(string where) =>
        AtEnd || Fail(where, _position, "nothing after its last field", $"{_end - _position} more bytes");

    /// <summary>Reads a BOOLEAN that is TRUE. Where the default is FALSE, DER writes no other (X.690 11.1 and 11.5).</summary>
    public bool TryReadTrue(string where)
    {
        if (!TryRead(DerTag.Boolean, where, out var value))
        {
            return false;
        }

        return value.ContentLength == 1 && _bytes[value.ContentStart] == 0xFF
            || Fail(where, value.Start, "TRUE (0101FF), as FALSE is the default and not encoded", ByteText.Hex(value.Whole(_bytes)));
    }

    /// <summary>Reads an INTEGER that is not negative and has no needless leading octet (X.690 8.3.2).</summary>
    public bool TryReadUnsigned(string where, out DerValue value)
    {
        if (!TryRead(DerTag.Integer, where, out value))
        {
            return false;
        }

        var content = value.Content(_bytes);
        if (content.IsEmpty)
        {
            return Fail(where, value.Start, "an INTEGER of at least one octet", "none");
        }

        if (content[0] >= 0x80)
        {
            return Fail(where, value.Start, "an INTEGER that is not negative", ByteText.Hex(content));
        }

        return content.Length == 1 || content[0] != 0 || content[1] >= 0x80
            || Fail(where, value.Start, "an INTEGER in its shortest form", ByteText.Hex(content));
    }

    /// <summary>Reads an OBJECT IDENTIFIER (X.690 8.19); its meaning is compared by its content octets.</summary>
    public bool TryReadObjectIdentifier(string where, out DerValue value)
    {
        if (!TryRead(DerTag.ObjectIdentifier, where, out value))
        {
            return false;
        }

        var content = value.Content(_bytes);
        var wellFormed = !content.IsEmpty && content[^1] < 0x80;
        var atStartOfArc = true;
        foreach (var octet in content)
        {
            wellFormed &= !(atStartOfArc && octet == 0x80);
            atStartOfArc = octet < 0x80;
        }

        return wellFormed || Fail(where, value.Start, "an OBJECT IDENTIFIER in its shortest form", ByteText.Hex(content));
    }

    /// <summary>Reads a BIT STRING of whole octets; <paramref name="octets"/> leaves out the count of unused bits.</summary>
    public bool TryReadOctetsAsBits(string where, out DerValue octets)
    {
        octets = default;
        if (!TryRead(DerTag.BitString, where, out var value))
        {
            return false;
        }

        if (value.ContentLength < 1 || _bytes[value.ContentStart] != 0)
        {
            return Fail(where, value.Start, "a BIT STRING with 0 unused bits", ByteText.Hex(value.Whole(_bytes)));
        }

        octets = value with { ContentStart = value.ContentStart + 1 };
        return true;
    }

    /// <summary>
    /// Reads a BIT STRING of named bits (X.690 11.2.2): no trailing zero bit is encoded, so the unused bits are zero and the last used
    /// one is set. At least one bit must be set. <paramref name="octets"/> leaves out the count of unused bits.
    /// </summary>
    public bool TryReadNamedBits(string where, out DerValue octets)
    {
        octets = default;
        if (!TryRead(DerTag.BitString, where, out var value))
        {
            return false;
        }

        var content = value.Content(_bytes);
        if (content.Length < 2 || content[^1] == 0 || BitOperations.TrailingZeroCount(content[^1]) != content[0])
        {
            return Fail(where, value.Start, "named bits, at least one set, without trailing zero bits", ByteText.Hex(content));
        }

        octets = value with { ContentStart = value.ContentStart + 1 };
        return true;
    }

    /// <summary>Records what is wrong.</summary>
    /// <returns>False, so that a check can end in it.</returns>
    public readonly bool Fail(string where, int offset, string expected, string found)
    {
        _error = new FormatError(where, offset, expected, found);
        return false;
    }

    /// <summary>Reads a definite length in its shortest form (X.690 10.1); three octets of it exceed what any certificate or revocation list may have.</summary>
    private readonly bool TryReadLength(string where, int offset, out int contentStart, out int length)
    {
        contentStart = 0;
        length = 0;
        if (offset >= _end)
        {
            return Fail(where, offset, "a length", "the end of what encloses it");
        }

        var first = _bytes[offset];
        if (first < 0x80)
        {
            contentStart = offset + 1;
            length = first;
            return true;
        }

        var octets = first & 0x7F;
        if (octets is not (1 or 2 or 3))
        {
            return Fail(where, offset, "a definite length of at most 16777215", $"length octet 0x{first:X2}");
        }

        if (octets >= _end - offset)
        {
            return Fail(where, offset, $"a length of {octets} more octets", "the end of what encloses it");
        }

        contentStart = offset + 1 + octets;
        foreach (var octet in _bytes[(offset + 1)..contentStart])
        {
            length = (length << 8) | octet;
        }

        return length >= (octets == 1 ? 0x80 : 1 << (8 * (octets - 1)))
            || Fail(where, offset, "a length in its shortest form", ByteText.Hex(_bytes[offset..contentStart]));
    }
}

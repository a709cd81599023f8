using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Nitro.Attestation;

namespace Nitro.Verifier.Certificates;

/// <summary>
/// A name in a certificate (RFC 5280 4.1.2.4 and 4.1.2.6). Two names are equal when their DER is equal: AWS orders the attributes
/// differently by level, but writes an issuer exactly as it wrote that issuer's subject.
/// </summary>
/// <param name="Value">Where the Name lies.</param>
/// <param name="CommonName">Where the characters of its only commonName lie; empty when it has none or several.</param>
internal readonly record struct DistinguishedName(DerValue Value, DerValue CommonName)
{
    /// <summary>Characters after which a name is cut for people: one in a revocation list may be as long as the list.</summary>
    private const int MaximumText = 512;

    /// <summary>The characters of PrintableString (X.680 41.4).</summary>
    private static readonly SearchValues<byte> PrintableCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?"u8);

    /// <summary>Reads a Name that is not empty, and checks its DER throughout.</summary>
    /// <remarks>
    /// Values are PrintableString or UTF8String: RFC 5280 4.1.2.4 leaves a certification authority no other choice for a new name.
    /// An empty subject would need a critical subjectAltName, which is refused with the other unknown critical extensions.
    /// </remarks>
    public static bool TryRead(ref DerReader reader, ReadOnlySpan<byte> bytes, string where, out DistinguishedName name)
    {
        name = default;
        if (!reader.TryRead(DerTag.Sequence, where, out var sequence))
        {
            return false;
        }

        if (sequence.ContentLength == 0)
        {
            return reader.Fail(where, sequence.Start, "a name of at least one attribute", "an empty name");
        }

        var commonName = default(DerValue);
        var commonNames = 0;
        var relativeNames = reader.Inside(sequence);
        while (!relativeNames.AtEnd)
        {
            if (!TryReadRelativeName(ref relativeNames, bytes, where, ref commonName, ref commonNames))
            {
                return false;
            }
        }

        name = new DistinguishedName(sequence, commonNames == 1 ? commonName : default);
        return true;
    }

    /// <summary>The name for people, such as <c>C=US, O=Amazon, OU=AWS, CN=aws.nitro-enclaves</c>, in the order of its encoding, cut when it is long.</summary>
    /// <param name="bytes">The bytes this name was read from.</param>
    public string Text(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        FormatError? error = null;
        var relativeNames = new DerReader(bytes, ref error).Inside(Value);
        while (!relativeNames.AtEnd && relativeNames.TryRead(DerTag.Set, "name", out var relativeName))
        {
            var attributes = relativeNames.Inside(relativeName);
            while (!attributes.AtEnd && attributes.TryRead(DerTag.Sequence, "name", out var attribute)
                && TryReadTypeAndValue(ref attributes, attribute, bytes, "name", out var type, out var value))
            {
                text.Append(text.Length == 0 ? "" : ", ").Append(Label(type.Content(bytes)));
                text.Append('=').Append(ByteText.Printable(value.Content(bytes)));
                if (text.Length > MaximumText)
                {
                    return text.Append(", ...").ToString();
                }
            }
        }

        return text.ToString();
    }

    private static bool TryReadRelativeName(
        ref DerReader relativeNames, ReadOnlySpan<byte> bytes, string where, ref DerValue commonName, ref int commonNames)
    {
        if (!relativeNames.TryRead(DerTag.Set, where, out var relativeName))
        {
            return false;
        }

        if (relativeName.ContentLength == 0)
        {
            return relativeNames.Fail(where, relativeName.Start, "a SET of at least one attribute", "an empty SET");
        }

        var attributes = relativeNames.Inside(relativeName);
        var previous = default(DerValue);
        while (!attributes.AtEnd)
        {
            if (!attributes.TryRead(DerTag.Sequence, where, out var attribute)
                || !TryReadTypeAndValue(ref attributes, attribute, bytes, where, out var type, out var value))
            {
                return false;
            }

            // X.690 11.6: the elements of a SET OF ascend by their encodings. Two equal ones would be one attribute given twice.
            if (previous.End != 0 && previous.Whole(bytes).SequenceCompareTo(attribute.Whole(bytes)) >= 0)
            {
                return attributes.Fail(where, attribute.Start, "a SET in ascending order", "attributes out of order or repeated");
            }

            previous = attribute;
            if (type.Content(bytes).SequenceEqual(ObjectIdentifiers.CommonName))
            {
                commonName = value;
                commonNames++;
            }
        }

        return true;
    }

    private static bool TryReadTypeAndValue(
        ref DerReader attributes, DerValue attribute, ReadOnlySpan<byte> bytes, string where, out DerValue type, out DerValue value)
    {
        value = default;
        var fields = attributes.Inside(attribute);
        if (!fields.TryReadObjectIdentifier(where, out type))
        {
            return false;
        }

        var printable = fields.NextIs(DerTag.PrintableString);
        if (!fields.TryRead(printable ? DerTag.PrintableString : DerTag.Utf8String, where, out value))
        {
            return false;
        }

        var content = value.Content(bytes);
        if (content.IsEmpty || (printable ? content.ContainsAnyExcept(PrintableCharacters) : !Utf8.IsValid(content)))
        {
            var expected = printable ? "one or more characters of PrintableString" : "one or more characters of UTF-8";
            return fields.Fail(where, value.Start, expected, ByteText.Hex(content));
        }

        return fields.TryEnd(where);
    }

    private static string Label(ReadOnlySpan<byte> type) => type switch
    {
        _ when type.SequenceEqual(ObjectIdentifiers.CommonName) => "CN",
        _ when type.SequenceEqual(ObjectIdentifiers.Country) => "C",
        _ when type.SequenceEqual(ObjectIdentifiers.Locality) => "L",
        _ when type.SequenceEqual(ObjectIdentifiers.State) => "ST",
        _ when type.SequenceEqual(ObjectIdentifiers.Organization) => "O",
        _ when type.SequenceEqual(ObjectIdentifiers.OrganizationalUnit) => "OU",
        _ => ByteText.Hex(type),
    };
}

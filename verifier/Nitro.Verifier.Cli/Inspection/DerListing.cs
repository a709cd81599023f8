using System.Formats.Asn1;
using System.Globalization;
using System.Text;

namespace Nitro.Verifier.Cli.Inspection;

/// <summary>DER or BER as an indented list of its values, each with its offset and length, up to the byte where it is none.</summary>
internal static class DerListing
{
    private const int MaximumDepth = 32;
    private const int Shown = 32;

    /// <summary>The list, and what is wrong with the bytes; null when nothing is.</summary>
    public static (string Text, string? Problem) Show(ReadOnlyMemory<byte> bytes)
    {
        var text = new StringBuilder();
        try
        {
            List(bytes, 0, 0, text);
            return (text.ToString().TrimEnd('\n'), null);
        }
        catch (AsnContentException problem)
        {
            return (text.ToString().TrimEnd('\n'), problem.Message);
        }
    }

    private static void List(ReadOnlyMemory<byte> bytes, int offset, int depth, StringBuilder text)
    {
        for (var rest = bytes; !rest.IsEmpty && depth <= MaximumDepth && text.Length < CborDiagnostics.MaximumOutput;)
        {
            var tag = AsnDecoder.ReadEncodedValue(rest.Span, AsnEncodingRules.BER, out var start, out var length, out var consumed);
            var content = rest.Slice(start, length);
            text.Append(CultureInfo.InvariantCulture, $"{offset,6} {length,6}  ").Append(' ', 2 * depth).Append(Name(tag));
            if (tag.IsConstructed)
            {
                text.Append('\n');
                List(content, offset + start, depth + 1, text);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"  {Value(tag, rest[..consumed], content.Span)}\n");
            }

            rest = rest[consumed..];
            offset += consumed;
        }
    }

    private static string Name(Asn1Tag tag) => tag.TagClass == TagClass.Universal
        ? ((UniversalTagNumber)tag.TagValue).ToString()
        : string.Create(CultureInfo.InvariantCulture, $"[{(tag.TagClass == TagClass.ContextSpecific ? "" : tag.TagClass + " ")}{tag.TagValue}]");

    private static string Value(Asn1Tag tag, ReadOnlyMemory<byte> encoded, ReadOnlySpan<byte> content)
    {
        try
        {
            switch (tag.TagClass == TagClass.Universal ? (UniversalTagNumber)tag.TagValue : default)
            {
                case UniversalTagNumber.ObjectIdentifier:
                    return AsnDecoder.ReadObjectIdentifier(encoded.Span, AsnEncodingRules.BER, out _);
                case UniversalTagNumber.PrintableString or UniversalTagNumber.UTF8String or UniversalTagNumber.IA5String or UniversalTagNumber.UtcTime or UniversalTagNumber.GeneralizedTime:
                    return $"\"{Terminal.Clean(Encoding.UTF8.GetString(content))}\"";
                default:
                    break;
            }
        }
        catch (AsnContentException)
        {
            // Shown as bytes.
        }

        return content.Length <= Shown ? Convert.ToHexStringLower(content) : $"{Convert.ToHexStringLower(content[..Shown])}… ({content.Length.ToString(CultureInfo.InvariantCulture)} bytes)";
    }
}

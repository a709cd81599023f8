using System.Formats.Asn1;
using System.Text;
using System.Text.RegularExpressions;

namespace Nitro.Nsm.Simulator.Tests;

/// <summary>
/// A certificate as lines of text, one per ASN.1 value, with everything in it that AWS never varies: tags, object identifiers, booleans,
/// small numbers, bit strings of flags, and texts with what differs between instances replaced by a word.
/// </summary>
internal static partial class Asn1Shape
{
    public static List<string> Of(ReadOnlyMemory<byte> certificate)
    {
        var lines = new List<string>();
        var reader = new AsnReader(certificate, AsnEncodingRules.DER);
        Walk(reader, 0, lines, null);
        reader.ThrowIfNotEmpty();
        return lines;
    }

    private static void Walk(AsnReader reader, int depth, List<string> lines, string? lastOid)
    {
        var tag = reader.PeekTag();
        void Add(string text) => lines.Add(new string(' ', 2 * depth) + text);
        if (tag.IsConstructed)
        {
            Add(tag.TagClass == TagClass.Universal ? $"{(UniversalTagNumber)tag.TagValue}" : $"[{tag.TagValue}]");
            WalkAll(tag.TagValue == (int)UniversalTagNumber.Set && tag.TagClass == TagClass.Universal
                ? reader.ReadSetOf()
                : reader.ReadSequence(tag), depth + 1, lines);
            return;
        }

        if (tag.TagClass != TagClass.Universal)
        {
            var content = reader.ReadOctetString(tag);
            Add(tag.TagValue == 6 ? $"[6] {Normalize(Encoding.ASCII.GetString(content))}" : $"[{tag.TagValue}] {content.Length} bytes");
            return;
        }

        switch ((UniversalTagNumber)tag.TagValue)
        {
            case UniversalTagNumber.ObjectIdentifier:
                Add(reader.ReadObjectIdentifier());
                break;
            case UniversalTagNumber.Boolean:
                Add($"Boolean {reader.ReadBoolean()}");
                break;
            case UniversalTagNumber.Integer:
                var number = reader.ReadIntegerBytes();
                Add(number.Length == 1 ? $"Integer {number.Span[0]}" : "Integer");
                break;
            case UniversalTagNumber.BitString:
                var bits = reader.ReadBitString(out var unused);
                Add(bits.Length <= 2 ? $"BitString {Convert.ToHexString(bits)} unused {unused}" : "BitString");
                if (bits[0] == 0x30)
                {
                    WalkAll(new AsnReader(bits, AsnEncodingRules.DER), depth + 1, lines);
                }

                break;
            case UniversalTagNumber.OctetString:
                var octets = reader.ReadOctetString();
                Add("OctetString");
                if (lastOid is not null)
                {
                    // An extension's value is DER itself; any other string of octets is a key's identifier.
                    WalkAll(new AsnReader(octets, AsnEncodingRules.DER), depth + 1, lines);
                }
                else
                {
                    lines[^1] += $" {octets.Length} bytes";
                }

                break;
            case UniversalTagNumber.UtcTime:
                reader.ReadUtcTime(2049);
                Add("UtcTime");
                break;
            case UniversalTagNumber.GeneralizedTime:
                reader.ReadGeneralizedTime();
                Add("GeneralizedTime");
                break;
            default:
                Add($"{(UniversalTagNumber)tag.TagValue} {Normalize(reader.ReadCharacterString((UniversalTagNumber)tag.TagValue))}");
                break;
        }
    }

    private static void WalkAll(AsnReader reader, int depth, List<string> lines)
    {
        string? lastOid = null;
        while (reader.HasData)
        {
            var isOid = reader.PeekTag() == Asn1Tag.ObjectIdentifier;
            Walk(reader, depth, lines, lastOid);
            lastOid = isOid ? lines[^1] : lastOid;
        }
    }

    private static string Normalize(string text)
    {
        text = Uuid().Replace(text, "UUID");
        text = Region().Replace(text, "REGION");
        text = Instance().Replace(text, "INSTANCE");
        text = Enclave().Replace(text, "ENCLAVE");
        text = Number().Replace(text, "NUMBER.");
        return text.Replace("amazonaws.com", "HOST", StringComparison.Ordinal).Replace("local.invalid", "HOST", StringComparison.Ordinal);
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")]
    private static partial Regex Uuid();

    [GeneratedRegex("[a-z]{2}-(east|west|south|north|central|southeast|northeast)-[0-9]")]
    private static partial Regex Region();

    [GeneratedRegex("i-[0-9a-f]{17}")]
    private static partial Regex Instance();

    [GeneratedRegex("enc[0-9a-f]{16}")]
    private static partial Regex Enclave();

    [GeneratedRegex(@"^[0-9a-f]{1,16}\.")]
    private static partial Regex Number();
}

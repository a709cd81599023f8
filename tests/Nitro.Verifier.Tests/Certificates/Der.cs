using System.Formats.Asn1;

namespace Nitro.Verifier.Tests.Certificates;

/// <summary>DER by hand, so that a test can also write what is not DER.</summary>
internal static class Der
{
    public static byte[] EcdsaWithSha384 { get; } = Sequence(Oid("1.2.840.10045.4.3.3"));

    public static byte[] Tlv(byte tag, params byte[][] contents)
    {
        byte[] content = [.. contents.SelectMany(part => part)];
        byte[] length = content.Length switch
        {
            < 0x80 => [(byte)content.Length],
            < 0x100 => [0x81, (byte)content.Length],
            _ => [0x82, (byte)(content.Length >> 8), (byte)content.Length],
        };
        return [tag, .. length, .. content];
    }

    public static byte[] Sequence(params byte[][] contents) => Tlv(0x30, contents);

    public static byte[] Set(params byte[][] contents) => Tlv(0x31, contents);

    public static byte[] Integer(params byte[] content) => Tlv(0x02, content);

    public static byte[] Octets(params byte[][] contents) => Tlv(0x04, contents);

    public static byte[] Bits(byte unused, params byte[] octets) => Tlv(0x03, [unused], octets);

    public static byte[] Utf8(string text) => Tlv(0x0C, System.Text.Encoding.UTF8.GetBytes(text));

    public static byte[] Printable(string text) => Tlv(0x13, System.Text.Encoding.ASCII.GetBytes(text));

    public static byte[] UtcTime(string text) => Tlv(0x17, System.Text.Encoding.ASCII.GetBytes(text));

    public static byte[] GeneralizedTime(string text) => Tlv(0x18, System.Text.Encoding.ASCII.GetBytes(text));

    public static byte[] UtcTime(DateTimeOffset time) => UtcTime(time.UtcDateTime.ToString("yyMMddHHmmss'Z'", null));

    public static byte[] Oid(string dotted)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteObjectIdentifier(dotted);
        return writer.Encode();
    }

    public static byte[] Attribute(string oid, byte[] value) => Sequence(Oid(oid), value);

    /// <summary>A name as AWS's authorities write it at levels 0 and 1.</summary>
    public static byte[] Name(string commonName) => Sequence(
        Set(Attribute("2.5.4.6", Printable("US"))),
        Set(Attribute("2.5.4.10", Utf8("Amazon"))),
        Set(Attribute("2.5.4.11", Utf8("AWS"))),
        Set(Attribute("2.5.4.3", Utf8(commonName))));

    /// <summary>
    /// Decodes with System.Formats.Asn1 under its DER rules, and encodes again what was decoded. Null when it does not decode.
    /// Bytes that come out the same are DER by a judgement that is not the product's.
    /// </summary>
    public static byte[]? Reencode(ReadOnlyMemory<byte> bytes)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        try
        {
            var reader = new AsnReader(bytes, AsnEncodingRules.DER);
            while (reader.HasData)
            {
                Copy(reader, writer);
            }

            return writer.Encode();
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static void Copy(AsnReader reader, AsnWriter writer)
    {
        var tag = reader.PeekTag();
        if (tag.IsConstructed)
        {
            CopyConstructed(reader, writer, tag);
            return;
        }

        if (tag.TagClass != TagClass.Universal)
        {
            writer.WriteOctetString(reader.ReadOctetString(tag), tag);
            return;
        }

        switch ((UniversalTagNumber)tag.TagValue)
        {
            case UniversalTagNumber.Boolean:
                writer.WriteBoolean(reader.ReadBoolean());
                break;
            case UniversalTagNumber.Integer:
                writer.WriteInteger(reader.ReadInteger());
                break;
            case UniversalTagNumber.BitString:
                writer.WriteBitString(reader.ReadBitString(out var unused), unused);
                break;
            case UniversalTagNumber.OctetString:
                writer.WriteOctetString(reader.ReadOctetString());
                break;
            case UniversalTagNumber.ObjectIdentifier:
                writer.WriteObjectIdentifier(reader.ReadObjectIdentifier());
                break;
            case UniversalTagNumber.UtcTime:
                writer.WriteUtcTime(reader.ReadUtcTime());
                break;
            case UniversalTagNumber.GeneralizedTime:
                writer.WriteGeneralizedTime(reader.ReadGeneralizedTime());
                break;
            default:
                var text = (UniversalTagNumber)tag.TagValue;
                writer.WriteCharacterString(text, reader.ReadCharacterString(text));
                break;
        }
    }

    private static void CopyConstructed(AsnReader reader, AsnWriter writer, Asn1Tag tag)
    {
        if (tag.HasSameClassAndValue(Asn1Tag.SetOf))
        {
            var set = reader.ReadSetOf();
            using (writer.PushSetOf())
            {
                CopyAll(set, writer);
            }

            return;
        }

        var sequence = reader.ReadSequence(tag);
        using (writer.PushSequence(tag))
        {
            CopyAll(sequence, writer);
        }
    }

    private static void CopyAll(AsnReader reader, AsnWriter writer)
    {
        while (reader.HasData)
        {
            Copy(reader, writer);
        }
    }
}

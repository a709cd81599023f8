using Nitro.Verifier.Certificates;
using static Nitro.Verifier.Tests.Certificates.TestChain;

namespace Nitro.Verifier.Tests.Certificates;

/// <summary>Certificates that are not the one DER encoding of an X.509 v3 certificate.</summary>
internal static class EncodingDefects
{
    public static IEnumerable<ChainDefect> All =>
    [
        .. Encodings(),
        .. Names(),
        .. Times(),
        .. ExtensionLists(),
    ];

    private static readonly byte[] True = [0x01, 0x01, 0xFF];

    private static ChainDefect Encoding(string name, int level, Action<TestCertificate> spoil) =>
        new(name, CertificateRule.CertificateEncoding, level, chain => spoil(chain[level]));

    private static IEnumerable<ChainDefect> Encodings()
    {
        foreach (var level in (int[])[Regional, Zonal, Instance, Leaf])
        {
            yield return Encoding($"an empty certificate at level {level}", level, c => c.AlterWhole = _ => []);
            yield return Encoding($"a byte after the certificate at level {level}", level, c => c.AlterWhole = whole => [.. whole, 0]);
            yield return Encoding($"the last byte missing at level {level}", level, c => c.AlterWhole = whole => whole[..^1]);
            yield return Encoding($"1025 bytes at level {level}", level, c =>
                c.AlterWhole = whole => [.. whole, .. new byte[1025 - whole.Length]]);
        }

        yield return Encoding("only a tag", Zonal, c => c.AlterWhole = _ => [0x30]);
        yield return Encoding("not a SEQUENCE", Zonal, c => c.AlterWhole = whole => [0x31, .. whole[1..]]);
        yield return Encoding("an indefinite length", Zonal, c => c.AlterWhole = whole => [0x30, 0x80, .. whole[4..], 0, 0]);
        yield return Encoding("a length with a needless leading zero", Zonal, c => c.AlterWhole = whole => [0x30, 0x83, 0, .. whole[2..]]);
        yield return Encoding("a long form where the short one does", Zonal, c =>
            c.InnerAlgorithm = [0x30, 0x81, .. c.InnerAlgorithm[1..]]);
        yield return Encoding("two length octets where one does", Zonal, c => c.InnerAlgorithm = [0x30, 0x82, 0, .. c.InnerAlgorithm[1..]]);
        yield return Encoding("a length past the end", Zonal, c =>
            c.AlterWhole = whole => [.. whole[..3], (byte)(whole[3] + 1), .. whole[4..]]);
        yield return Encoding("v1, without a version field", Leaf, c => c.Version = []);
        yield return Encoding("v1, written out", Leaf, c => c.Version = Der.Tlv(0xA0, Der.Integer(0)));
        yield return Encoding("v2", Leaf, c => c.Version = Der.Tlv(0xA0, Der.Integer(1)));
        yield return Encoding("v4", Leaf, c => c.Version = Der.Tlv(0xA0, Der.Integer(3)));
        yield return Encoding("a version with a leading zero", Leaf, c => c.Version = Der.Tlv(0xA0, Der.Integer(0, 2)));
        yield return Encoding("two versions", Leaf, c => c.Version = Der.Tlv(0xA0, Der.Integer(2), Der.Integer(2)));
        yield return Encoding("a serial number of zero", Leaf, c => c.SerialNumber = [0]);
        yield return Encoding("a negative serial number", Leaf, c => c.SerialNumber = [0x80, 1]);
        yield return Encoding("an empty serial number", Leaf, c => c.SerialNumber = []);
        yield return Encoding("a serial number with a needless leading zero", Leaf, c => c.SerialNumber = [0, 0x7F]);
        yield return Encoding("a serial number of 22 octets", Instance, c => c.SerialNumber = [0, 0x80, .. new byte[20]]);
        yield return Encoding("an issuer's unique id", Leaf, c => c.AfterKey = Der.Tlv(0x81, [0, 1]));
        yield return Encoding("a subject's unique id", Leaf, c => c.AfterKey = Der.Tlv(0x82, [0, 1]));
        yield return Encoding("something after the extensions", Leaf, c => c.AfterExtensions = [0x05, 0x00]);
        yield return Encoding("unused bits in the signature's BIT STRING", Leaf, c =>
            c.AlterSignatureField = field => [.. field[..2], 1, .. field[3..]]);
        yield return Encoding("an empty BIT STRING as signature", Leaf, c => c.AlterSignatureField = _ => [0x03, 0x00]);
        yield return Encoding("an OCTET STRING as signature", Leaf, c => c.AlterSignatureField = field => [0x04, .. field[1..]]);
        yield return Encoding("something after the signature", Leaf, c => c.AlterSignatureField = field => [.. field, 0x05, 0x00]);
    }

    private static IEnumerable<ChainDefect> Names()
    {
        static ChainDefect Subject(string name, byte[] subject) => Encoding(name, Zonal, c => c.Subject = subject);
        static byte[] Typed(params byte[][] fields) => Der.Sequence(Der.Set(Der.Sequence(fields)));
        static byte[] Value(byte[] value) => Der.Sequence(Der.Set(Der.Attribute("2.5.4.3", value)));
        var small = Der.Attribute("2.5.4.3", Der.Utf8("a"));
        var large = Der.Attribute("2.5.4.3", Der.Utf8("b"));

        yield return Subject("an empty name", Der.Sequence());
        yield return Subject("an empty SET in a name", Der.Sequence(Der.Set()));
        yield return Subject("a name that is no SEQUENCE", Der.Set(small));
        yield return Subject("a SEQUENCE where a name has a SET", Der.Sequence(Der.Sequence(small)));
        yield return Subject("a SET out of order", Der.Sequence(Der.Set(large, small)));
        yield return Subject("a SET with one attribute twice", Der.Sequence(Der.Set(small, small)));
        yield return Subject("an attribute without a value", Typed(Der.Oid("2.5.4.3")));
        yield return Subject("an attribute with two values", Typed(Der.Oid("2.5.4.3"), Der.Utf8("a"), Der.Utf8("b")));
        yield return Subject("an empty value in a name", Value(Der.Utf8("")));
        yield return Subject("bytes that are not UTF-8 in a name", Value(Der.Tlv(0x0C, [0xC3, 0x28])));
        yield return Subject("an overlong UTF-8 form in a name", Value(Der.Tlv(0x0C, [0xC0, 0xAF])));
        yield return Subject("a character that PrintableString lacks", Value(Der.Printable("a@b")));
        yield return Subject("an IA5String in a name", Value(Der.Tlv(0x16, "a"u8.ToArray())));
        yield return Subject("a TeletexString in a name", Value(Der.Tlv(0x14, "a"u8.ToArray())));
        yield return Subject("a BMPString in a name", Value(Der.Tlv(0x1E, [0, 0x61])));
        yield return Subject("an empty attribute type", Typed([0x06, 0x00], Der.Utf8("a")));
        yield return Subject("an attribute type cut short", Typed([0x06, 0x02, 0x55, 0x84], Der.Utf8("a")));
        yield return Subject("an attribute type with padding", Typed([0x06, 0x03, 0x55, 0x80, 0x04], Der.Utf8("a")));
        yield return Encoding("an empty issuer", Zonal, c => c.Issuer = Der.Sequence());
    }

    private static IEnumerable<ChainDefect> Times()
    {
        static ChainDefect NotAfter(string name, byte[] time) => Encoding(name, Leaf, c => c.NotAfter = time);
        yield return NotAfter("a UTCTime without seconds", Der.UtcTime("2601151330Z"));
        yield return NotAfter("a UTCTime with an offset", Der.UtcTime("260115133000+0000"));
        yield return NotAfter("a UTCTime without Z", Der.UtcTime("260115133000"));
        yield return NotAfter("a UTCTime with a lower-case z", Der.UtcTime("260115133000z"));
        yield return NotAfter("a UTCTime with a letter", Der.UtcTime("26011513300OZ"));
        yield return NotAfter("a UTCTime with a space", Der.UtcTime(" 60115133000Z"));
        yield return NotAfter("a UTCTime with a sign", Der.UtcTime("26011513+100Z"));
        yield return NotAfter("month 0", Der.UtcTime("260015133000Z"));
        yield return NotAfter("month 13", Der.UtcTime("261315133000Z"));
        yield return NotAfter("day 0", Der.UtcTime("260100133000Z"));
        yield return NotAfter("31 April", Der.UtcTime("260431133000Z"));
        yield return NotAfter("29 February 2026", Der.UtcTime("260229133000Z"));
        yield return NotAfter("hour 24", Der.UtcTime("260115240000Z"));
        yield return NotAfter("minute 60", Der.UtcTime("260115136000Z"));
        yield return NotAfter("second 60", Der.UtcTime("260115133060Z"));
        yield return NotAfter("a GeneralizedTime before 2050", Der.GeneralizedTime("20491231235959Z"));
        yield return NotAfter("a GeneralizedTime of year 0", Der.GeneralizedTime("00000101000000Z"));
        yield return NotAfter("a GeneralizedTime with fractions", Der.GeneralizedTime("20500115133000.5Z"));
        yield return NotAfter("a GeneralizedTime without seconds", Der.GeneralizedTime("205001151330Z"));
        yield return NotAfter("a GeneralizedTime without Z", Der.GeneralizedTime("20500115133000"));
        yield return NotAfter("29 February 2100", Der.GeneralizedTime("21000229133000Z"));
        yield return NotAfter("a time as text", Der.Printable("260115133000Z"));
        yield return NotAfter("an empty time", Der.UtcTime(""));
        yield return Encoding("a notBefore without seconds", Leaf, c => c.NotBefore = Der.UtcTime("2601150000Z"));
        yield return Encoding("a third time", Leaf, c => c.NotAfter = [.. c.NotAfter, .. c.NotAfter]);
    }

    private static IEnumerable<ChainDefect> ExtensionLists()
    {
        static ChainDefect List(string name, byte[] field) => Encoding(name, Leaf, c => c.ExtensionsField = field);
        var oid = Der.Oid(TestCertificate.KeyUsageOid);
        var value = Der.Octets(Der.Bits(6, 0xC0));
        yield return List("an empty list of extensions", Der.Tlv(0xA3, Der.Sequence()));
        yield return List("an empty field of extensions", Der.Tlv(0xA3));
        yield return List("two lists of extensions", Der.Tlv(0xA3, Der.Sequence(Der.Sequence(oid, value)), Der.Sequence()));
        yield return List("an extension without a value", Der.Tlv(0xA3, Der.Sequence(Der.Sequence(oid))));
        yield return List("an extension with a BIT STRING as value", Der.Tlv(0xA3, Der.Sequence(Der.Sequence(oid, Der.Bits(0, 1)))));
        yield return List("something after an extension's value", Der.Tlv(0xA3, Der.Sequence(Der.Sequence(oid, value, True))));
        yield return List("critical FALSE written out", Der.Tlv(0xA3, Der.Sequence(Der.Sequence(oid, [0x01, 0x01, 0x00], value))));
        yield return List("critical TRUE written as 01", Der.Tlv(0xA3, Der.Sequence(Der.Sequence(oid, [0x01, 0x01, 0x01], value))));
        yield return List("a BOOLEAN of two octets", Der.Tlv(0xA3, Der.Sequence(Der.Sequence(oid, [0x01, 0x02, 0xFF, 0xFF], value))));
        yield return List("a BOOLEAN of no octets", Der.Tlv(0xA3, Der.Sequence(Der.Sequence(oid, [0x01, 0x00], value))));
    }
}

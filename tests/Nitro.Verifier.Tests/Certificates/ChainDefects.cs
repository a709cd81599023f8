using System.Security.Cryptography;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.Tests.Certificates;

/// <summary>Every way in which a chain is broken here, each in one thing, with the rule that must refuse it and the level it must name.</summary>
internal static class ChainDefects
{
    private const int Root = TestChain.Root;
    private const int Regional = TestChain.Regional;
    private const int Zonal = TestChain.Zonal;
    private const int Instance = TestChain.Instance;
    private const int Leaf = TestChain.Leaf;

    private static readonly byte[] True = [0x01, 0x01, 0xFF];
    private static readonly byte[] Critical = TestCertificate.Critical;

    public static IReadOnlyList<ChainDefect> All { get; } =
    [
        .. Encodings(),
        .. Names(),
        .. Times(),
        .. ExtensionLists(),
        .. Algorithms(),
        .. Extensions(),
        .. Constraints(),
        .. KeyUsages(),
        .. Chaining(),
        .. Validity(),
        .. Signatures(),
        .. Profile(),
    ];

    private static ChainDefect Encoding(string name, int level, Action<TestCertificate> spoil) =>
        new(name, CertificateRule.CertificateEncoding, level, chain => spoil(chain[level]));

    private static ChainDefect Algorithm(string name, int level, Action<TestCertificate> spoil) =>
        new(name, CertificateRule.CertificateAlgorithms, level, chain => spoil(chain[level]));

    private static ChainDefect Extension(string name, int level, Action<TestCertificate> spoil) =>
        new(name, CertificateRule.CertificateExtensions, level, chain => spoil(chain[level]));

    private static IEnumerable<ChainDefect> Encodings()
    {
        foreach (var level in (int[])[Regional, Zonal, Instance, Leaf])
        {
            yield return Encoding($"an empty certificate at level {level}", level, c => c.AlterWhole = _ => []);
            yield return Encoding($"a byte after the certificate at level {level}", level, c => c.AlterWhole = whole => [.. whole, 0]);
            yield return Encoding($"the last byte missing at level {level}", level, c => c.AlterWhole = whole => whole[..^1]);
            yield return Encoding($"1025 bytes at level {level}", level, c => c.AlterWhole = whole => [.. whole, .. new byte[1025 - whole.Length]]);
        }

        yield return Encoding("only a tag", Zonal, c => c.AlterWhole = _ => [0x30]);
        yield return Encoding("not a SEQUENCE", Zonal, c => c.AlterWhole = whole => [0x31, .. whole[1..]]);
        yield return Encoding("an indefinite length", Zonal, c => c.AlterWhole = whole => [0x30, 0x80, .. whole[4..], 0, 0]);
        yield return Encoding("a length with a needless leading zero", Zonal, c => c.AlterWhole = whole => [0x30, 0x83, 0, .. whole[2..]]);
        yield return Encoding("a long form where the short one does", Zonal, c => c.InnerAlgorithm = [0x30, 0x81, .. c.InnerAlgorithm[1..]]);
        yield return Encoding("two length octets where one does", Zonal, c => c.InnerAlgorithm = [0x30, 0x82, 0, .. c.InnerAlgorithm[1..]]);
        yield return Encoding("a length past the end", Zonal, c => c.AlterWhole = whole => [.. whole[..3], (byte)(whole[3] + 1), .. whole[4..]]);
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
        yield return Encoding("unused bits in the signature's BIT STRING", Leaf, c => c.AlterSignatureField = field => [.. field[..2], 1, .. field[3..]]);
        yield return Encoding("an empty BIT STRING as signature", Leaf, c => c.AlterSignatureField = _ => [0x03, 0x00]);
        yield return Encoding("an OCTET STRING as signature", Leaf, c => c.AlterSignatureField = field => [0x04, .. field[1..]]);
        yield return Encoding("something after the signature", Leaf, c => c.AlterSignatureField = field => [.. field, 0x05, 0x00]);
    }

    private static IEnumerable<ChainDefect> Names()
    {
        static ChainDefect Subject(string name, byte[] subject) => Encoding(name, Zonal, c => c.Subject = subject);
        static byte[] Value(byte[] value) => Der.Sequence(Der.Set(Der.Attribute("2.5.4.3", value)));
        var small = Der.Attribute("2.5.4.3", Der.Utf8("a"));
        var large = Der.Attribute("2.5.4.3", Der.Utf8("b"));

        yield return Subject("an empty name", Der.Sequence());
        yield return Subject("an empty SET in a name", Der.Sequence(Der.Set()));
        yield return Subject("a name that is no SEQUENCE", Der.Set(small));
        yield return Subject("a SEQUENCE where a name has a SET", Der.Sequence(Der.Sequence(small)));
        yield return Subject("a SET out of order", Der.Sequence(Der.Set(large, small)));
        yield return Subject("a SET with one attribute twice", Der.Sequence(Der.Set(small, small)));
        yield return Subject("an attribute without a value", Der.Sequence(Der.Set(Der.Sequence(Der.Oid("2.5.4.3")))));
        yield return Subject("an attribute with two values", Der.Sequence(Der.Set(Der.Sequence(Der.Oid("2.5.4.3"), Der.Utf8("a"), Der.Utf8("b")))));
        yield return Subject("an empty value in a name", Value(Der.Utf8("")));
        yield return Subject("bytes that are not UTF-8 in a name", Value(Der.Tlv(0x0C, [0xC3, 0x28])));
        yield return Subject("an overlong UTF-8 form in a name", Value(Der.Tlv(0x0C, [0xC0, 0xAF])));
        yield return Subject("a character that PrintableString lacks", Value(Der.Printable("a@b")));
        yield return Subject("an IA5String in a name", Value(Der.Tlv(0x16, "a"u8.ToArray())));
        yield return Subject("a TeletexString in a name", Value(Der.Tlv(0x14, "a"u8.ToArray())));
        yield return Subject("a BMPString in a name", Value(Der.Tlv(0x1E, [0, 0x61])));
        yield return Subject("an empty attribute type", Der.Sequence(Der.Set(Der.Sequence([0x06, 0x00], Der.Utf8("a")))));
        yield return Subject("an attribute type cut short", Der.Sequence(Der.Set(Der.Sequence([0x06, 0x02, 0x55, 0x84], Der.Utf8("a")))));
        yield return Subject("an attribute type with padding", Der.Sequence(Der.Set(Der.Sequence([0x06, 0x03, 0x55, 0x80, 0x04], Der.Utf8("a")))));
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
        static ChainDefect List(string name, Func<TestCertificate, byte[]> field) => Encoding(name, Leaf, c => c.ExtensionsField = field(c));
        var oid = Der.Oid(TestCertificate.KeyUsageOid);
        var value = Der.Octets(Der.Bits(6, 0xC0));
        yield return List("an empty list of extensions", _ => Der.Tlv(0xA3, Der.Sequence()));
        yield return List("an empty field of extensions", _ => Der.Tlv(0xA3));
        yield return List("two lists of extensions", _ => Der.Tlv(0xA3, Der.Sequence(Der.Sequence(oid, value)), Der.Sequence()));
        yield return List("an extension without a value", _ => Der.Tlv(0xA3, Der.Sequence(Der.Sequence(oid))));
        yield return List("an extension with a BIT STRING as value", _ => Der.Tlv(0xA3, Der.Sequence(Der.Sequence(oid, Der.Bits(0, 1)))));
        yield return List("something after an extension's value", _ => Der.Tlv(0xA3, Der.Sequence(Der.Sequence(oid, value, True))));
        yield return List("critical FALSE written out", _ => Der.Tlv(0xA3, Der.Sequence(Der.Sequence(oid, [0x01, 0x01, 0x00], value))));
        yield return List("critical TRUE written as 01", _ => Der.Tlv(0xA3, Der.Sequence(Der.Sequence(oid, [0x01, 0x01, 0x01], value))));
        yield return List("a BOOLEAN of two octets", _ => Der.Tlv(0xA3, Der.Sequence(Der.Sequence(oid, [0x01, 0x02, 0xFF, 0xFF], value))));
        yield return List("a BOOLEAN of no octets", _ => Der.Tlv(0xA3, Der.Sequence(Der.Sequence(oid, [0x01, 0x00], value))));
    }

    private static IEnumerable<ChainDefect> Algorithms()
    {
        var sha256 = Der.Sequence(Der.Oid("1.2.840.10045.4.3.2"));
        yield return Algorithm("ecdsa-with-SHA256", Leaf, c =>
        {
            c.InnerAlgorithm = sha256;
            c.OuterAlgorithm = sha256;
            c.Hash = HashAlgorithmName.SHA256;
        });
        yield return Algorithm("another algorithm outside than inside", Leaf, c => c.OuterAlgorithm = sha256);
        yield return Algorithm("another algorithm inside than outside", Leaf, c => c.InnerAlgorithm = sha256);
        yield return Algorithm("NULL parameters", Leaf, c =>
        {
            c.InnerAlgorithm = Der.Sequence(Der.Oid("1.2.840.10045.4.3.3"), [0x05, 0x00]);
            c.OuterAlgorithm = c.InnerAlgorithm;
        });
        yield return Algorithm("an empty algorithm", Leaf, c => c.OuterAlgorithm = Der.Sequence());
        yield return Algorithm("sha384WithRSAEncryption", Leaf, c => c.InnerAlgorithm = Der.Sequence(Der.Oid("1.2.840.113549.1.1.12"), [0x05, 0x00]));
        foreach (var (name, curve) in ((string, ECCurve)[])[("P-256", ECCurve.NamedCurves.nistP256), ("P-521", ECCurve.NamedCurves.nistP521)])
        {
            using var key = ECDsa.Create(curve);
            var info = key.ExportSubjectPublicKeyInfo();
            foreach (var level in (int[])[Regional, Leaf])
            {
                yield return Algorithm($"a {name} key at level {level}", level, c => c.SubjectPublicKeyInfo = info);
            }
        }

        using var rsa = RSA.Create(2048);
        var rsaInfo = rsa.ExportSubjectPublicKeyInfo();
        yield return Algorithm("an RSA key", Leaf, c => c.SubjectPublicKeyInfo = rsaInfo);

        static byte[] KeyInfo(byte[] algorithm, byte[] key) => Der.Sequence(algorithm, key);
        var algorithm = Der.Sequence(Der.Oid("1.2.840.10045.2.1"), Der.Oid("1.3.132.0.34"));
        var point = TestChain.KeyOf(Leaf).ExportSubjectPublicKeyInfo()[23..];
        byte[] compressed = [(byte)(2 + (point[^1] & 1)), .. point[1..49]];
        byte[] hybrid = [(byte)(6 + (point[^1] & 1)), .. point[1..]];
        byte[] offCurve = [.. point[..^1], (byte)(point[^1] ^ 1)];
        var fieldSize = Enumerable.Repeat((byte)0xFF, 48).ToArray();
        yield return Algorithm("a compressed point", Leaf, c => c.SubjectPublicKeyInfo = KeyInfo(algorithm, Der.Bits(0, compressed)));
        yield return Algorithm("a hybrid point", Leaf, c => c.SubjectPublicKeyInfo = KeyInfo(algorithm, Der.Bits(0, hybrid)));
        yield return Algorithm("the point at infinity", Leaf, c => c.SubjectPublicKeyInfo = KeyInfo(algorithm, Der.Bits(0, 0)));
        yield return Algorithm("a point off the curve", Leaf, c => c.SubjectPublicKeyInfo = KeyInfo(algorithm, Der.Bits(0, offCurve)));
        yield return Algorithm("an issuer's point off the curve", Regional, c => c.SubjectPublicKeyInfo = KeyInfo(algorithm, Der.Bits(0, offCurve)));
        yield return Algorithm("0, 0 as a point", Leaf, c => c.SubjectPublicKeyInfo = KeyInfo(algorithm, Der.Bits(0, [4, .. new byte[96]])));
        yield return Algorithm("a coordinate not below p", Leaf, c => c.SubjectPublicKeyInfo = KeyInfo(algorithm, Der.Bits(0, [4, .. fieldSize, .. point[49..]])));
        yield return Algorithm("unused bits in the key", Leaf, c => c.SubjectPublicKeyInfo = KeyInfo(algorithm, Der.Bits(1, point)));
        yield return Algorithm("a byte after the point", Leaf, c => c.SubjectPublicKeyInfo = KeyInfo(algorithm, Der.Bits(0, [.. point, 0])));
        yield return Algorithm("the curve left out", Leaf, c => c.SubjectPublicKeyInfo = KeyInfo(Der.Sequence(Der.Oid("1.2.840.10045.2.1")), Der.Bits(0, point)));
        yield return Algorithm("id-ecDH as the key's algorithm", Leaf, c =>
            c.SubjectPublicKeyInfo = KeyInfo(Der.Sequence(Der.Oid("1.3.132.1.12"), Der.Oid("1.3.132.0.34")), Der.Bits(0, point)));
        yield return Algorithm("the curve's parameters written out", Leaf, c =>
            c.SubjectPublicKeyInfo = KeyInfo(Der.Sequence(Der.Oid("1.2.840.10045.2.1"), Der.Sequence(Der.Integer(1))), Der.Bits(0, point)));

        foreach (var (name, alter) in SignatureForms())
        {
            yield return Algorithm($"a signature with {name}", Leaf, c => c.AlterSignature = alter);
        }

        yield return Algorithm("an issuer's signature with a byte after it", Regional, c => c.AlterSignature = signature => [.. signature, 0]);
    }

    private static IEnumerable<(string Name, Func<byte[], byte[]> Alter)> SignatureForms()
    {
        var one = Der.Integer(1);
        yield return ("nothing in it", _ => []);
        yield return ("no numbers", _ => Der.Sequence());
        yield return ("one number", _ => Der.Sequence(one));
        yield return ("three numbers", _ => Der.Sequence(one, one, one));
        yield return ("a byte after it", signature => [.. signature, 0]);
        yield return ("a long form of its length", signature => [0x30, 0x81, .. signature[1..]]);
        yield return ("a needless zero before r", signature => Der.Sequence(Der.Integer([0, .. First(signature)]), signature[(4 + signature[3])..]));
        yield return ("a negative r", _ => Der.Sequence(Der.Integer(0x80), one));
        yield return ("a negative s", _ => Der.Sequence(one, Der.Integer(0x80)));
        yield return ("r of zero", _ => Der.Sequence(Der.Integer(0), one));
        yield return ("s of zero", _ => Der.Sequence(one, Der.Integer(0)));
        yield return ("an empty r", _ => Der.Sequence(Der.Integer(), one));
        yield return ("r of 49 octets", _ => Der.Sequence(Der.Integer([1, .. new byte[48]]), one));
        yield return ("an OCTET STRING for r", _ => Der.Sequence(Der.Octets([1]), one));
    }

    private static byte[] First(byte[] signature)
    {
        // SEQUENCE, its length, INTEGER, its length, r. An r with a leading zero already is not in its shortest form with another.
        return signature[4..(4 + signature[3])];
    }

    private static IEnumerable<ChainDefect> Extensions()
    {
        var keyUsage = Der.Bits(6, 0xC0);
        foreach (var level in (int[])[Regional, Zonal, Instance, Leaf])
        {
            yield return Extension($"an unknown critical extension at level {level}", level, c => c.SetExtension("1.2.3.4", Critical, Der.Octets([1])));
        }

        foreach (var (name, oid) in ((string, string)[])
            [
                ("extendedKeyUsage", "2.5.29.37"), ("nameConstraints", "2.5.29.30"), ("policyConstraints", "2.5.29.36"),
                ("policyMappings", "2.5.29.33"), ("inhibitAnyPolicy", "2.5.29.54"),
            ])
        {
            yield return Extension($"a critical {name}", Instance, c => c.SetExtension(oid, Critical, Der.Sequence()));
            yield return Extension($"a non-critical {name}", Instance, c => c.SetExtension(oid, [], Der.Sequence()));
        }

        yield return Extension("an extendedKeyUsage in the leaf", Leaf, c => c.SetExtension("2.5.29.37", [], Der.Sequence(Der.Oid("1.3.6.1.5.5.7.3.1"))));
        yield return Extension("a critical subjectAltName", Leaf, c => c.SetExtension("2.5.29.17", Critical, Der.Sequence()));
        yield return Extension("keyUsage twice", Leaf, c => c.Extensions.Add((TestCertificate.KeyUsageOid, [], keyUsage)));
        yield return Extension("an unknown extension twice", Leaf, c => c.Extensions.AddRange([("1.2.3.4", [], [1]), ("1.2.3.4", [], [2])]));

        static ChainDefect Basic(string name, byte[] value) =>
            Extension(name, Instance, c => c.SetExtension(TestCertificate.BasicConstraintsOid, Critical, value));
        yield return Basic("cA FALSE written out", Der.Sequence([0x01, 0x01, 0x00]));
        yield return Basic("cA TRUE written as 01", Der.Sequence([0x01, 0x01, 0x01]));
        yield return Basic("a pathLenConstraint without cA", Der.Sequence(Der.Integer(0)));
        yield return Basic("a negative pathLenConstraint", Der.Sequence(True, Der.Integer(0xFF)));
        yield return Basic("a pathLenConstraint with a leading zero", Der.Sequence(True, Der.Integer(0, 0)));
        yield return Basic("a pathLenConstraint of five octets", Der.Sequence(True, Der.Integer(1, 0, 0, 0, 0)));
        yield return Basic("something after pathLenConstraint", Der.Sequence(True, Der.Integer(0), Der.Integer(0)));
        yield return Basic("something after basicConstraints", [.. Der.Sequence(True, Der.Integer(0)), 0]);
        yield return Basic("basicConstraints with a long length", [0x30, 0x81, 0x03, .. True]);
        yield return Basic("empty basicConstraints", []);
        yield return Basic("basicConstraints that is no SEQUENCE", True);

        static ChainDefect Usage(string name, byte[] value) =>
            Extension(name, Leaf, c => c.SetExtension(TestCertificate.KeyUsageOid, [], value));
        yield return Usage("keyUsage with a trailing zero bit", Der.Bits(5, 0xC0));
        yield return Usage("keyUsage with a set unused bit", Der.Bits(7, 0xC0));
        yield return Usage("keyUsage with eight unused bits", Der.Bits(8, 0x00));
        yield return Usage("keyUsage with a trailing zero octet", Der.Bits(0, 0xC0, 0x00));
        yield return Usage("keyUsage without bits", Der.Bits(0));
        yield return Usage("keyUsage with no bit set", Der.Bits(7, 0x00));
        yield return Usage("keyUsage with a tenth bit", Der.Bits(6, 0xC0, 0x40));
        yield return Usage("keyUsage of three octets", Der.Bits(7, 0xC0, 0x00, 0x80));
        yield return Usage("something after keyUsage", [.. Der.Bits(6, 0xC0), 0]);
        yield return Usage("keyUsage without an octet", [0x03, 0x00]);

        static ChainDefect Own(string name, string oid, byte[] critical, byte[] value) =>
            Extension(name, Instance, c => c.SetExtension(oid, critical, value));
        var identifier = TestChain.KeyIdentifier(Zonal);
        const string Subject = TestCertificate.SubjectKeyIdentifierOid;
        const string Authority = TestCertificate.AuthorityKeyIdentifierOid;
        yield return Own("a critical subjectKeyIdentifier", Subject, Critical, Der.Octets(identifier));
        yield return Own("an empty subjectKeyIdentifier", Subject, [], Der.Octets());
        yield return Own("something after subjectKeyIdentifier", Subject, [], [.. Der.Octets(identifier), 0]);
        yield return Own("a subjectKeyIdentifier of another type", Subject, [], Der.Bits(0, identifier));
        yield return Own("a critical authorityKeyIdentifier", Authority, Critical, Der.Sequence(Der.Tlv(0x80, identifier)));
        yield return Own("an authorityKeyIdentifier without identifier", Authority, [], Der.Sequence());
        yield return Own("an empty identifier in authorityKeyIdentifier", Authority, [], Der.Sequence(Der.Tlv(0x80)));
        yield return Own("an authorityKeyIdentifier with a serial number", Authority, [], Der.Sequence(Der.Tlv(0x80, identifier), Der.Tlv(0x82, [1])));
        yield return Own("something after authorityKeyIdentifier", Authority, [], [.. Der.Sequence(Der.Tlv(0x80, identifier)), 0]);

        static ChainDefect Lists(string name, byte[] critical, byte[] value) =>
            Extension(name, Regional, c => c.SetExtension(TestCertificate.CrlDistributionPointsOid, critical, value));
        static byte[] Point(params byte[][] names) => Der.Sequence(Der.Sequence(Der.Tlv(0xA0, Der.Tlv(0xA0, names))));
        var uri = Der.Tlv(0x86, "http://a/"u8.ToArray());
        yield return Lists("critical cRLDistributionPoints", Critical, Point(uri));
        yield return Lists("cRLDistributionPoints without a point", [], Der.Sequence());
        yield return Lists("a distribution point without a name", [], Der.Sequence(Der.Sequence()));
        yield return Lists("a distribution point with an empty name", [], Point());
        yield return Lists("a distribution point with an empty URI", [], Point(Der.Tlv(0x86)));
        yield return Lists("a distribution point with a space in its URI", [], Point(Der.Tlv(0x86, "http://a b"u8.ToArray())));
        yield return Lists("a distribution point with bytes above ASCII", [], Point(Der.Tlv(0x86, [0xC3, 0xA9])));
        yield return Lists("a distribution point by directory name", [], Point(Der.Tlv(0xA4, Der.Name("x"))));
        yield return Lists("a distribution point with reasons", [], Der.Sequence(Der.Sequence(Der.Tlv(0xA0, Der.Tlv(0xA0, uri)), Der.Tlv(0x81, [6, 0x40]))));
        yield return Lists("a name relative to the CRL's issuer", [], Der.Sequence(Der.Sequence(Der.Tlv(0xA0, Der.Tlv(0xA1, uri)))));
        yield return Lists("two names for one distribution point", [], Der.Sequence(Der.Sequence(Der.Tlv(0xA0, Der.Tlv(0xA0, uri), Der.Tlv(0xA0, uri)))));
        yield return Lists("something after cRLDistributionPoints", [], [.. Point(uri), 0]);
    }

    private static IEnumerable<ChainDefect> Constraints()
    {
        const CertificateRule Rule = CertificateRule.BasicConstraints;
        foreach (var level in (int[])[Regional, Zonal, Instance])
        {
            yield return new($"no cA at level {level}", Rule, level, chain =>
                chain[level].SetExtension(TestCertificate.BasicConstraintsOid, Critical, Der.Sequence()));
            yield return new($"no basicConstraints at level {level}", Rule, level, chain =>
                chain[level].RemoveExtension(TestCertificate.BasicConstraintsOid));
            yield return new($"non-critical basicConstraints at level {level}", Rule, level, chain =>
                chain[level].SetExtension(TestCertificate.BasicConstraintsOid, [], Der.Sequence(True)));
        }

        yield return new("more levels than the root's pathLenConstraint", Rule, Root, chain => chain.SetPathLength(Root, 2));
        yield return new("more levels than the regional pathLenConstraint", Rule, Regional, chain => chain.SetPathLength(Regional, 1));
        yield return new("more levels than the zonal pathLenConstraint", Rule, Zonal, chain => chain.SetPathLength(Zonal, 0));
        yield return new("a leaf that is an authority", Rule, Leaf, chain =>
            chain[Leaf].SetExtension(TestCertificate.BasicConstraintsOid, Critical, Der.Sequence(True)));
        yield return new("a leaf that is an authority with pathlen 0", Rule, Leaf, chain => chain.SetPathLength(Leaf, 0));
    }

    private static IEnumerable<ChainDefect> KeyUsages()
    {
        const CertificateRule Rule = CertificateRule.KeyUsage;
        static Action<TestChain> Set(int level, byte[] bits) => chain => chain[level].SetExtension(TestCertificate.KeyUsageOid, Critical, bits);
        foreach (var level in (int[])[Regional, Zonal, Instance])
        {
            yield return new($"no keyCertSign at level {level}", Rule, level, Set(level, Der.Bits(1, 0x82)));
            yield return new($"no keyUsage at level {level}", Rule, level, chain => chain[level].RemoveExtension(TestCertificate.KeyUsageOid));
        }

        yield return new("an issuer that may only decipher", Rule, Instance, Set(Instance, Der.Bits(7, 0x00, 0x80)));
        yield return new("a leaf without digitalSignature", Rule, Leaf, Set(Leaf, Der.Bits(6, 0x40)));
        yield return new("a leaf with keyCertSign", Rule, Leaf, Set(Leaf, Der.Bits(2, 0x84)));
        yield return new("a leaf with cRLSign", Rule, Leaf, Set(Leaf, Der.Bits(1, 0x82)));
        yield return new("a leaf without keyUsage", Rule, Leaf, chain => chain[Leaf].RemoveExtension(TestCertificate.KeyUsageOid));
    }

    private static IEnumerable<ChainDefect> Chaining()
    {
        const CertificateRule Rule = CertificateRule.NameChaining;
        foreach (var level in (int[])[Regional, Zonal, Instance, Leaf])
        {
            yield return new($"another issuer at level {level}", Rule, level, chain => chain[level].Issuer = Der.Name("another"));
        }

        yield return new("an issuer that differs in its string type only", Rule, Zonal, chain =>
        {
            chain.Rename(Regional, Der.Sequence(Der.Set(Der.Attribute("2.5.4.3", Der.Utf8("a")))));
            chain[Zonal].Issuer = Der.Sequence(Der.Set(Der.Attribute("2.5.4.3", Der.Printable("a"))));
        });
        yield return new("an issuer that differs in its order only", Rule, Zonal, chain =>
        {
            chain.Rename(Regional, Der.Sequence(Der.Set(Der.Attribute("2.5.4.10", Der.Utf8("a"))), Der.Set(Der.Attribute("2.5.4.3", Der.Utf8("b")))));
            chain[Zonal].Issuer = Der.Sequence(Der.Set(Der.Attribute("2.5.4.3", Der.Utf8("b"))), Der.Set(Der.Attribute("2.5.4.10", Der.Utf8("a"))));
        });
        yield return new("an issuer that differs in case only", Rule, Leaf, chain =>
            chain[Leaf].Issuer = Der.Name($"{TestChain.InstanceId}.{TestChain.Region}.AWS.nitro-enclaves"));
        yield return new("a self-issued intermediate", Rule, Zonal, chain => chain.Rename(Zonal, chain[Zonal].Issuer));
        yield return new("an attacker's self-signed root in the place of the regional certificate", Rule, Regional, chain =>
        {
            chain[Regional].Issuer = chain[Regional].Subject;
            chain[Regional].Issuing = TestChain.KeyOf(Regional);
        });
        yield return new("an attacker's self-signed root with the genuine root's name", Rule, Regional, chain =>
        {
            chain.Rename(Regional, chain[Root].Subject);
            chain[Regional].Issuing = TestChain.KeyOf(Regional);
        });
        foreach (var level in (int[])[Zonal, Instance, Leaf])
        {
            yield return new($"another authority key identifier at level {level}", CertificateRule.KeyIdentifiers, level, chain =>
                chain[level].SetExtension(TestCertificate.AuthorityKeyIdentifierOid, [], Der.Sequence(Der.Tlv(0x80, TestChain.KeyIdentifier(Leaf)))));
        }

        yield return new("an authority key identifier cut short", CertificateRule.KeyIdentifiers, Instance, chain =>
            chain[Instance].SetExtension(TestCertificate.AuthorityKeyIdentifierOid, [], Der.Sequence(Der.Tlv(0x80, TestChain.KeyIdentifier(Zonal)[1..]))));
    }

    private static IEnumerable<ChainDefect> Validity()
    {
        for (var each = Root; each <= Leaf; each++)
        {
            var level = each;
            yield return new($"expired by a second at level {level}", CertificateRule.ValidityPeriod, level, chain =>
                chain[level].NotAfter = Der.UtcTime(TestChain.Now.AddSeconds(-1)));
            yield return new($"not yet valid by a second at level {level}", CertificateRule.ValidityPeriod, level, chain =>
                chain[level].NotBefore = Der.UtcTime(TestChain.Now.AddSeconds(1)));
        }

        yield return new("a period that ends before it begins", CertificateRule.ValidityPeriod, Leaf, chain =>
            (chain[Leaf].NotBefore, chain[Leaf].NotAfter) = (chain[Leaf].NotAfter, chain[Leaf].NotBefore));
        yield return new("a period in the last century", CertificateRule.ValidityPeriod, Leaf, chain =>
        {
            chain[Leaf].NotBefore = Der.UtcTime("500101000000Z");
            chain[Leaf].NotAfter = Der.UtcTime("991231235959Z");
        });
        yield return new("a period that starts in 2050", CertificateRule.ValidityPeriod, Leaf, chain =>
        {
            chain[Leaf].NotBefore = Der.GeneralizedTime("20500101000000Z");
            chain[Leaf].NotAfter = Der.GeneralizedTime("99991231235959Z");
        });
    }

    private static IEnumerable<ChainDefect> Signatures()
    {
        const CertificateRule Rule = CertificateRule.CertificateSignature;
        foreach (var level in (int[])[Regional, Zonal, Instance, Leaf])
        {
            yield return new($"signed by its own key at level {level}", Rule, level, chain => chain[level].Issuing = TestChain.KeyOf(level));
            yield return new($"signed over another hash at level {level}", Rule, level, chain => chain[level].Hash = HashAlgorithmName.SHA256);
            yield return new($"r and s of one at level {level}", Rule, level, chain =>
                chain[level].AlterSignature = _ => Der.Sequence(Der.Integer(1), Der.Integer(1)));
        }

        yield return new("a leaf signed by the root", Rule, Leaf, chain => chain[Leaf].Issuing = TestChain.KeyOf(Root));
        yield return new("r not below the order", Rule, Leaf, chain =>
            chain[Leaf].AlterSignature = _ => Der.Sequence(Der.Integer([0, .. Enumerable.Repeat((byte)0xFF, 48)]), Der.Integer(1)));
        yield return new("r and s exchanged", Rule, Leaf, chain => chain[Leaf].AlterSignature = Exchange);
    }

    private static IEnumerable<ChainDefect> Profile()
    {
        const CertificateRule Rule = CertificateRule.CertificateProfile;
        const string Region = TestChain.Region;
        static ChainDefect Named(string name, int level, string commonName) => new(name, Rule, level, chain => chain.Rename(level, commonName));
        static ChainDefect Level(string name, int level, Action<TestCertificate> spoil) => new(name, Rule, level, chain => spoil(chain[level]));

        yield return Named("another module id in the leaf", Leaf, $"{TestChain.InstanceId}-enc0123456789abcdee.{Region}.aws");
        yield return Named("a leaf whose name goes on", Leaf, $"{TestChain.ModuleId}.{Region}.aws.nitro-enclaves");
        yield return Named("a leaf whose name starts earlier", Leaf, $"x{TestChain.ModuleId}.{Region}.aws");
        yield return Named("another region in the leaf", Leaf, $"{TestChain.ModuleId}.eu-central-2.aws");
        yield return Named("another partition in the leaf", Leaf, $"{TestChain.ModuleId}.{Region}.aws-us-gov");
        yield return Named("another instance in the instance certificate", Instance, $"i-0123456789abcdef1.{Region}.aws.nitro-enclaves");
        yield return Named("half an instance id in the instance certificate", Instance, $"i-0123456789abcde.{Region}.aws.nitro-enclaves");
        yield return Named("no instance id in the instance certificate", Instance, $".{Region}.aws.nitro-enclaves");
        yield return Named("another region in the instance certificate", Instance, $"{TestChain.InstanceId}.eu-central-2.aws.nitro-enclaves");
        yield return Named("a zonal certificate in the place of the instance", Instance, $"123.zonal.{Region}.aws.nitro-enclaves");
        yield return Named("another region in the zonal certificate", Zonal, "123.zonal.eu-central-2.aws.nitro-enclaves");
        yield return Named("no zonal in the zonal certificate", Zonal, $"123.{Region}.aws.nitro-enclaves");
        yield return Named("no label in the zonal certificate", Zonal, $".zonal.{Region}.aws.nitro-enclaves");
        yield return Named("no label in the regional certificate", Regional, $".{Region}.aws.nitro-enclaves");
        yield return Named("no region in the regional certificate", Regional, "0123.aws.nitro-enclaves");
        yield return Named("an empty region in the regional certificate", Regional, "0123..aws.nitro-enclaves");
        yield return Named("two labels in the regional certificate", Regional, $"0123.4567.{Region}.aws.nitro-enclaves");
        yield return Named("a region in capitals", Regional, "0123.EU-CENTRAL-1.aws.nitro-enclaves");
        yield return Named("GovCloud's partition under another root", Regional, $"0123.{Region}.aws-us-gov.nitro-enclaves");
        yield return Named("a regional certificate of another service", Regional, $"0123.{Region}.aws.other");
        yield return new("no common name in the leaf", Rule, Leaf, chain =>
            chain.Rename(Leaf, Der.Sequence(Der.Set(Der.Attribute("2.5.4.10", Der.Utf8("Amazon"))))));
        yield return new("two common names in the leaf", Rule, Leaf, chain =>
        {
            var name = Der.Attribute("2.5.4.3", Der.Utf8($"{TestChain.ModuleId}.{Region}.aws"));
            chain.Rename(Leaf, Der.Sequence(Der.Set(name), Der.Set(name)));
        });

        yield return new("no pathLenConstraint in the regional certificate", Rule, Regional, chain => chain.SetPathLength(Regional, null));
        yield return new("a larger pathLenConstraint in the regional certificate", Rule, Regional, chain => chain.SetPathLength(Regional, 3));
        yield return new("a larger pathLenConstraint in the zonal certificate", Rule, Zonal, chain => chain.SetPathLength(Zonal, 2));
        yield return new("a larger pathLenConstraint in the instance certificate", Rule, Instance, chain => chain.SetPathLength(Instance, 1));
        yield return Level("no basicConstraints in the leaf", Leaf, c => c.RemoveExtension(TestCertificate.BasicConstraintsOid));
        yield return Level("non-critical basicConstraints in the leaf", Leaf, c => c.SetExtension(TestCertificate.BasicConstraintsOid, [], Der.Sequence()));
        yield return Level("a critical keyUsage in the leaf", Leaf, c => c.SetExtension(TestCertificate.KeyUsageOid, Critical, Der.Bits(6, 0xC0)));
        yield return Level("digitalSignature alone in the leaf", Leaf, c => c.SetExtension(TestCertificate.KeyUsageOid, [], Der.Bits(7, 0x80)));
        yield return Level("one more usage in the leaf", Leaf, c => c.SetExtension(TestCertificate.KeyUsageOid, [], Der.Bits(5, 0xE0)));
        yield return Level("a non-critical keyUsage in the instance certificate", Instance, c => c.SetExtension(TestCertificate.KeyUsageOid, [], Der.Bits(2, 0x04)));
        yield return Level("cRLSign in the instance certificate", Instance, c => c.SetExtension(TestCertificate.KeyUsageOid, Critical, Der.Bits(1, 0x06)));
        yield return Level("one key identifier in the instance certificate", Instance, c => c.RemoveExtension(TestCertificate.AuthorityKeyIdentifierOid));
        yield return Level("no subject key identifier in the zonal certificate", Zonal, c => c.RemoveExtension(TestCertificate.SubjectKeyIdentifierOid));
        yield return Level("no cRLDistributionPoints in the regional certificate", Regional, c => c.RemoveExtension(TestCertificate.CrlDistributionPointsOid));
        yield return Level("key identifiers in the leaf", Leaf, c => c.SetExtension(TestCertificate.SubjectKeyIdentifierOid, [], Der.Octets([1])));
        foreach (var level in (int[])[Regional, Zonal, Instance, Leaf])
        {
            yield return Level($"an unknown non-critical extension at level {level}", level, c => c.SetExtension("1.2.3.4", [], [1]));
        }
    }

    private static byte[] Exchange(byte[] signature)
    {
        var s = 4 + signature[3];
        return Der.Sequence(signature[s..], signature[2..s]);
    }
}

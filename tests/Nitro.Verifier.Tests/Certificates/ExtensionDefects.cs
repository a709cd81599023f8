using Nitro.Verifier.Certificates;
using static Nitro.Verifier.Tests.Certificates.TestChain;

namespace Nitro.Verifier.Tests.Certificates;

/// <summary>Certificates whose extensions are unknown, repeated or malformed.</summary>
internal static class ExtensionDefects
{
    public static IEnumerable<ChainDefect> All =>
    [
        .. Extensions(),
    ];

    private static readonly byte[] True = [0x01, 0x01, 0xFF];
    private static readonly byte[] Critical = TestCertificate.Critical;

    private static ChainDefect Extension(string name, int level, Action<TestCertificate> spoil) =>
        new(name, CertificateRule.CertificateExtensions, level, chain => spoil(chain[level]));

    private static IEnumerable<ChainDefect> Extensions()
    {
        var keyUsage = Der.Bits(6, 0xC0);
        foreach (var level in (int[])[Regional, Zonal, Instance, Leaf])
        {
            yield return Extension($"an unknown critical extension at level {level}", level, c =>
                c.SetExtension("1.2.3.4", Critical, Der.Octets([1])));
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

        yield return Extension("an extendedKeyUsage in the leaf", Leaf, c =>
            c.SetExtension("2.5.29.37", [], Der.Sequence(Der.Oid("1.3.6.1.5.5.7.3.1"))));
        yield return Extension("a critical subjectAltName", Leaf, c => c.SetExtension("2.5.29.17", Critical, Der.Sequence()));
        yield return Extension("keyUsage twice", Leaf, c => c.Extensions.Add((TestCertificate.KeyUsageOid, [], keyUsage)));
        yield return Extension("an unknown extension twice", Leaf, c =>
            c.Extensions.AddRange([("1.2.3.4", [], [1]), ("1.2.3.4", [], [2])]));

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
        var identifier = KeyIdentifier(Zonal);
        const string Subject = TestCertificate.SubjectKeyIdentifierOid;
        const string Authority = TestCertificate.AuthorityKeyIdentifierOid;
        yield return Own("a critical subjectKeyIdentifier", Subject, Critical, Der.Octets(identifier));
        yield return Own("an empty subjectKeyIdentifier", Subject, [], Der.Octets());
        yield return Own("something after subjectKeyIdentifier", Subject, [], [.. Der.Octets(identifier), 0]);
        yield return Own("a subjectKeyIdentifier of another type", Subject, [], Der.Bits(0, identifier));
        yield return Own("a critical authorityKeyIdentifier", Authority, Critical, Der.Sequence(Der.Tlv(0x80, identifier)));
        yield return Own("an authorityKeyIdentifier without identifier", Authority, [], Der.Sequence());
        yield return Own("an empty identifier in authorityKeyIdentifier", Authority, [], Der.Sequence(Der.Tlv(0x80)));
        yield return Own(
            "an authorityKeyIdentifier with a serial number", Authority, [], Der.Sequence(Der.Tlv(0x80, identifier), Der.Tlv(0x82, [1])));
        yield return Own("something after authorityKeyIdentifier", Authority, [], [.. Der.Sequence(Der.Tlv(0x80, identifier)), 0]);

        static ChainDefect Lists(string name, byte[] critical, byte[] value) =>
            Extension(name, Regional, c => c.SetExtension(TestCertificate.CrlDistributionPointsOid, critical, value));
        static byte[] PointOf(params byte[][] fields) => Der.Sequence(Der.Sequence(fields));
        static byte[] Point(params byte[][] names) => PointOf(Der.Tlv(0xA0, Der.Tlv(0xA0, names)));
        var uri = Der.Tlv(0x86, "http://a/"u8.ToArray());
        yield return Lists("critical cRLDistributionPoints", Critical, Point(uri));
        yield return Lists("cRLDistributionPoints without a point", [], Der.Sequence());
        yield return Lists("a distribution point without a name", [], Der.Sequence(Der.Sequence()));
        yield return Lists("a distribution point with an empty name", [], Point());
        yield return Lists("a distribution point with an empty URI", [], Point(Der.Tlv(0x86)));
        yield return Lists("a distribution point with a space in its URI", [], Point(Der.Tlv(0x86, "http://a b"u8.ToArray())));
        yield return Lists("a distribution point with bytes above ASCII", [], Point(Der.Tlv(0x86, [0xC3, 0xA9])));
        yield return Lists("a distribution point by directory name", [], Point(Der.Tlv(0xA4, Der.Name("x"))));
        yield return Lists("a distribution point with reasons", [], PointOf(Der.Tlv(0xA0, Der.Tlv(0xA0, uri)), Der.Tlv(0x81, [6, 0x40])));
        yield return Lists("a name relative to the CRL's issuer", [], PointOf(Der.Tlv(0xA0, Der.Tlv(0xA1, uri))));
        yield return Lists("two names for one distribution point", [], PointOf(Der.Tlv(0xA0, Der.Tlv(0xA0, uri), Der.Tlv(0xA0, uri))));
        yield return Lists("something after cRLDistributionPoints", [], [.. Point(uri), 0]);
    }
}

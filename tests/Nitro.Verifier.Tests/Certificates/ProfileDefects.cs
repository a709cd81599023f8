using Nitro.Verifier.Certificates;
using static Nitro.Verifier.Tests.Certificates.TestChain;

namespace Nitro.Verifier.Tests.Certificates;

/// <summary>Paths that are valid by RFC 5280 and are not of AWS's shape.</summary>
internal static class ProfileDefects
{
    public static IEnumerable<ChainDefect> All =>
    [
        .. Profile(),
    ];

    private const CertificateRule Rule = CertificateRule.CertificateProfile;

    private static readonly byte[] Critical = TestCertificate.Critical;

    private static IEnumerable<ChainDefect> Profile()
    {
        static ChainDefect Named(string name, int level, string commonName) =>
            new(name, Rule, level, chain => chain.Rename(level, commonName));
        static ChainDefect Level(string name, int level, Action<TestCertificate> spoil) =>
            new(name, Rule, level, chain => spoil(chain[level]));

        yield return Named("another module id in the leaf", Leaf, $"{InstanceId}-enc0123456789abcdee.{Region}.aws");
        yield return Named("a leaf whose name goes on", Leaf, $"{ModuleId}.{Region}.aws.nitro-enclaves");
        yield return Named("a leaf whose name starts earlier", Leaf, $"x{ModuleId}.{Region}.aws");
        yield return Named("another region in the leaf", Leaf, $"{ModuleId}.eu-central-2.aws");
        yield return Named("another partition in the leaf", Leaf, $"{ModuleId}.{Region}.aws-us-gov");
        yield return Named("another instance in the instance certificate", Instance, $"i-0123456789abcdef1.{Region}.aws.nitro-enclaves");
        yield return Named("half an instance id in the instance certificate", Instance, $"i-0123456789abcde.{Region}.aws.nitro-enclaves");
        yield return Named("no instance id in the instance certificate", Instance, $".{Region}.aws.nitro-enclaves");
        yield return Named("another region in the instance certificate", Instance, $"{InstanceId}.eu-central-2.aws.nitro-enclaves");
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
            var name = Der.Attribute("2.5.4.3", Der.Utf8($"{ModuleId}.{Region}.aws"));
            chain.Rename(Leaf, Der.Sequence(Der.Set(name), Der.Set(name)));
        });

        yield return new("no pathLenConstraint in the regional certificate", Rule, Regional, chain => chain.SetPathLength(Regional, null));
        yield return new("a larger pathLenConstraint in the regional certificate", Rule, Regional, chain =>
            chain.SetPathLength(Regional, 3));
        yield return new("a larger pathLenConstraint in the zonal certificate", Rule, Zonal, chain => chain.SetPathLength(Zonal, 2));
        yield return new("a larger pathLenConstraint in the instance certificate", Rule, Instance, chain =>
            chain.SetPathLength(Instance, 1));
        yield return Level("no basicConstraints in the leaf", Leaf, c => c.RemoveExtension(TestCertificate.BasicConstraintsOid));
        yield return Level("non-critical basicConstraints in the leaf", Leaf, c =>
            c.SetExtension(TestCertificate.BasicConstraintsOid, [], Der.Sequence()));
        yield return Level("a critical keyUsage in the leaf", Leaf, c =>
            c.SetExtension(TestCertificate.KeyUsageOid, Critical, Der.Bits(6, 0xC0)));
        yield return Level("digitalSignature alone in the leaf", Leaf, c =>
            c.SetExtension(TestCertificate.KeyUsageOid, [], Der.Bits(7, 0x80)));
        yield return Level("one more usage in the leaf", Leaf, c => c.SetExtension(TestCertificate.KeyUsageOid, [], Der.Bits(5, 0xE0)));
        yield return Level("a non-critical keyUsage in the instance certificate", Instance, c =>
            c.SetExtension(TestCertificate.KeyUsageOid, [], Der.Bits(2, 0x04)));
        yield return Level("cRLSign in the instance certificate", Instance, c =>
            c.SetExtension(TestCertificate.KeyUsageOid, Critical, Der.Bits(1, 0x06)));
        yield return Level("one key identifier in the instance certificate", Instance, c =>
            c.RemoveExtension(TestCertificate.AuthorityKeyIdentifierOid));
        yield return Level("no subject key identifier in the zonal certificate", Zonal, c =>
            c.RemoveExtension(TestCertificate.SubjectKeyIdentifierOid));
        yield return Level("no cRLDistributionPoints in the regional certificate", Regional, c =>
            c.RemoveExtension(TestCertificate.CrlDistributionPointsOid));
        yield return Level("key identifiers in the leaf", Leaf, c =>
            c.SetExtension(TestCertificate.SubjectKeyIdentifierOid, [], Der.Octets([1])));
        foreach (var level in (int[])[Regional, Zonal, Instance, Leaf])
        {
            yield return Level($"an unknown non-critical extension at level {level}", level, c => c.SetExtension("1.2.3.4", [], [1]));
        }
    }
}

using System.Security.Cryptography;
using Nitro.Verifier.Certificates;
using static Nitro.Verifier.Tests.Certificates.TestChain;

namespace Nitro.Verifier.Tests.Certificates;

/// <summary>Certificates that are well-formed each by itself and do not make a path.</summary>
internal static class PathDefects
{
    public static IEnumerable<ChainDefect> All =>
    [
        .. Constraints(),
        .. KeyUsages(),
        .. Chaining(),
        .. Validity(),
        .. Signatures(),
    ];

    private static readonly byte[] True = [0x01, 0x01, 0xFF];
    private static readonly byte[] Critical = TestCertificate.Critical;

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
        static Action<TestChain> Set(int level, byte[] bits) =>
            chain => chain[level].SetExtension(TestCertificate.KeyUsageOid, Critical, bits);
        foreach (var level in (int[])[Regional, Zonal, Instance])
        {
            yield return new($"no keyCertSign at level {level}", Rule, level, Set(level, Der.Bits(1, 0x82)));
            yield return new($"no keyUsage at level {level}", Rule, level, chain =>
                chain[level].RemoveExtension(TestCertificate.KeyUsageOid));
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
            var organization = Der.Set(Der.Attribute("2.5.4.10", Der.Utf8("a")));
            var common = Der.Set(Der.Attribute("2.5.4.3", Der.Utf8("b")));
            chain.Rename(Regional, Der.Sequence(organization, common));
            chain[Zonal].Issuer = Der.Sequence(common, organization);
        });
        yield return new("an issuer that differs in case only", Rule, Leaf, chain =>
            chain[Leaf].Issuer = Der.Name($"{InstanceId}.{Region}.AWS.nitro-enclaves"));
        yield return new("a self-issued intermediate", Rule, Zonal, chain => chain.Rename(Zonal, chain[Zonal].Issuer));
        yield return new("an attacker's self-signed root in the place of the regional certificate", Rule, Regional, chain =>
        {
            chain[Regional].Issuer = chain[Regional].Subject;
            chain[Regional].Issuing = KeyOf(Regional);
        });
        yield return new("an attacker's self-signed root with the genuine root's name", Rule, Regional, chain =>
        {
            chain.Rename(Regional, chain[Root].Subject);
            chain[Regional].Issuing = KeyOf(Regional);
        });
        foreach (var level in (int[])[Zonal, Instance, Leaf])
        {
            yield return new($"another authority key identifier at level {level}", CertificateRule.KeyIdentifiers, level, chain =>
                SetAuthority(chain[level], KeyIdentifier(Leaf)));
        }

        yield return new("an authority key identifier cut short", CertificateRule.KeyIdentifiers, Instance, chain =>
            SetAuthority(chain[Instance], KeyIdentifier(Zonal)[1..]));

        static void SetAuthority(TestCertificate certificate, byte[] identifier) =>
            certificate.SetExtension(TestCertificate.AuthorityKeyIdentifierOid, [], Der.Sequence(Der.Tlv(0x80, identifier)));
    }

    private static IEnumerable<ChainDefect> Validity()
    {
        for (var each = Root; each <= Leaf; each++)
        {
            var level = each;
            yield return new($"expired by a second at level {level}", CertificateRule.ValidityPeriod, level, chain =>
                chain[level].NotAfter = Der.UtcTime(Now.AddSeconds(-1)));
            yield return new($"not yet valid by a second at level {level}", CertificateRule.ValidityPeriod, level, chain =>
                chain[level].NotBefore = Der.UtcTime(Now.AddSeconds(1)));
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
            yield return new($"signed by its own key at level {level}", Rule, level, chain =>
                chain[level].Issuing = KeyOf(level));
            yield return new($"signed over another hash at level {level}", Rule, level, chain =>
                chain[level].Hash = HashAlgorithmName.SHA256);
            yield return new($"r and s of one at level {level}", Rule, level, chain =>
                chain[level].AlterSignature = _ => Der.Sequence(Der.Integer(1), Der.Integer(1)));
        }

        yield return new("a leaf signed by the root", Rule, Leaf, chain => chain[Leaf].Issuing = KeyOf(Root));
        yield return new("r not below the order", Rule, Leaf, chain =>
            chain[Leaf].AlterSignature = _ => Der.Sequence(Der.Integer([0, .. Enumerable.Repeat((byte)0xFF, 48)]), Der.Integer(1)));
        yield return new("r and s exchanged", Rule, Leaf, chain => chain[Leaf].AlterSignature = Exchange);
    }

    private static byte[] Exchange(byte[] signature)
    {
        var s = 4 + signature[3];
        return Der.Sequence(signature[s..], signature[2..s]);
    }
}

using Nitro.Vectors.Generator.Documents;
using Nitro.Vectors.Generator.Policies;
using Nitro.Verifier;
using Nitro.Verifier.Certificates;
using Nitro.Verifier.Tests.Certificates;

namespace Nitro.Vectors.Generator.Chains;

/// <summary>
/// Chains, each inside a document that its leaf's key signed: one defect each, and what passes although it looks odd. Checks 301 to 312.
/// </summary>
internal static class ChainVectors
{
    public static void AddTo(VectorSet set)
    {
        foreach (var defect in ChainDefects.All)
        {
            AddDefect(set, defect);
        }

        AddBundles(set);
        AddValid(set);
    }

    private static void AddDefect(VectorSet set, ChainDefect defect)
    {
        var chain = new TestChain();
        defect.Spoil(chain);
        var certificates = chain.Build();
        if (Array.Exists(certificates, certificate => certificate.Length is 0 or > 1024))
        {
            // The document's own checks 208 and 209 say so first; the documents have vectors for that.
            return;
        }

        var policy = certificates[TestChain.Root].AsSpan().SequenceEqual(DocumentBuilder.Chain[TestChain.Root])
            ? PolicyFiles.AnyImage
            : PolicyFiles.AddForRoot(
                set, "root-" + defect.Name.Replace(' ', '-').Replace("'", "", StringComparison.Ordinal), certificates[TestChain.Root]);
        var check = Enum.Parse<Check>(defect.Rule.ToString());
        Add(set, $"{check}: {defect.Name}", Failure.Of(check, defect.Level), certificates, policy);
    }

    /// <summary>Good certificates that do not make the bundle they stand in.</summary>
    private static void AddBundles(VectorSet set)
    {
        var good = DocumentBuilder.Chain;
        var (root, leaf) = (good[TestChain.Root], good[TestChain.Leaf]);
        var forged = ForgedChain();
        void Refused(Check check, int? level, string description, params byte[][] certificates) =>
            Add(set, $"{check}: {description}", Failure.Of(check, level), certificates, PolicyFiles.AnyImage);

        Refused(Check.BundleLength, null, "three certificates", root, good[1], good[2], leaf);
        Refused(Check.BundleLength, null, "five certificates", root, good[1], good[2], good[3], good[3], leaf);
        Refused(Check.BundleLength, null, "an attacker's root before the genuine bundle", [forged[0], .. good]);
        Refused(Check.TrustAnchor, 0, "an attacker's chain", forged);
        Refused(Check.TrustAnchor, 0, "the bundle reversed", good[3], good[2], good[1], root, leaf);
        Refused(Check.TrustAnchor, 0, "the genuine root second", forged[0], root, forged[2], forged[3], forged[4]);
        Refused(Check.TrustAnchor, 0, "one bit of the root's signature changed", [.. root[..^1], (byte)(root[^1] ^ 1)], good[1], good[2],
            good[3], leaf);
        Refused(Check.TrustAnchor, 0, "the root with a byte after it", [.. root, 0], good[1], good[2], good[3], leaf);
        Refused(Check.CertificateSignature, 1, "an attacker's chain under the genuine root", [root, .. forged[1..]]);
        Refused(Check.BasicConstraints, 1, "regional and zonal certificates swapped", root, good[2], good[1], good[3], leaf);
        Refused(Check.BasicConstraints, 2, "zonal and instance certificates swapped", root, good[1], good[3], good[2], leaf);
        Refused(Check.BasicConstraints, 3, "instance certificate and leaf swapped", root, good[1], good[2], leaf, good[3]);
        Refused(Check.NameChaining, 1, "the root twice", root, root, good[2], good[3], leaf);
        Refused(Check.NameChaining, 2, "the regional certificate twice", root, good[1], RegionalAgain(), good[3], leaf);

        void Unprofiled(Check check, int? level, string description, params byte[][] certificates) =>
            Add(set, $"{check}: {description}, without the profile", Failure.Of(check, level), certificates, PolicyFiles.NoProfile);
        Unprofiled(Check.TrustAnchor, 0, "an attacker's root before the genuine bundle", [forged[0], .. good]);
        Unprofiled(Check.BasicConstraints, 4, "the genuine root at the end", [.. good[..4], root]);
        Unprofiled(Check.NameChaining, 2, "the zonal certificate missing", root, good[1], good[3], leaf);
    }

    private static void AddValid(VectorSet set)
    {
        void Valid(string description, Action<TestChain> change, string policy = PolicyFiles.AnyImage)
        {
            var chain = new TestChain();
            change(chain);
            Add(set, $"Valid, {description}", null, chain.Build(), policy);
        }

        Valid("as AWS writes it since 2024", _ => { });
        Valid("as AWS wrote it until 2024, without key identifiers at level 3", chain =>
        {
            chain[TestChain.Instance].RemoveExtension(TestCertificate.SubjectKeyIdentifierOid);
            chain[TestChain.Instance].RemoveExtension(TestCertificate.AuthorityKeyIdentifierOid);
        });
        Valid("a serial number of 21 octets", chain => chain[TestChain.Instance].SerialNumber = [0, 0x80, .. new byte[19]]);
        Valid("a serial number of one", chain => chain[TestChain.Leaf].SerialNumber = [1]);
        Valid("the first moment of its leaf", chain => chain[TestChain.Leaf].NotBefore = Der.UtcTime(TestChain.Now));
        Valid("the last moment of its leaf", chain => chain[TestChain.Leaf].NotAfter = Der.UtcTime(TestChain.Now));
        Valid("a leaf that ends in 9999", chain => chain[TestChain.Leaf].NotAfter = Der.GeneralizedTime("99991231235959Z"));
        Valid("a leaf that began in 1950", chain => chain[TestChain.Leaf].NotBefore = Der.UtcTime("500101000000Z"));
        Valid("29 February of a leap year", chain => chain[TestChain.Leaf].NotAfter = Der.UtcTime("280229000000Z"));
        Valid("a name with two attributes in one SET", chain => chain.Rename(TestChain.Leaf, Der.Sequence(Der.Set(
            Der.Attribute("2.5.4.10", Der.Utf8("Amazon")),
            Der.Attribute("2.5.4.3", Der.Utf8($"{TestChain.ModuleId}.{TestChain.Region}.aws"))))));
        Valid("several distribution points and URIs", chain =>
        {
            var uri = Der.Tlv(0x86, "http://a/"u8.ToArray());
            var point = Der.Sequence(Der.Tlv(0xA0, Der.Tlv(0xA0, uri, uri)));
            chain[TestChain.Regional].SetExtension(TestCertificate.CrlDistributionPointsOid, [], Der.Sequence(point, point));
        });
        // What the profile alone refuses, once for each level.
        foreach (var defect in ChainDefects.All.Where(one => one.Rule == CertificateRule.CertificateProfile).DistinctBy(one => one.Level))
        {
            Valid($"{defect.Name}, without the profile", defect.Spoil, PolicyFiles.NoProfile);
        }

        Valid("no basicConstraints in the leaf and no key identifiers anywhere, without the profile", chain =>
        {
            chain[TestChain.Leaf].RemoveExtension(TestCertificate.BasicConstraintsOid);
            foreach (var certificate in chain.Levels[1..])
            {
                certificate.RemoveExtension(TestCertificate.SubjectKeyIdentifierOid);
                certificate.RemoveExtension(TestCertificate.AuthorityKeyIdentifierOid);
            }
        }, PolicyFiles.NoProfile);
        Add(set, "Valid, one issuer, without the profile", null, PathOf(1), PolicyFiles.NoProfile);
        Add(set, "Valid, eight issuers, without the profile", null, PathOf(8), PolicyFiles.NoProfile);
    }

    private static void Add(
        VectorSet set, string description, System.Text.Json.Nodes.JsonObject? error, byte[][] certificates, string policy) =>
        set.AddDocument("chains", description, new DocumentBuilder(certificates).Build(), error, policy);

    /// <summary>The same names as the genuine chain, other keys.</summary>
    private static byte[][] ForgedChain()
    {
        var chain = new TestChain();
        var issuers = Enumerable.Range(0, 4).Select(level => TestKey.P384($"attacker level {level}"));
        System.Security.Cryptography.ECDsa[] keys = [.. issuers, TestChain.KeyOf(TestChain.Leaf)];
        for (var level = 0; level < keys.Length; level++)
        {
            chain[level].SubjectPublicKeyInfo = keys[level].ExportSubjectPublicKeyInfo();
            chain[level].Issuing = keys[Math.Max(0, level - 1)];
        }

        return chain.Build();
    }

    /// <summary>A second certificate of the regional authority, with room for one authority fewer.</summary>
    private static byte[] RegionalAgain()
    {
        var chain = new TestChain();
        chain.SetPathLength(TestChain.Regional, 1);
        return chain[TestChain.Regional].Build();
    }

    /// <summary>A root, authorities below it to make a bundle of this length, and a leaf.</summary>
    private static byte[][] PathOf(int length)
    {
        var good = new TestChain();
        var certificates = new List<byte[]> { good[TestChain.Root].Build() };
        var above = good[TestChain.Root].Subject;
        for (var level = 1; level < length; level++)
        {
            var chain = new TestChain();
            var authority = chain[TestChain.Regional];
            authority.Issuer = above;
            authority.Subject = above = Der.Name($"authority {level}");
            authority.Issuing = TestChain.KeyOf(level == 1 ? TestChain.Root : TestChain.Regional);
            chain.SetPathLength(TestChain.Regional, null);
            authority.RemoveExtension(TestCertificate.AuthorityKeyIdentifierOid);
            certificates.Add(authority.Build());
        }

        var leaf = good[TestChain.Leaf];
        leaf.Issuer = above;
        leaf.Issuing = TestChain.KeyOf(length == 1 ? TestChain.Root : TestChain.Regional);
        certificates.Add(leaf.Build());
        return [.. certificates];
    }
}

using System.Security.Cryptography;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.Tests.Certificates;

/// <summary>What passes, what trust comes from, and the limits of a path.</summary>
public sealed class CertificatePathTests
{
    [Fact]
    public void A_chain_of_the_shape_of_AWS_passes() => new TestChain().Validate().AssertValid("the chain");

    [Fact]
    public void A_chain_of_the_shape_until_2024_without_key_identifiers_at_level_3_passes()
    {
        var chain = new TestChain();
        chain[TestChain.Instance].RemoveExtension(TestCertificate.SubjectKeyIdentifierOid);
        chain[TestChain.Instance].RemoveExtension(TestCertificate.AuthorityKeyIdentifierOid);
        chain.Validate().AssertValid("the chain");
    }

    [Fact]
    public void A_serial_number_of_21_octets_passes()
    {
        var chain = new TestChain();
        chain[TestChain.Instance].SerialNumber = [0, 0x80, .. new byte[19]];
        chain.Validate().AssertValid("the chain");
    }

    [Fact]
    public void A_serial_number_of_one_passes()
    {
        var chain = new TestChain();
        chain[TestChain.Leaf].SerialNumber = [1];
        chain.Validate().AssertValid("the chain");
    }

    [Fact]
    public void A_certificate_of_1024_bytes_passes_where_extensions_are_free()
    {
        var chain = new TestChain();
        var certificates = chain.Build();
        byte attempt = 0;
        for (var filler = 0; certificates[^1].Length != Certificate.MaximumLength;)
        {
            // Signatures differ in length by a byte or two, so it takes a few attempts, each with another content.
            filler += Certificate.MaximumLength - certificates[^1].Length;
            var content = new byte[filler];
            content[0] = attempt++;
            chain[TestChain.Leaf].SetExtension("1.2.3.4", [], content);
            certificates = chain.Build();
        }

        TestChain.Validate(certificates[..^1], certificates[^1], certificates[0], CertificateProfile.NoneUnsafe).AssertValid("1024 bytes");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(CertificatePathValidator.MaximumBundleLength)]
    public void Without_the_profile_a_bundle_has_1_to_8_certificates(int length)
    {
        var (bundle, leaf) = PathOf(length);
        TestChain.Validate(bundle, leaf, bundle[0], CertificateProfile.NoneUnsafe).AssertValid($"{length} certificates");
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(CertificatePathValidator.MaximumBundleLength + 1, false)]
    [InlineData(0, true)]
    [InlineData(3, true)]
    [InlineData(5, true)]
    public void Another_number_of_certificates_is_refused_before_anything_is_read(int length, bool withProfile)
    {
        var profile = withProfile ? CertificateProfile.AwsV1 : CertificateProfile.NoneUnsafe;
        var root = new TestChain()[TestChain.Root].Build();
        var bundle = Enumerable.Range(0, length).Select(_ => "not a certificate"u8.ToArray()).ToArray();
        TestChain.Validate(bundle, [], root, profile)
            .AssertRefused(CertificateRule.BundleLength, CertificateDefect.NoLevel, $"{length} certificates");
    }

    [Fact]
    public void Only_the_first_certificate_is_compared_with_the_anchors()
    {
        var genuine = new TestChain().Build();
        var root = genuine[0];

        // The attacker's chain is consistent in itself, and carries the genuine root everywhere but in the first place.
        var attacker = new TestChain();
        attacker.Rename(TestChain.Root, "attacker");
        attacker[TestChain.Root].Issuer = attacker[TestChain.Root].Subject;
        var forged = attacker.Build();
        TestChain.Validate(forged[..^1], forged[^1], root).AssertRefused(CertificateRule.TrustAnchor, 0, "a forged root");
        TestChain.Validate([forged[0], root, forged[2], forged[3]], forged[^1], root)
            .AssertRefused(CertificateRule.TrustAnchor, 0, "the genuine root in the second place");
        TestChain.Validate([forged[0], forged[1], forged[2], forged[3], root], forged[^1], root, CertificateProfile.NoneUnsafe)
            .AssertRefused(CertificateRule.TrustAnchor, 0, "the genuine root in the last place");
    }

    [Fact]
    public void An_attackers_root_behind_the_genuine_one_gives_no_trust()
    {
        var root = new TestChain()[TestChain.Root].Build();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var attacker = new TestChain();
        attacker[TestChain.Regional].SubjectPublicKeyInfo = key.ExportSubjectPublicKeyInfo();
        attacker[TestChain.Regional].Issuing = key;
        attacker[TestChain.Zonal].Issuing = key;
        var forged = attacker.Build();

        // Every name, date and extension is right. What is missing is the root's signature.
        TestChain.Validate([root, .. forged[1..^1]], forged[^1], root)
            .AssertRefused(CertificateRule.CertificateSignature, TestChain.Regional, "a forged regional certificate");
    }

    [Fact]
    public void A_root_with_the_anchors_key_and_name_but_other_bytes_is_refused()
    {
        var chain = new TestChain();
        var root = chain[TestChain.Root].Build();
        chain[TestChain.Root].SerialNumber = [2];
        var certificates = chain.Build();
        TestChain.Validate(certificates[..^1], certificates[^1], root).AssertRefused(CertificateRule.TrustAnchor, 0, "a reissued root");
    }

    [Fact]
    public void Levels_that_change_places_are_refused()
    {
        var c = new TestChain().Build();
        var root = c[0];
        TestChain.Validate([root, c[2], c[1], c[3]], c[4], root)
            .AssertRefused(CertificateRule.BasicConstraints, 1, "regional and zonal exchanged");
        TestChain.Validate([root, c[1], c[3], c[2]], c[4], root)
            .AssertRefused(CertificateRule.BasicConstraints, 2, "zonal and instance exchanged");
        TestChain.Validate([root, c[1], c[2], c[4]], c[3], root)
            .AssertRefused(CertificateRule.BasicConstraints, 3, "instance and leaf exchanged");
        TestChain.Validate([root, root, c[2], c[3]], c[4], root)
            .AssertRefused(CertificateRule.NameChaining, 1, "the root twice, which would be self-issued");
        TestChain.Validate([root, c[1], c[1], c[3]], c[4], root)
            .AssertRefused(CertificateRule.NameChaining, 2, "the regional certificate twice");
        TestChain.Validate([c[3], c[2], c[1], root], c[4], root).AssertRefused(CertificateRule.TrustAnchor, 0, "the bundle reversed");
    }

    [Fact]
    public void Certificates_of_another_chain_with_the_same_names_are_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var first = new TestChain().Build();
        var other = new TestChain();
        other[TestChain.Instance].SubjectPublicKeyInfo = key.ExportSubjectPublicKeyInfo();
        other[TestChain.Leaf].Issuing = key;
        var second = other.Build();
        TestChain.Validate(first[..^1], second[^1], first[0])
            .AssertRefused(CertificateRule.CertificateSignature, TestChain.Leaf, "another chain's leaf");
        TestChain.Validate([first[0], .. second[1..^1]], first[^1], first[0])
            .AssertRefused(CertificateRule.CertificateSignature, TestChain.Leaf, "another chain's bundle");
    }

    [Fact]
    public void Another_module_id_is_refused_and_nothing_is_cut_or_folded()
    {
        var chain = new TestChain();
        const string Right = TestChain.ModuleId;
        foreach (var moduleId in (string[])["", TestChain.InstanceId, Right[..^1], $"{Right}0", $" {Right}", Right.ToUpperInvariant()])
        {
            var verdict = chain.Validate(moduleId: moduleId);
            Assert.Equal(CertificateRule.CertificateProfile, verdict.Defect?.Rule);
        }
    }

    [Fact]
    public void A_root_with_room_for_exactly_these_levels_passes()
    {
        var chain = new TestChain();
        chain.SetPathLength(TestChain.Root, 3);
        chain.Validate().AssertValid("a root with pathlen 3");
    }

    [Fact]
    public void A_pathlen_as_large_as_an_int_is_no_limit()
    {
        var chain = new TestChain();
        var constraints = Der.Sequence([0x01, 0x01, 0xFF], Der.Integer(0x7F, 0xFF, 0xFF, 0xFF));
        chain[TestChain.Root].SetExtension(TestCertificate.BasicConstraintsOid, TestCertificate.Critical, constraints);
        chain.Validate().AssertValid("a root with a huge pathlen");
    }

    [Fact]
    public void An_earlier_rule_speaks_before_a_later_one_at_a_higher_level()
    {
        var firstOfEach = ChainDefects.All
            .Where(defect => defect.Level == TestChain.Leaf)
            .GroupBy(defect => defect.Rule)
            .OrderBy(group => group.Key)
            .Select(group => group.First())
            .ToArray();
        var regional = ChainDefects.All
            .Where(defect => defect.Level == TestChain.Regional)
            .GroupBy(defect => defect.Rule)
            .ToDictionary(group => group.Key, group => group.First());
        foreach (var earlier in firstOfEach)
        {
            foreach (var (rule, later) in regional.Where(pair => pair.Key > earlier.Rule))
            {
                var chain = new TestChain();
                later.Spoil(chain);
                earlier.Spoil(chain);
                chain.Validate().AssertRefused(earlier.Rule, TestChain.Leaf, $"{earlier.Name}, with {later.Name}, which is for {rule}");
            }
        }
    }

    [Fact]
    public void Names_from_a_certificate_cannot_steer_a_terminal()
    {
        var chain = new TestChain();
        chain[TestChain.Leaf].Issuer = Der.Name("\u001b[2J\r\nall checks passed \u202e");
        var found = chain.Validate().Defect?.Found;
        Assert.NotNull(found);
        Assert.All(found, character => Assert.InRange(character, ' ', '~'));
        Assert.Contains("CN=?[2J??all checks passed ???", found, StringComparison.Ordinal);
    }

    [Fact]
    public void Refusals_say_what_where_expected_and_found()
    {
        var chain = new TestChain();
        chain[TestChain.Instance].SerialNumber = [0, 0x80, .. new byte[20]];
        var defect = chain.Validate().Defect;
        var expected = new CertificateDefect(
            CertificateRule.CertificateEncoding, 3, "serialNumber at byte 13: at most 21 octets", "22 octets");
        Assert.Equal(expected, defect);

        chain = new TestChain();
        chain[TestChain.Leaf].NotAfter = Der.UtcTime(TestChain.Now.AddSeconds(-1));
        defect = chain.Validate(time: TestChain.Now.AddMilliseconds(7)).Defect;
        Assert.Equal("a time from 2026-01-15T10:30:00.000Z to 2026-01-15T11:59:59.000Z", defect?.Expected);
        Assert.Equal("2026-01-15T12:00:00.007Z", defect?.Found);
    }

    [Fact]
    public void A_validator_without_anchors_or_with_a_profile_that_is_none_does_not_construct()
    {
        Assert.Throws<ArgumentException>(() => new CertificatePathValidator([], CertificateProfile.AwsV1, SignatureEngines.Own));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CertificatePathValidator([TrustAnchors.AwsUsGov], (CertificateProfile)2, SignatureEngines.Own));
        var validator = new CertificatePathValidator([TrustAnchors.AwsUsGov], CertificateProfile.AwsV1, SignatureEngines.Own);
        Assert.Throws<ArgumentNullException>(() => validator.TryValidate([], default, null!, 0, out _, out _));
    }

    [Fact]
    public async Task One_validator_serves_many_threads()
    {
        var certificates = new TestChain().Build();
        var validator = new CertificatePathValidator([TrustAnchor.FromCertificate("test", certificates[0])], CertificateProfile.AwsV1, SignatureEngines.Own);
        var forged = certificates.ToArray();
        forged[4] = [.. forged[4]];
        forged[4][20] ^= 1;
        await Parallel.ForEachAsync(Enumerable.Range(0, 64), TestContext.Current.CancellationToken, (index, _) =>
        {
            var leaf = index % 2 == 0 ? certificates[4] : forged[4];
            var verdict = PathVerdict.Of(validator, certificates[..^1], leaf, TestChain.ModuleId, TestChain.Now.ToUnixTimeMilliseconds());
            Assert.Equal(index % 2 == 0, verdict.Defect is null);
            return ValueTask.CompletedTask;
        });
    }

    /// <summary>A root, so many authorities below it that the bundle has the length, and a leaf.</summary>
    private static (byte[][] Bundle, byte[] Leaf) PathOf(int length)
    {
        var bundle = new List<byte[]>();
        for (var level = 0; level < length; level++)
        {
            var authority = new TestChain()[TestChain.Root];
            authority.Issuer = Der.Name($"authority {Math.Max(0, level - 1)}");
            authority.Subject = Der.Name($"authority {level}");
            bundle.Add(authority.Build());
        }

        var leaf = new TestChain()[TestChain.Leaf];
        leaf.Issuer = Der.Name($"authority {length - 1}");
        leaf.Issuing = TestChain.KeyOf(TestChain.Root);
        return ([.. bundle], leaf.Build());
    }
}

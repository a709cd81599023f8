using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.Tests.Certificates;

/// <summary>Chains with one defect each, and the rule and level that must be named.</summary>
public sealed class CertificatePathDefectTests
{
    public static TheoryData<string> Names => [.. ChainDefects.All.Select(defect => defect.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_chain_with_one_defect_is_refused_by_the_rule_that_forbids_it(string name)
    {
        var defect = ChainDefects.All.Single(candidate => candidate.Name == name);
        var chain = new TestChain();
        defect.Spoil(chain);
        chain.Validate().AssertRefused(defect.Rule, defect.Level, name);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Without_the_profile_only_its_own_defects_pass(string name)
    {
        var defect = ChainDefects.All.Single(candidate => candidate.Name == name);
        var chain = new TestChain();
        defect.Spoil(chain);
        var verdict = chain.Validate(CertificateProfile.NoneUnsafe);
        if (defect.Rule == CertificateRule.CertificateProfile)
        {
            verdict.AssertValid(name);
        }
        else
        {
            verdict.AssertRefused(defect.Rule, defect.Level, name);
        }
    }

    [Fact]
    public void Nothing_passes_that_X509Chain_or_BouncyCastle_refuses()
    {
        var time = TestChain.Now.ToUnixTimeMilliseconds();
        int passed = 0, stricter = 0;
        foreach (var defect in ChainDefects.All)
        {
            var chain = new TestChain();
            defect.Spoil(chain);
            var certificates = chain.Build();
            var verdict = TestChain.Validate(certificates[..^1], certificates[^1], certificates[0], CertificateProfile.NoneUnsafe);
            var dotnet = ChainOracles.Dotnet(certificates, time);
            if (verdict.Defect is null)
            {
                Assert.True(dotnet, $"{defect.Name}: passes here, and X509Chain refuses it");
                Assert.True(ChainOracles.BouncyCastle(certificates, time), $"{defect.Name}: passes here, and BouncyCastle refuses it");
                passed++;
            }
            else
            {
                stricter += dotnet ? 1 : 0;
            }
        }

        // The defects of the profile pass here without it; of the others, X509Chain lets many pass.
        Assert.Equal(ChainDefects.All.Count(defect => defect.Rule == CertificateRule.CertificateProfile), passed);
        Assert.NotEqual(0, stricter);
        var refused = ChainDefects.All.Count - passed;
        TestContext.Current.TestOutputHelper?.WriteLine($"Of {refused} chains refused here, X509Chain accepts {stricter}.");
    }

    [Fact]
    public void Every_rule_that_a_defect_inside_a_certificate_can_break_has_one() => Assert.Equal(
        Enum.GetValues<CertificateRule>().Except([CertificateRule.BundleLength, CertificateRule.TrustAnchor]).Order(),
        ChainDefects.All.Select(defect => defect.Rule).Distinct().Order());
}

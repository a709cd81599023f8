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
        int passed = 0, stricterThanDotnet = 0, stricterThanBouncyCastle = 0;
        foreach (var defect in ChainDefects.All)
        {
            var chain = new TestChain();
            defect.Spoil(chain);
            var certificates = chain.Build();
            var ours = TestChain.Validate(certificates[..^1], certificates[^1], certificates[0], CertificateProfile.NoneUnsafe).Defect is null;
            var dotnet = ChainOracles.Dotnet(certificates, time);
            var bouncyCastle = ChainOracles.BouncyCastle(certificates, time);
            Assert.True(!ours || (dotnet && bouncyCastle), $"{defect.Name}: passes here, X509Chain {dotnet}, BouncyCastle {bouncyCastle}");
            passed += ours ? 1 : 0;
            stricterThanDotnet += !ours && dotnet ? 1 : 0;
            stricterThanBouncyCastle += !ours && bouncyCastle ? 1 : 0;
        }

        // The defects of the profile pass here without it; of the others, each oracle lets many pass.
        Assert.Equal(ChainDefects.All.Count(defect => defect.Rule == CertificateRule.CertificateProfile), passed);
        Assert.NotEqual(0, stricterThanDotnet);
        Assert.NotEqual(0, stricterThanBouncyCastle);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"Of {ChainDefects.All.Count - passed} chains refused here, X509Chain accepts {stricterThanDotnet}, BouncyCastle {stricterThanBouncyCastle}.");
    }

    [Fact]
    public void Every_rule_that_a_defect_inside_a_certificate_can_break_has_one() => Assert.Equal(
        Enum.GetValues<CertificateRule>().Except([CertificateRule.BundleLength, CertificateRule.TrustAnchor]).Order(),
        ChainDefects.All.Select(defect => defect.Rule).Distinct().Order());
}

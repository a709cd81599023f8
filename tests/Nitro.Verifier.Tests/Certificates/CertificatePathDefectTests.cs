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
    public void Every_rule_that_a_defect_inside_a_certificate_can_break_has_one() => Assert.Equal(
        Enum.GetValues<CertificateRule>().Except([CertificateRule.BundleLength, CertificateRule.TrustAnchor]).Order(),
        ChainDefects.All.Select(defect => defect.Rule).Distinct().Order());
}

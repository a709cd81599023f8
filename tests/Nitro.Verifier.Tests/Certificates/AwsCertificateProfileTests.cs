using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.Tests.Certificates;

/// <summary>The profile by itself, where a whole path would need AWS's keys.</summary>
public sealed class AwsCertificateProfileTests
{
    [Theory]
    [InlineData("aws", "aws", -1)]
    [InlineData("aws-us-gov", "aws-us-gov", -1)]
    [InlineData("aws-us-gov", "aws", 4)]
    [InlineData("aws", "aws-us-gov", 4)]
    [InlineData("aws-cn", "aws-cn", 1)]
    public void Under_GovClouds_root_either_partition_passes_and_no_mixture(string issuers, string leaf, int refusedLevel) =>
        Assert.Equal(refusedLevel, Check(issuers, leaf, TrustAnchors.AwsUsGov)?.Level ?? -1);

    [Fact]
    public void Under_the_commercial_root_only_its_own_partition_passes()
    {
        Assert.Null(Check("aws", "aws", TrustAnchors.AwsNitroEnclavesG1));
        Assert.Equal(1, Check("aws-us-gov", "aws-us-gov", TrustAnchors.AwsNitroEnclavesG1)?.Level);
    }

    private static CertificateDefect? Check(string issuers, string leaf, TrustAnchor anchor)
    {
        var chain = new TestChain();
        chain.Rename(TestChain.Regional, $"0123.us-gov-west-1.{issuers}.nitro-enclaves");
        chain.Rename(TestChain.Zonal, $"0123.zonal.us-gov-west-1.{issuers}.nitro-enclaves");
        chain.Rename(TestChain.Instance, $"{TestChain.InstanceId}.us-gov-west-1.{issuers}.nitro-enclaves");
        chain.Rename(TestChain.Leaf, $"{TestChain.ModuleId}.us-gov-west-1.{leaf}");
        return AwsCertificateProfile.Check(chain.Build().Select(Read).ToArray(), TestChain.ModuleId, anchor);
    }

    private static CertificateNode Read(byte[] der)
    {
        Assert.True(Certificate.TryRead(der, out var certificate, out _));
        Assert.True(CertificateExtensions.TryRead(certificate!, out var extensions, out _));
        return new CertificateNode(certificate!) { Extensions = extensions! };
    }
}

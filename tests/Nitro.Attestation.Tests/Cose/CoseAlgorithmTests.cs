using System.Security.Cryptography;
using Nitro.Attestation.Cose;

namespace Nitro.Attestation.Tests.Cose;

public sealed class CoseAlgorithmTests
{
    [Theory]
    [InlineData(CoseAlgorithm.Es256, -7, "ES256", 64, "SHA256", "1.2.840.10045.3.1.7")]
    [InlineData(CoseAlgorithm.Es384, -35, "ES384", 96, "SHA384", "1.3.132.0.34")]
    public void Each_algorithm_has_the_values_of_RFC_9053(CoseAlgorithm algorithm, int value, string name, int size, string hash,
        string curve)
    {
        Assert.Equal(value, (int)algorithm);
        Assert.True(algorithm.IsKnown());
        Assert.Equal(name, algorithm.Name());
        Assert.Equal(size, algorithm.SignatureSize());
        Assert.Equal(hash, algorithm.HashName().Name);
        using var key = ECDsa.Create(algorithm.Curve());
        Assert.Equal(curve, key.ExportParameters(false).Curve.Oid.Value);
        Assert.Equal(size, key.SignHash(new byte[32]).Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-36)]
    [InlineData(-8)]
    [InlineData(-1)]
    public void Any_other_value_is_unknown_and_has_no_properties(int value)
    {
        var algorithm = (CoseAlgorithm)value;
        Assert.False(algorithm.IsKnown());
        Assert.Throws<ArgumentOutOfRangeException>(() => algorithm.Name());
        Assert.Throws<ArgumentOutOfRangeException>(() => algorithm.SignatureSize());
        Assert.Throws<ArgumentOutOfRangeException>(() => algorithm.HashName());
        Assert.Throws<ArgumentOutOfRangeException>(() => algorithm.Curve());
    }
}

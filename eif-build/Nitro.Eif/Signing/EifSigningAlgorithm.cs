using System.Security.Cryptography;

namespace Nitro.Eif.Signing;

/// <summary>The algorithms that images are signed with; the values are COSE's own (RFC 9053 section 2.1).</summary>
public enum EifSigningAlgorithm
{
    /// <summary>ECDSA over P-256 with SHA-256.</summary>
    Es256 = -7,

    /// <summary>ECDSA over P-384 with SHA-384. What nitro-cli's documentation uses.</summary>
    Es384 = -35,

    /// <summary>ECDSA over P-521 with SHA-512.</summary>
    Es512 = -36,
}

/// <summary>What follows from a <see cref="EifSigningAlgorithm"/>.</summary>
public static class EifSigningAlgorithmExtensions
{
    /// <summary>The bits of the curve's field: 256, 384 or 521.</summary>
    public static int KeySize(this EifSigningAlgorithm algorithm) => Choose(algorithm, 256, 384, 521);

    /// <summary>The hash that goes with it.</summary>
    public static HashAlgorithmName HashName(this EifSigningAlgorithm algorithm) =>
        Choose(algorithm, HashAlgorithmName.SHA256, HashAlgorithmName.SHA384, HashAlgorithmName.SHA512);

    /// <summary>The name of RFC 9053: ES256, ES384 or ES512.</summary>
    public static string Name(this EifSigningAlgorithm algorithm) => Choose(algorithm, "ES256", "ES384", "ES512");

    private static T Choose<T>(EifSigningAlgorithm algorithm, T es256, T es384, T es512) => algorithm switch
    {
        EifSigningAlgorithm.Es256 => es256,
        EifSigningAlgorithm.Es384 => es384,
        EifSigningAlgorithm.Es512 => es512,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "Neither ES256 nor ES384 nor ES512."),
    };
}

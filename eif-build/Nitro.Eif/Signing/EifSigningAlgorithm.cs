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

    /// <summary>
    /// The curve as a certificate names it, an object identifier in DER (RFC 5480 section 2.1.1.1). A key of that size on another curve is
    /// none.
    /// </summary>
    internal static byte[] Curve(this EifSigningAlgorithm algorithm) =>
        Choose<byte[]>(algorithm, [6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7], [6, 5, 0x2b, 0x81, 4, 0, 0x22], [6, 5, 0x2b, 0x81, 4, 0, 0x23]);

    private static T Choose<T>(EifSigningAlgorithm algorithm, T es256, T es384, T es512) => algorithm switch
    {
        EifSigningAlgorithm.Es256 => es256,
        EifSigningAlgorithm.Es384 => es384,
        EifSigningAlgorithm.Es512 => es512,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "Neither ES256 nor ES384 nor ES512."),
    };
}

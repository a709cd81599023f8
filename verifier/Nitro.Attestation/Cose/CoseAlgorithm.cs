using System.Security.Cryptography;

namespace Nitro.Attestation.Cose;

/// <summary>The COSE signature algorithms in use (RFC 9053 section 2.1); the values are COSE's own.</summary>
public enum CoseAlgorithm
{
    /// <summary>ECDSA over P-256 with SHA-256; 64-byte signatures. The default of session keys.</summary>
    Es256 = -7,

    /// <summary>ECDSA over P-384 with SHA-384; 96-byte signatures. What the NSM signs with.</summary>
    Es384 = -35,
}

/// <summary>Sizes and names that follow from a <see cref="CoseAlgorithm"/>.</summary>
public static class CoseAlgorithmExtensions
{
    /// <summary>Whether the value is one of the two known algorithms.</summary>
    public static bool IsKnown(this CoseAlgorithm algorithm) => algorithm is CoseAlgorithm.Es256 or CoseAlgorithm.Es384;

    /// <summary>The signature's bytes, r‖s (IEEE P1363): 64 or 96.</summary>
    public static int SignatureSize(this CoseAlgorithm algorithm) => Choose(algorithm, 64, 96);

    /// <summary>The name of RFC 9053: ES256 or ES384.</summary>
    public static string Name(this CoseAlgorithm algorithm) => Choose(algorithm, "ES256", "ES384");

    /// <summary>The hash that goes with it.</summary>
    public static HashAlgorithmName HashName(this CoseAlgorithm algorithm) => Choose(algorithm, HashAlgorithmName.SHA256, HashAlgorithmName.SHA384);

    /// <summary>The curve that goes with it.</summary>
    public static ECCurve Curve(this CoseAlgorithm algorithm) => Choose(algorithm, ECCurve.NamedCurves.nistP256, ECCurve.NamedCurves.nistP384);

    private static T Choose<T>(CoseAlgorithm algorithm, T es256, T es384) => algorithm switch
    {
        CoseAlgorithm.Es256 => es256,
        CoseAlgorithm.Es384 => es384,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "Neither ES256 nor ES384."),
    };
}

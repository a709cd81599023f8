namespace Nitro.Verifier.Certificates;

/// <summary>
/// The rules of a certificate path, in the order in which they are applied. A rule is applied to every level before the next one is
/// looked at, so that when one fails, all before it hold for the whole path and none after it was reached. Whatever costs a signature
/// comes after whatever does not, but for the profile, which says something only about a path that is authentic.
/// </summary>
/// <remarks>Levels: 0 the root, 1 regional, 2 zonal, 3 instance, 4 the leaf that signs documents.</remarks>
internal enum CertificateRule
{
    /// <summary>
    /// The cabundle has at least one certificate (AWS's attestation_process.md) and at most
    /// <see cref="CertificatePathValidator.MaximumBundleLength"/>; exactly 4 under the profile (measured: 144 of 144). No level.
    /// </summary>
    BundleLength = 1,

    /// <summary>The cabundle's first certificate is, byte for byte, a trust anchor (RFC 5280 6.1.1 d). Nothing else gives trust.</summary>
    TrustAnchor = 2,

    /// <summary>
    /// 1 to 1024 bytes of strict DER, X.509 v3, without unique identifiers and trailing bytes (RFC 5280 4.1, X.690 10 and 11). The two
    /// rules that follow read what this one leaves closed: algorithms, key and signature, then the values of extensions.
    /// </summary>
    CertificateEncoding = 3,

    /// <summary>P-384 keys, points of the curve; ecdsa-with-SHA384 signatures in DER (RFC 3279 2.2.3, RFC 5480 2, RFC 5758 3.2).</summary>
    CertificateAlgorithms = 4,

    /// <summary>No repeated and no unknown critical extension, the known ones well-formed (RFC 5280 4.2).</summary>
    CertificateExtensions = 5,

    /// <summary>Every issuer is an authority with room below it, the leaf is none (RFC 5280 4.2.1.9 and 6.1.4 k to m).</summary>
    BasicConstraints = 6,

    /// <summary>Every issuer may sign certificates; the leaf may sign data and not certificates (RFC 5280 4.2.1.3 and 6.1.4 n).</summary>
    KeyUsage = 7,

    /// <summary>Every issuer's name is the subject above it, as raw DER, and not its own subject (RFC 5280 6.1.3 a 4).</summary>
    NameChaining = 8,

    /// <summary>The authority key identifier is the subject key identifier above it where both are there (RFC 5280 4.2.1.1).</summary>
    KeyIdentifiers = 9,

    /// <summary>The time lies within every validity period, the root's too, both ends included (RFC 5280 4.1.2.5 and 6.1.3 a 2).</summary>
    ValidityPeriod = 10,

    /// <summary>Every signature below the root verifies under the key above it, from the root down (RFC 5280 6.1.3 a 1).</summary>
    CertificateSignature = 11,

    /// <summary>What AWS's certificates have in common beyond RFC 5280 (<see cref="AwsCertificateProfile"/>, measured).</summary>
    CertificateProfile = 12,
}

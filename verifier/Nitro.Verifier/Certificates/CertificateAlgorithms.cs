using Nitro.Attestation;

namespace Nitro.Verifier.Certificates;

/// <summary>
/// The only algorithms a certificate may name, and the forms they prescribe: ecdsa-with-SHA384 signatures (RFC 5758 3.2) and P-384 keys
/// (RFC 5480 2). There is nothing to choose, so no bytes can choose badly.
/// </summary>
internal static class CertificateAlgorithms
{
    /// <summary>SEQUENCE { 1.2.840.10045.4.3.3 }: RFC 5758 3.2 has the parameters absent, not NULL.</summary>
    public static ReadOnlySpan<byte> EcdsaWithSha384 => [0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x03];

    /// <summary>
    /// What stands before the point: SEQUENCE { SEQUENCE { id-ecPublicKey, secp384r1 }, BIT STRING of 97 octets, 0 unused bits }
    /// (RFC 5480 2.1.1 and 2.2).
    /// </summary>
    private static ReadOnlySpan<byte> P384KeyPrefix =>
    [
        0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,
        0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00,
    ];

    /// <summary>Checks both algorithm identifiers, the form of the signature, the key's algorithm, and that the key is a point.</summary>
    /// <returns>What is wrong, or null.</returns>
    public static FormatError? Check(Certificate certificate)
    {
        if (!certificate.InnerAlgorithm.SequenceEqual(EcdsaWithSha384))
        {
            return WrongAlgorithm("tbsCertificate.signature", certificate.InnerAlgorithm);
        }

        if (!certificate.OuterAlgorithm.SequenceEqual(EcdsaWithSha384))
        {
            return WrongAlgorithm("signatureAlgorithm", certificate.OuterAlgorithm);
        }

        var key = certificate.SubjectPublicKeyInfo;
        if (!key.StartsWith(P384KeyPrefix))
        {
            var expected = $"an uncompressed P-384 key, which starts {Convert.ToHexString(P384KeyPrefix)}";
            var start = Convert.ToHexString(key[..Math.Min(key.Length, P384KeyPrefix.Length)]);
            return new FormatError("subjectPublicKeyInfo", -1, expected, $"{key.Length} bytes that start {start}");
        }

        if (!P384.IsUncompressedPoint(PublicPoint(certificate)))
        {
            return new FormatError("subjectPublicKey", -1, "an uncompressed point of P-384", ByteText.Hex(PublicPoint(certificate)));
        }

        return EcdsaSignatureValue.Check(certificate.Signature) is { } error
            ? error with { Offset = error.Offset + certificate.SignatureOffset }
            : null;
    }

    /// <summary>The key's point, <see cref="P384.PointLength"/> bytes, of a certificate that <see cref="Check"/> has passed.</summary>
    public static ReadOnlySpan<byte> PublicPoint(Certificate certificate) => certificate.SubjectPublicKeyInfo[P384KeyPrefix.Length..];

    /// <summary>The key of a certificate that <see cref="Check"/> has passed.</summary>
    public static VerificationKey PublicKey(Certificate certificate) => VerificationKey.TryLoad(PublicPoint(certificate), out var key)
        ? key
        : throw new InvalidOperationException("The certificate's key is no point of P-384, which Check would have said.");

    private static FormatError WrongAlgorithm(string where, ReadOnlySpan<byte> found) =>
        new(where, -1, $"ecdsa-with-SHA384 without parameters ({Convert.ToHexString(EcdsaWithSha384)})", ByteText.Hex(found));
}

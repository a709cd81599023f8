using Nitro.Attestation.Cose;

namespace Nitro.Attestation.Claims;

/// <summary>
/// The public key that a session document carries: a DER SubjectPublicKeyInfo (RFC 5480) of an uncompressed point on the named curve of its algorithm.
/// Only the form is read here; whether the point lies on the curve shows when the key is used. Immutable.
/// </summary>
public sealed class SessionPublicKey
{
    private SessionPublicKey(CoseAlgorithm algorithm, byte[] spki)
    {
        Algorithm = algorithm;
        SubjectPublicKeyInfo = spki;
        Digest = Sha384Digest.Of(spki);
    }

    /// <summary>The algorithm whose curve this is.</summary>
    public CoseAlgorithm Algorithm { get; }

    /// <summary>The DER, 91 bytes for P-256 and 120 for P-384.</summary>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo { get; }

    /// <summary>The digest of the DER: what claim.session holds.</summary>
    public Sha384Digest Digest { get; }

    /// <summary>The point's coordinates x‖y.</summary>
    public ReadOnlySpan<byte> Point => SubjectPublicKeyInfo.Span[Prefix(Algorithm).Length..];

    private static ReadOnlySpan<byte> P256Prefix =>
    [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
        0x03, 0x42, 0x00, 0x04,
    ];

    private static ReadOnlySpan<byte> P384Prefix =>
    [
        0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22,
        0x03, 0x62, 0x00, 0x04,
    ];

    /// <summary>Reads a key of this algorithm. Never throws, whatever the bytes.</summary>
    public static bool TryParse(ReadOnlySpan<byte> spki, CoseAlgorithm algorithm, out SessionPublicKey? key, out FormatError? error)
    {
        key = null;
        var prefix = Prefix(algorithm);
        var size = prefix.Length + algorithm.SignatureSize();
        if (spki.Length != size || !spki.StartsWith(prefix))
        {
            error = new FormatError(
                "public_key",
                -1,
                $"a DER SubjectPublicKeyInfo of {size} bytes with an uncompressed point on the curve of {algorithm.Name()}",
                spki.Length == size ? "another structure" : $"{spki.Length.ToString(System.Globalization.NumberFormatInfo.InvariantInfo)} bytes");
            return false;
        }

        (key, error) = (new SessionPublicKey(algorithm, spki.ToArray()), null);
        return true;
    }

    /// <summary>Reads a key of either algorithm, which its size tells. Never throws, whatever the bytes.</summary>
    public static bool TryParse(ReadOnlySpan<byte> spki, out SessionPublicKey? key, out FormatError? error)
    {
        var isP384 = spki.Length == P384Prefix.Length + CoseAlgorithm.Es384.SignatureSize();
        return TryParse(spki, isP384 ? CoseAlgorithm.Es384 : CoseAlgorithm.Es256, out key, out error);
    }

    private static ReadOnlySpan<byte> Prefix(CoseAlgorithm algorithm) => algorithm == CoseAlgorithm.Es256 ? P256Prefix : P384Prefix;
}

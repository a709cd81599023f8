using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Nitro.Verifier.Certificates;

/// <summary>
/// A P-384 public key in the platform's hands, ready to verify ECDSA signatures over SHA-384. Not thread-safe: .NET promises nothing for
/// one ECDsa object in several threads. Disposing frees the key. The only place where certificates meet the platform's cryptography.
/// </summary>
/// <remarks>
/// The key is handed to the platform inside a certificate of our own making (<see cref="CertificateWrapper"/>). Importing it as parameters or as
/// SubjectPublicKeyInfo costs 650 µs with OpenSSL 3.0, more than a verification (450 µs), because it then multiplies the point by the
/// curve's order. Read from a certificate it costs 100 µs, and that multiplication can tell nothing that
/// <see cref="P384.IsUncompressedPoint"/> has not: the cofactor is 1. A certificate of our own, rather than the genuine one, is a little
/// faster, allocates less, and keeps the verdict free of what a platform's X.509 parser thinks of the genuine one's other fields.
/// </remarks>
internal sealed class PlatformKey : IDisposable
{
    private static readonly CertificateWrapper Wrapper = new("1.3.132.0.34", P384.PointLength);

    private readonly ECDsa _key;

    private PlatformKey(ECDsa key)
    {
        _key = key;
    }

    /// <summary>Makes a key from an uncompressed point.</summary>
    /// <param name="point"><see cref="P384.PointLength"/> bytes.</param>
    /// <param name="key">The key, null when the bytes are not a point of the curve or the platform refuses it.</param>
    public static bool TryLoad(ReadOnlySpan<byte> point, [NotNullWhen(true)] out PlatformKey? key)
    {
        key = null;

        // The platform's own check is another one: OpenSSL, for instance, takes points in hybrid form too.
        if (!P384.IsUncompressedPoint(point))
        {
            return false;
        }

        key = Wrapper.Load(point) is { } ecdsa ? new PlatformKey(ecdsa) : null;
        return key is not null;
    }

    /// <summary>Whether the signature, r and s in 48 octets each, is this key's over a hash (SHA-384).</summary>
    public bool Verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != VerificationKey.FixedSignatureLength)
        {
            return false;
        }

        Span<byte> encoded = stackalloc byte[EcdsaSignatureValue.MaximumLength];
        try
        {
            return _key.VerifyHash(hash, encoded[..EcdsaSignatureValue.Write(signature, encoded)], DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}

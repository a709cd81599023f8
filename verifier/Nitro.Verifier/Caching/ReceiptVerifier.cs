using System.Security.Cryptography;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Cose;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.Caching;

/// <summary>
/// A session's public key, ready to verify receipts. Thread-safe. That of a session that is remembered is left to the garbage collector, since it is shared.
/// </summary>
internal sealed class ReceiptVerifier : IDisposable
{
    private static readonly CertificateWrapper P256Wrapper = new("1.2.840.10045.3.1.7", 65);
    private static readonly CertificateWrapper P384Wrapper = new("1.3.132.0.34", P384.PointLength);

    private readonly SessionPublicKey _publicKey;
    private readonly IdlePool<ECDsa> _idle = new();

    private ReceiptVerifier(SessionPublicKey publicKey, ECDsa first)
    {
        _publicKey = publicKey;
        _idle.Return(first);
    }

    /// <summary>Takes a key; null when it is no point on its curve.</summary>
    public static ReceiptVerifier? Create(SessionPublicKey publicKey) => IsOnCurve(publicKey) && Load(publicKey) is { } first ? new ReceiptVerifier(publicKey, first) : null;

    /// <summary>Whether a signature, r and s one after the other, is this key's over a hash.</summary>
    public bool Verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != _publicKey.Algorithm.SignatureSize())
        {
            return false;
        }

        Span<byte> encoded = stackalloc byte[EcdsaSignatureValue.MaximumLength];
        encoded = encoded[..EcdsaSignatureValue.Write(signature, encoded)];
        if (!_idle.TryTake(out var key) && (key = Load(_publicKey)) is null)
        {
            return false;
        }

        try
        {
            return key.VerifyHash(hash, encoded, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false;
        }
        finally
        {
            _idle.Return(key);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _idle.Dispose();

    /// <summary>The platform's own import validates the key, at the price of a multiplication: once for each session.</summary>
    private static bool IsOnCurve(SessionPublicKey publicKey)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(publicKey.SubjectPublicKeyInfo.Span, out _);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>An uncompressed point is 0x04 and the coordinates, which end the SubjectPublicKeyInfo.</summary>
    private static ECDsa? Load(SessionPublicKey publicKey) =>
        (publicKey.Algorithm == CoseAlgorithm.Es256 ? P256Wrapper : P384Wrapper).Load(publicKey.SubjectPublicKeyInfo.Span[^(1 + publicKey.Point.Length)..]);
}

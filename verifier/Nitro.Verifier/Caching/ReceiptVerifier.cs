using System.Security.Cryptography;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Cose;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.Caching;

/// <summary>
/// A session's public key, ready to verify receipts. Thread-safe. That of a session that is remembered is left to the garbage collector, since it is shared.
/// ES384 goes the way of every other P-384 signature; ES256 is the platform's.
/// </summary>
internal sealed class ReceiptVerifier : IDisposable
{
    private const int P256PointLength = 65;

    private static readonly CertificateWrapper P256Wrapper = new("1.2.840.10045.3.1.7", P256PointLength);

    private readonly SessionPublicKey _publicKey;
    private readonly VerificationKey? _p384;
    private readonly IdlePool<ECDsa> _idle = new();

    private ReceiptVerifier(SessionPublicKey publicKey, VerificationKey? p384)
    {
        _publicKey = publicKey;
        _p384 = p384;
    }

    /// <summary>Takes a key; null when it is no point on its curve.</summary>
    public static ReceiptVerifier? Create(SessionPublicKey publicKey)
    {
        if (publicKey.Algorithm == CoseAlgorithm.Es384)
        {
            return VerificationKey.TryLoad(UncompressedPoint(publicKey), out var p384) ? new ReceiptVerifier(publicKey, p384) : null;
        }

        return IsOnCurve(publicKey) ? new ReceiptVerifier(publicKey, null) : null;
    }

    /// <summary>Whether a signature, r and s one after the other, is this key's over a hash.</summary>
    public bool Verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature, SignatureEngine engine)
    {
        if (signature.Length != _publicKey.Algorithm.SignatureSize())
        {
            return false;
        }

        return _p384 is null ? VerifyP256(hash, signature) : engine.VerifyHash(_p384, hash, signature);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _p384?.Dispose();
        _idle.Dispose();
    }

    private bool VerifyP256(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        Span<byte> encoded = stackalloc byte[EcdsaSignatureValue.MaximumLength];
        encoded = encoded[..EcdsaSignatureValue.Write(signature, encoded)];
        if (!_idle.TryTake(out var key) && (key = P256Wrapper.Load(UncompressedPoint(_publicKey))) is null)
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

    /// <summary>0x04 and the coordinates, which end the SubjectPublicKeyInfo.</summary>
    private static ReadOnlySpan<byte> UncompressedPoint(SessionPublicKey publicKey) => publicKey.SubjectPublicKeyInfo.Span[^(1 + publicKey.Point.Length)..];
}

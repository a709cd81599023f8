using System.Security.Cryptography;
using Nitro.Attestation.Claims;

namespace Nitro.Verifier.Caching;

/// <summary>
/// A session's public key, ready to verify receipts. Thread-safe. That of a session that is remembered is left to the garbage collector, since it is shared.
/// </summary>
internal sealed class ReceiptVerifier : IDisposable
{
    private readonly SessionPublicKey _publicKey;
    private readonly IdlePool<ECDsa> _idle = new();

    private ReceiptVerifier(SessionPublicKey publicKey, ECDsa first)
    {
        _publicKey = publicKey;
        _idle.Return(first);
    }

    /// <summary>Takes a key; null when it is no point on its curve.</summary>
    public static ReceiptVerifier? Create(SessionPublicKey publicKey) => Import(publicKey) is { } first ? new ReceiptVerifier(publicKey, first) : null;

    /// <summary>Whether a signature, r and s one after the other, is this key's over a hash.</summary>
    public bool Verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        if (!_idle.TryTake(out var key) && (key = Import(_publicKey)) is null)
        {
            return false;
        }

        try
        {
            return key.VerifyHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
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

    private static ECDsa? Import(SessionPublicKey publicKey)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(publicKey.SubjectPublicKeyInfo.Span, out _);
            return key;
        }
        catch (CryptographicException)
        {
            key.Dispose();
            return null;
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Nitro.Verifier.Caching;
using Nitro.Verifier.Curves;

namespace Nitro.Verifier.Certificates;

/// <summary>
/// A P-384 public key that verifies ECDSA signatures over SHA-384. Thread-safe. Whoever made it disposes it once nobody uses it any more; a
/// key that is kept for others is left to the garbage collector.
/// </summary>
internal sealed class VerificationKey : IDisposable
{
    /// <summary>Octets of an ES384 signature: r and s (RFC 9053 2.1, IEEE P1363).</summary>
    public const int FixedSignatureLength = P384VerifyingKey.SignatureLength;

    private readonly byte[] _point;
    private readonly IdlePool<PlatformKey> _idle = new();
    private int _uses;

    private VerificationKey(byte[] point, P384VerifyingKey own)
    {
        _point = point;
        Own = own;
    }

    /// <summary>The key, an uncompressed point of <see cref="P384.PointLength"/> bytes.</summary>
    public ReadOnlySpan<byte> Point => _point;

    /// <summary>The key for this library's own arithmetic, without a table.</summary>
    public P384VerifyingKey Own { get; }

    /// <summary>Makes a key from an uncompressed point.</summary>
    /// <param name="point"><see cref="P384.PointLength"/> bytes.</param>
    /// <param name="key">The key, null when the bytes are not a point of the curve.</param>
    public static bool TryLoad(ReadOnlySpan<byte> point, [NotNullWhen(true)] out VerificationKey? key)
    {
        key = P384VerifyingKey.TryLoad(point, out var own) ? new VerificationKey(point.ToArray(), own) : null;
        return key is not null;
    }

    /// <summary>Counts a use that might have had a table.</summary>
    /// <returns>How many there were, this one included.</returns>
    public int CountUse() => Interlocked.Increment(ref _uses);

    /// <summary>Whether the signature, r and s in <see cref="FixedSignatureLength"/> bytes, is this key's over the data (ES384).</summary>
    public bool VerifyFixed(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, SignatureEngine engine)
    {
        Span<byte> hash = stackalloc byte[SHA384.HashSizeInBytes];
        SHA384.HashData(data, hash);
        return engine.VerifyHash(this, hash, signature);
    }

    /// <summary>Whether the signature, a DER Ecdsa-Sig-Value, is this key's over the data. False when its form is another.</summary>
    public bool VerifyDer(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, SignatureEngine engine)
    {
        Span<byte> numbers = stackalloc byte[FixedSignatureLength];
        return EcdsaSignatureValue.Read(signature, numbers) is null && VerifyFixed(data, numbers, engine);
    }

    /// <summary>As <see cref="VerifyFixed"/>, over a hash, by the platform.</summary>
    public bool VerifyByPlatform(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        if (!_idle.TryTake(out var key) && !PlatformKey.TryLoad(_point, out key))
        {
            return false;
        }

        var verified = key.Verify(hash, signature);
        _idle.Return(key);
        return verified;
    }

    /// <inheritdoc/>
    public void Dispose() => _idle.Dispose();
}

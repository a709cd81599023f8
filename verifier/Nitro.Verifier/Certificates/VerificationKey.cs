using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Nitro.Verifier.Caching;

namespace Nitro.Verifier.Certificates;

/// <summary>
/// A P-384 public key that verifies ECDSA signatures over SHA-384. Thread-safe. Whoever made it disposes it once nobody uses it any more; a
/// key that is kept for others is left to the garbage collector.
/// </summary>
internal sealed class VerificationKey : IDisposable
{
    private readonly byte[] _point;
    private readonly IdlePool<PlatformKey> _idle = new();

    private VerificationKey(byte[] point, PlatformKey first)
    {
        _point = point;
        _idle.Return(first);
    }

    /// <summary>The key, an uncompressed point of <see cref="P384.PointLength"/> bytes.</summary>
    public ReadOnlySpan<byte> Point => _point;

    /// <summary>Makes a key from an uncompressed point.</summary>
    /// <param name="point"><see cref="P384.PointLength"/> bytes.</param>
    /// <param name="key">The key, null when the bytes are not a point of the curve or the platform refuses it.</param>
    public static bool TryLoad(ReadOnlySpan<byte> point, [NotNullWhen(true)] out VerificationKey? key)
    {
        key = PlatformKey.TryLoad(point, out var first) ? new VerificationKey(point.ToArray(), first) : null;
        return key is not null;
    }

    /// <summary>Whether the signature, r and s in <see cref="PlatformKey.FixedSignatureLength"/> bytes, is this key's over the data (ES384).</summary>
    public bool VerifyFixed(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        Span<byte> hash = stackalloc byte[SHA384.HashSizeInBytes];
        SHA384.HashData(data, hash);
        return VerifyFixedHash(hash, signature);
    }

    /// <summary>As <see cref="VerifyFixed"/>, over data that is hashed already (SHA-384).</summary>
    public bool VerifyFixedHash(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        if (!_idle.TryTake(out var key) && !PlatformKey.TryLoad(_point, out key))
        {
            return false;
        }

        var verified = key.VerifyFixedHash(hash, signature);
        _idle.Return(key);
        return verified;
    }

    /// <summary>Whether the signature, a DER Ecdsa-Sig-Value whose form has been checked, is this key's over the data.</summary>
    public bool VerifyDer(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (!_idle.TryTake(out var key) && !PlatformKey.TryLoad(_point, out key))
        {
            return false;
        }

        var verified = key.VerifyDer(data, signature);
        _idle.Return(key);
        return verified;
    }

    /// <inheritdoc/>
    public void Dispose() => _idle.Dispose();
}

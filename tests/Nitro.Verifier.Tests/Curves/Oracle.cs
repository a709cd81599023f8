using System.Numerics;
using System.Security.Cryptography;
using Nitro.Verifier.Curves;

namespace Nitro.Verifier.Tests.Curves;

/// <summary>One key in all forms there are: the platform's (OpenSSL's, on Linux), ours, and ours with a table.</summary>
internal sealed class Oracle : IDisposable
{
    private readonly ECDsa _platform;

    public Oracle(byte[] point)
    {
        _platform = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP384,
            Q = new ECPoint { X = point[1..49], Y = point[49..] },
        });
        Assert.True(P384VerifyingKey.TryLoad(point, out var key));
        Plain = key;
        Tabled = key.WithTable();
    }

    public P384VerifyingKey Plain { get; }

    public P384VerifyingKey Tabled { get; }

    public void Dispose() => _platform.Dispose();

    /// <summary>The verdict, once all agree on it.</summary>
    public bool Verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        var expected = _platform.VerifyHash(hash, signature);
        var plain = Plain.Verify(hash, signature);
        var tabled = Tabled.Verify(hash, signature);
        if (plain != expected || tabled != expected)
        {
            Assert.Fail(
                $"The platform says {expected}, we say {plain} and with a table {tabled}: key "
                + $"{Convert.ToHexString(_platform.ExportSubjectPublicKeyInfo()[23..])}, hash {Convert.ToHexString(hash)}, "
                + $"signature {Convert.ToHexString(signature)}");
        }

        return expected;
    }

    public bool Verify(BigInteger hash, BigInteger r, BigInteger s) =>
        Verify(Numbers.Octets(hash), [.. Numbers.Octets(r), .. Numbers.Octets(s)]);
}

using System.Numerics;
using Nitro.Verifier.Curves;
using Org.BouncyCastle.Asn1.Sec;
using Org.BouncyCastle.Math.EC;

namespace Nitro.Verifier.Tests.Curves;

/// <summary>Points of P-384 as BouncyCastle computes them.</summary>
internal static class ReferencePoint
{
    private static readonly Org.BouncyCastle.Asn1.X9.X9ECParameters Parameters = SecNamedCurves.GetByName("secp384r1");

    public static ECPoint Generator => Parameters.G;

    public static ECPoint Infinity => Parameters.Curve.Infinity;

    /// <summary>The point with that x whose y is even; null when there is none.</summary>
    public static ECPoint? WithX(BigInteger x)
    {
        // p is 3 modulo 4, so a square's root is its power (p + 1)/4.
        var square = Numbers.Modulo((x * x * x) - (3 * x) + Numbers.B, Numbers.P);
        var y = BigInteger.ModPow(square, (Numbers.P + 1) / 4, Numbers.P);
        return y * y % Numbers.P == square ? Parameters.Curve.DecodePoint([4, .. Numbers.Octets(x), .. Numbers.Octets(y)]) : null;
    }

    public static ECPoint Times(this ECPoint point, BigInteger scalar) =>
        point.Multiply(new Org.BouncyCastle.Math.BigInteger(1, Numbers.Octets(Numbers.Modulo(scalar, Numbers.N)))).Normalize();

    public static ECPoint Plus(this ECPoint point, ECPoint other) => point.Add(other).Normalize();

    /// <summary>Uncompressed.</summary>
    public static byte[] Octets(this ECPoint point) => point.Normalize().GetEncoded(compressed: false);

    public static BigInteger X(this ECPoint point) => Numbers.Number(point.Octets().AsSpan(1, 48));

    public static AffinePoint Affine(this ECPoint point)
    {
        Assert.True(AffinePoint.TryRead(point.Octets(), out var affine));
        return affine;
    }
}

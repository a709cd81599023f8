using System.Numerics;
using System.Runtime.CompilerServices;
using Nitro.Verifier.Curves;
using Org.BouncyCastle.Math.EC;
using static Nitro.Verifier.Tests.Curves.Numbers;

namespace Nitro.Verifier.Tests.Curves;

public sealed class PointTests
{
    private static readonly ECPoint G = ReferencePoint.Generator;

    [Fact]
    public void The_generator_is_BouncyCastles() => AssertSame(G, new JacobianPoint(AffinePoint.Generator));

    [Fact]
    public void Sums_and_doubles_are_those_of_BouncyCastle()
    {
        var random = new Random(48);
        var (point, reference) = (new JacobianPoint(AffinePoint.Generator), G);
        for (var i = 0; i < 100; i++)
        {
            point.Double();
            reference = reference.Twice().Normalize();
            AssertSame(reference, point);
            var other = G.Times(Next(random, N));
            point.Add(other.Affine(), negated: i % 2 == 0);
            reference = reference.Plus(i % 2 == 0 ? other.Negate() : other);
            AssertSame(reference, point);
        }
    }

    [Fact]
    public void A_point_added_to_itself_is_doubled_whatever_its_Z()
    {
        foreach (var scalar in (BigInteger[])[1, 2, 3, N / 2, N - 1])
        {
            var reference = G.Times(scalar);
            var point = WithOtherZ(reference);
            point.Add(reference.Affine(), negated: false);
            AssertSame(reference.Twice(), point);
            point = WithOtherZ(reference);
            point.Add(reference.Negate().Affine(), negated: true);
            AssertSame(reference.Twice(), point);
        }
    }

    [Fact]
    public void A_point_added_to_its_negative_is_infinity_whatever_its_Z()
    {
        foreach (var scalar in (BigInteger[])[1, 2, 3, N / 2, N - 1])
        {
            var reference = G.Times(scalar);
            var point = WithOtherZ(reference);
            point.Add(reference.Affine(), negated: true);
            Assert.True(point.IsInfinity);
            point = WithOtherZ(reference);
            point.Add(reference.Negate().Affine(), negated: false);
            Assert.True(point.IsInfinity);
            point.Double();
            Assert.True(point.IsInfinity);
            point.Add(reference.Affine(), negated: true);
            AssertSame(reference.Negate(), point);
        }
    }

    [Fact]
    public void Infinity_has_no_x()
    {
        Assert.False(JacobianPoint.Infinity.HasX(FieldElement.Zero));
        var zero = new JacobianPoint(ReferencePoint.WithX(0)!.Affine());
        Assert.True(zero.HasX(FieldElement.Zero));
    }

    [Fact]
    public void Both_ways_of_multiplying_are_BouncyCastles()
    {
        var random = new Random(49);
        BigInteger[] scalars =
        [
            0, 1, 2, 3, 15, 16, 17, N / 2, (N / 2) + 1, N - 3, N - 2, N - 1, (BigInteger.One << 383) - 1, BigInteger.One << 192,
        ];
        foreach (var owner in (ECPoint[])[G, G.Negate(), G.Times(Next(random, N)), ReferencePoint.WithX(0)!])
        {
            var point = owner.Affine();
            var comb = new CombTable(point);
            var multiples = new OddMultiples(point);
            foreach (var scalar in scalars.Concat(Enumerable.Range(0, 30).Select(_ => Next(random, N))))
            {
                var expected = owner.Times(scalar);
                var sum = JacobianPoint.Infinity;
                for (var step = CombTable.Steps - 1; step >= 0; step--)
                {
                    sum.Double();
                    comb.AddStep(CombTable.Recode(Words(scalar)), step, ref sum);
                }

                AssertSame(expected, sum);
                var digits = new sbyte[OddMultiples.Digits];
                OddMultiples.Recode(Words(scalar), digits);
                sum = JacobianPoint.Infinity;
                foreach (var digit in digits.Reverse())
                {
                    sum.Double();
                    multiples.AddDigit(digit, ref sum);
                }

                AssertSame(expected, sum);
            }
        }
    }

    [Fact]
    public void A_table_takes_the_memory_that_it_says() => Assert.Equal(
        CombTable.Size, CombTable.Blocks * (1 << (CombTable.Teeth - 1)) * Unsafe.SizeOf<AffinePoint>());

    private static JacobianPoint WithOtherZ(ECPoint point)
    {
        // (point + 2G) - 2G.
        var two = G.Twice();
        var sum = new JacobianPoint(point.Plus(two).Affine());
        sum.Add(two.Affine(), negated: true);
        return sum;
    }

    private static void AssertSame(ECPoint expected, JacobianPoint actual)
    {
        Assert.Equal(expected.IsInfinity, actual.IsInfinity);
        if (!expected.IsInfinity)
        {
            var affine = new AffinePoint[1];
            JacobianPoint.ToAffine([actual], affine);
            affine[0].X.ToWords(out var x);
            affine[0].Y.ToWords(out var y);
            Assert.Equal(expected.Octets(), [4, .. Octets(Number(x)), .. Octets(Number(y))]);
            Assert.True(actual.HasX(affine[0].X));
            FieldElement.Add(affine[0].X, FieldElement.One, out var other);
            Assert.False(actual.HasX(other));
        }
    }
}

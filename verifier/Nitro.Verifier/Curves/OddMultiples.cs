namespace Nitro.Verifier.Curves;

/// <summary>
/// A point's odd multiples from 1 to 15: what a multiplication of a point needs that is not worth a <see cref="CombTable"/>. Immutable
/// and thread-safe.
/// </summary>
internal sealed class OddMultiples
{
    /// <summary>Bits of a digit: in this width's non-adjacent form, one place in six on the average has an odd digit within ±15.</summary>
    public const int Width = 5;

    /// <summary>Digits of a scalar, at most: its bits and one more.</summary>
    public const int Digits = 385;

    private const int Count = 1 << (Width - 2);

    private readonly AffinePoint[] _points = new AffinePoint[Count];

    /// <summary>Computes the multiples.</summary>
    public OddMultiples(in AffinePoint point)
    {
        var multiple = new JacobianPoint(point);
        multiple.Double();
        Span<AffinePoint> twice = stackalloc AffinePoint[1];
        JacobianPoint.ToAffine([multiple], twice);
        Span<JacobianPoint> multiples = stackalloc JacobianPoint[Count];
        multiples[0] = new JacobianPoint(point);
        for (var i = 1; i < Count; i++)
        {
            multiples[i] = multiples[i - 1];
            multiples[i].Add(twice[0], negated: false);
        }

        JacobianPoint.ToAffine(multiples, _points);
    }

    /// <summary>Adds the point times a digit, which may be zero.</summary>
    public void AddDigit(int digit, ref JacobianPoint sum)
    {
        if (digit != 0)
        {
            sum.Add(_points[Math.Abs(digit) >> 1], digit < 0);
        }
    }

    /// <summary>
    /// A scalar's non-adjacent form (Guide to Elliptic Curve Cryptography, algorithm 3.35): digits for the powers of two, least first.
    /// </summary>
    /// <param name="scalar">A number below n.</param>
    /// <param name="digits"><see cref="Digits"/> places.</param>
    public static void Recode(in Words384 scalar, Span<sbyte> digits)
    {
        digits.Clear();
        var carry = 0;
        for (var i = 0; i < Digits;)
        {
            // As long as bit and carry agree, the digit is zero and the carry stays.
            if ((int)scalar.Bits(i, 1) == carry)
            {
                i++;
                continue;
            }

            var digit = (int)scalar.Bits(i, Width) + carry;
            carry = digit >> (Width - 1);
            digits[i] = (sbyte)(digit - (carry << Width));
            i += Width;
        }
    }
}

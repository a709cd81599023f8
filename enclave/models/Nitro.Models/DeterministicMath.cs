namespace Nitro.Models;

/// <summary>
/// exp, sin and cos from IEEE 754 additions and multiplications alone, so that every machine gives the same bits. <see cref="Math"/>'s own
/// come from the platform's C library, which may round the last bit differently from one version to the next. Thread-safe: there is no
/// state.
/// </summary>
public static class DeterministicMath
{
    /// <summary>
    /// The largest argument of <see cref="Sin"/> and <see cref="Cos"/>, in magnitude: beyond it the range reduction would lose digits.
    /// </summary>
    public const double MaximumAngle = 100_000;

    // Past these, e^x is not a finite normal number.
    private const double LargestExponent = 709.782712893384;
    private const double SmallestExponent = -708.3964185322641;

    // ln 2 and pi/2 in two parts each. The high part ends in zero bits, so that a whole number times it is exact.
    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;
    private const double HalfPiHigh = 1.57079632673412561417e+00;
    private const double HalfPiLow = 6.07710050650619224932e-11;

    // 1/2!, 1/3! and so on: the Taylor coefficients of all three functions.
    private static readonly double[] InverseFactorials = MakeInverseFactorials(20);

    /// <summary>
    /// e to the power of <paramref name="x"/>, within 2 units in the last place. Results below the smallest normal number (about 2.2e-308)
    /// are 0, those above the largest are infinity, and NaN gives NaN.
    /// </summary>
    public static double Exp(double x)
    {
        if (double.IsNaN(x))
        {
            return double.NaN;
        }

        if (x > LargestExponent)
        {
            return double.PositiveInfinity;
        }

        if (x < SmallestExponent)
        {
            return 0;
        }

        // e^x = 2^k e^r with |r| <= ln 2 / 2, where 14 terms leave an error below 1e-17.
        var k = (int)Math.Floor((x / (Ln2High + Ln2Low)) + 0.5);
        var r = (x - (k * Ln2High)) - (k * Ln2Low);
        var sum = InverseFactorials[14];
        for (var n = 13; n >= 0; n--)
        {
            sum = (sum * r) + InverseFactorials[n];
        }

        // In two steps: 2^1024 alone is not a number, although 2^1024 times a sum below 1 may be.
        var half = k / 2;
        return sum * PowerOfTwo(half) * PowerOfTwo(k - half);
    }

    /// <summary>The sine of an angle in radians, to an absolute error below 1e-13.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The angle is NaN or larger in magnitude than <see cref="MaximumAngle"/>.</exception>
    public static double Sin(double radians)
    {
        var (quarter, r) = Reduce(radians);
        return quarter switch
        {
            0 => SinNearZero(r),
            1 => CosNearZero(r),
            2 => -SinNearZero(r),
            _ => -CosNearZero(r),
        };
    }

    /// <summary>The cosine of an angle in radians, to an absolute error below 1e-13.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The angle is NaN or larger in magnitude than <see cref="MaximumAngle"/>.</exception>
    public static double Cos(double radians)
    {
        var (quarter, r) = Reduce(radians);
        return quarter switch
        {
            0 => CosNearZero(r),
            1 => -SinNearZero(r),
            2 => -CosNearZero(r),
            _ => SinNearZero(r),
        };
    }

    // The angle as a number of quarter turns (0 to 3) and a remainder within an eighth of a turn.
    private static (int Quarter, double Remainder) Reduce(double radians)
    {
        if (!(Math.Abs(radians) <= MaximumAngle))
        {
            throw new ArgumentOutOfRangeException(nameof(radians), radians, $"An angle within {MaximumAngle} radians of zero is expected.");
        }

        var k = (int)Math.Floor((radians / (HalfPiHigh + HalfPiLow)) + 0.5);
        return (k & 3, (radians - (k * HalfPiHigh)) - (k * HalfPiLow));
    }

    private static double SinNearZero(double r)
    {
        var square = r * r;
        var sum = InverseFactorials[17];
        for (var n = 15; n >= 1; n -= 2)
        {
            sum = InverseFactorials[n] - (sum * square);
        }

        return sum * r;
    }

    private static double CosNearZero(double r)
    {
        var square = r * r;
        var sum = InverseFactorials[18];
        for (var n = 16; n >= 0; n -= 2)
        {
            sum = InverseFactorials[n] - (sum * square);
        }

        return sum;
    }

    private static double PowerOfTwo(int exponent) => BitConverter.Int64BitsToDouble((long)(exponent + 1023) << 52);

    private static double[] MakeInverseFactorials(int count)
    {
        var values = new double[count];
        var factorial = 1.0;
        for (var n = 0; n < count; n++)
        {
            factorial *= Math.Max(n, 1);
            values[n] = 1 / factorial;
        }

        return values;
    }
}

namespace Nitro.Verifier.Curves;

/// <summary>Numbers modulo n, the order of P-384's generator, in variable time: for public values only.</summary>
internal static class Scalar
{
    /// <summary>-1/n modulo 2^64.</summary>
    private const ulong MinusInverse = 0x6ED46089E88FDC45;

    /// <summary>2^768 modulo n: what brings a number into Montgomery's form.</summary>
    private static readonly Words384 MontgomerySquare = Words384.Of(
        0x2D319B2419B409A9, 0xFF3D81E5DF1AA419, 0xBC3E483AFCB82947, 0xD40D49174AAB1CC5, 0x3FB05B7A28266895, 0x0C84EE012B39BF21);

    /// <summary>Reads a number from 1 to n - 1.</summary>
    /// <param name="octets">Forty-eight octets, big-endian.</param>
    /// <param name="scalar">The number.</param>
    /// <returns>Whether it is in that range.</returns>
    public static bool TryRead(ReadOnlySpan<byte> octets, out Words384 scalar)
    {
        scalar = Words384.Read(octets);
        return !scalar.IsZero && scalar.CompareTo(Modulus.N.Value) < 0;
    }

    /// <summary>Reads a number of 384 bits modulo n (FIPS 186-5 6.4.2, where a hash is as long as n).</summary>
    public static Words384 Reduce(ReadOnlySpan<byte> octets)
    {
        // n is above 2^383: once is enough.
        var scalar = Words384.Read(octets);
        if (scalar.CompareTo(Modulus.N.Value) >= 0)
        {
            scalar.Subtract(Modulus.N.Value);
        }

        return scalar;
    }

    /// <summary>The products of two numbers with one third number's inverse.</summary>
    public static void Divide(in Words384 a, in Words384 b, in Words384 divisor, out Words384 aQuotient, out Words384 bQuotient)
    {
        Modulus.N.Invert(divisor, out var inverse);
        var factor = MontgomeryProduct(inverse, MontgomerySquare);
        aQuotient = MontgomeryProduct(a, factor);
        bQuotient = MontgomeryProduct(b, factor);
    }

    /// <summary>a·b/2^384 modulo n, of numbers below n (Montgomery, "Modular multiplication without trial division", 1985).</summary>
    public static Words384 MontgomeryProduct(in Words384 a, in Words384 b)
    {
        Words384 sum = default;
        var top = 0UL;
        for (var i = 0; i < Words384.Count; i++)
        {
            UInt128 high = AddMultiple(ref sum, a, b[i]);
            high += top;
            UInt128 more = AddMultiple(ref sum, Modulus.N.Value, sum[0] * MinusInverse);
            high += more;

            // The lowest word is zero now: divide by 2^64.
            for (var j = 0; j < Words384.Count - 1; j++)
            {
                sum[j] = sum[j + 1];
            }

            sum[Words384.Count - 1] = (ulong)high;
            top = (ulong)(high >> 64);
        }

        if (top != 0 || sum.CompareTo(Modulus.N.Value) >= 0)
        {
            sum.Subtract(Modulus.N.Value);
        }

        return sum;
    }

    /// <summary>Adds a multiple to a sum.</summary>
    /// <returns>The seventh word.</returns>
    private static ulong AddMultiple(ref Words384 sum, in Words384 number, ulong factor)
    {
        var carry = 0UL;
        for (var i = 0; i < Words384.Count; i++)
        {
            var high = Math.BigMul(number[i], factor, out var low);
            low += carry;
            high += low < carry ? 1UL : 0;
            sum[i] += low;
            carry = high + (sum[i] < low ? 1UL : 0);
        }

        return carry;
    }
}

using System.Numerics;

namespace Nitro.Verifier.Curves;

/// <summary>An odd prime of 384 bits, and inverses modulo it. Immutable and thread-safe; variable time.</summary>
internal sealed class Modulus
{
    /// <summary>Bits of a limb here, and the division steps that one matrix holds.</summary>
    private const int LimbBits = 62;

    private const int Limbs = 7;

    /// <summary>Matrices that bring any g below 2^384 to zero: 1110 division steps do (Bernstein and Yang, theorem 11.2).</summary>
    private const int MaximumRounds = 18;

    private const long LimbMask = (1L << LimbBits) - 1;

    private readonly long[] _limbs;

    /// <summary>The inverse modulo 2^62.</summary>
    private readonly long _lowInverse;

    private Modulus(Words384 value)
    {
        Value = value;
        _limbs = new long[Limbs];
        Split(value, _limbs);

        // Newton's iteration: each step doubles the bits that are right, and an odd number is its own inverse modulo 8.
        var low = value[0];
        var inverse = low;
        for (var bits = 3; bits < LimbBits; bits *= 2)
        {
            inverse *= 2 - (low * inverse);
        }

        _lowInverse = (long)inverse & LimbMask;
    }

    /// <summary>p, the field's modulus (SP 800-186 3.2.1.4).</summary>
    public static Modulus P { get; } = new(Words384.Of(
        0x00000000FFFFFFFF, 0xFFFFFFFF00000000, 0xFFFFFFFFFFFFFFFE, 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF));

    /// <summary>n, the number of points of the curve (SP 800-186 3.2.1.4).</summary>
    public static Modulus N { get; } = new(Words384.Of(
        0xECEC196ACCC52973, 0x581A0DB248B0A77A, 0xC7634D81F4372DDF, 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF));

    /// <summary>The number itself.</summary>
    public Words384 Value { get; }

    /// <summary>
    /// The inverse of a number below the modulus; zero's is zero. By division steps (Bernstein and Yang, "Fast constant-time gcd
    /// computation and modular inversion", 2019), sixty-two at a time on the lowest bits, then applied to the whole numbers; in variable
    /// time, it jumps over zeros.
    /// </summary>
    public void Invert(in Words384 number, out Words384 inverse)
    {
        // Always d·number = f and e·number = g modulo the modulus, and f is odd; in the end g is 0 and f is 1 or -1.
        Span<long> f = stackalloc long[Limbs];
        Span<long> g = stackalloc long[Limbs];
        Span<long> d = stackalloc long[Limbs];
        Span<long> e = stackalloc long[Limbs];
        _limbs.CopyTo(f);
        Split(number, g);
        d.Clear();
        e.Clear();
        e[0] = 1;
        var eta = -1L;
        for (var round = 0; round < MaximumRounds && g.ContainsAnyExcept(0L); round++)
        {
            var matrix = Steps(ref eta, f[0], g[0]);
            Apply(matrix, f, g, 0, 0);
            var (md, me) = Cancelling(matrix, d, e);
            Apply(matrix, d, e, md, me);
        }

        Join(d, out inverse);
        if (f[Limbs - 1] < 0 && !inverse.IsZero)
        {
            var negative = inverse;
            inverse = Value;
            inverse.Subtract(negative);
        }
    }

    /// <summary>Sixty-two division steps on the lowest bits of f and g, as a matrix whose determinant is ±2^62.</summary>
    private static Matrix Steps(ref long eta, long f, long g)
    {
        long u = 1, v = 0, q = 0, r = 1;
        var left = LimbBits;
        while (true)
        {
            var zeros = BitOperations.TrailingZeroCount(g | (-1L << left));
            g >>= zeros;
            u <<= zeros;
            v <<= zeros;
            eta -= zeros;
            left -= zeros;
            if (left == 0)
            {
                return new Matrix(u, v, q, r);
            }

            if (eta < 0)
            {
                eta = -eta;
                (f, g) = (g, -f);
                (u, q) = (q, -u);
                (v, r) = (r, -v);
            }

            // Both are odd: a multiple of f cancels as many low bits of g as there are steps until the next exchange, at most six.
            var bits = (int)Math.Min(Math.Min(eta + 1, left), 6);
            var multiple = (g * f * ((f * f) - 2)) & ((1L << bits) - 1);
            g += f * multiple;
            q += u * multiple;
            r += v * multiple;
        }
    }

    /// <summary>
    /// The multiples of the modulus that make the matrix's products with d and e divisible by 2^62 and keep them between -2 and 1 times
    /// the modulus: a negative factor counts as raised by the modulus.
    /// </summary>
    private (long ForD, long ForE) Cancelling(in Matrix matrix, ReadOnlySpan<long> d, ReadOnlySpan<long> e)
    {
        var (dSign, eSign) = (d[Limbs - 1] >> 63, e[Limbs - 1] >> 63);
        var forD = (matrix.U & dSign) + (matrix.V & eSign);
        var forE = (matrix.Q & dSign) + (matrix.R & eSign);
        forD -= ((_lowInverse * ((matrix.U * d[0]) + (matrix.V * e[0]))) + forD) & LimbMask;
        forE -= ((_lowInverse * ((matrix.Q * d[0]) + (matrix.R * e[0]))) + forE) & LimbMask;
        return (forD, forE);
    }

    /// <summary>Replaces a and b by the matrix's product with them, plus multiples of the modulus, divided by 2^62.</summary>
    private void Apply(in Matrix matrix, Span<long> a, Span<long> b, long forA, long forB)
    {
        Int128 sumA = 0, sumB = 0;
        for (var i = 0; i < Limbs; i++)
        {
            sumA += Math.BigMul(matrix.U, a[i]) + Math.BigMul(matrix.V, b[i]) + Math.BigMul(forA, _limbs[i]);
            sumB += Math.BigMul(matrix.Q, a[i]) + Math.BigMul(matrix.R, b[i]) + Math.BigMul(forB, _limbs[i]);
            if (i > 0)
            {
                a[i - 1] = (long)sumA & LimbMask;
                b[i - 1] = (long)sumB & LimbMask;
            }

            sumA >>= LimbBits;
            sumB >>= LimbBits;
        }

        a[Limbs - 1] = (long)sumA;
        b[Limbs - 1] = (long)sumB;
    }

    private static void Split(in Words384 words, Span<long> limbs)
    {
        for (var i = 0; i < Limbs; i++)
        {
            limbs[i] = (long)words.Bits(i * LimbBits, LimbBits);
        }
    }

    /// <summary>The number from 0 to the modulus less 1 that limbs between -2 and 1 times the modulus stand for.</summary>
    private void Join(ReadOnlySpan<long> limbs, out Words384 words)
    {
        words = default;
        Int128 rest = 0;
        var (bits, word) = (0, 0);
        foreach (var limb in limbs)
        {
            rest += (Int128)limb << bits;
            bits += LimbBits;
            if (bits >= 64 && word < Words384.Count)
            {
                words[word++] = (ulong)rest;
                rest >>= 64;
                bits -= 64;
            }
        }

        // What is left is the sign.
        while (rest < 0)
        {
            rest += words.Add(Value) ? 1 : 0;
        }
    }

    /// <summary>(u v; q r), to be divided by 2^62.</summary>
    private readonly record struct Matrix(long U, long V, long Q, long R);
}

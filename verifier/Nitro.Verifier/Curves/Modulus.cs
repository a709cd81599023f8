using System.Numerics;

namespace Nitro.Verifier.Curves;

/// <summary>An odd prime of 384 bits, and inverses modulo it. Immutable and thread-safe; variable time.</summary>
internal sealed class Modulus
{
    /// <summary>Bits of a limb here, and the division steps that one matrix holds.</summary>
    private const int LimbBits = 62;

    private const int Limbs = 7;

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
    /// The inverse of a number below the modulus; zero's is zero. By division steps (Bernstein and Yang, "Fast constant-time gcd computation
    /// and modular inversion", 2019), sixty-two at a time on the lowest bits, then applied to the whole numbers; in variable time, it jumps
    /// over zeros.
    /// </summary>
    public void Invert(in Words384 number, out Words384 inverse)
    {
        // At every step number·d = f and number·e = g modulo the modulus, and f is odd; in the end g is 0 and f is 1 or -1.
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
        while (g.ContainsAnyExcept(0L))
        {
            var step = Steps(ref eta, f[0], g[0]);
            step.ApplyTo(f, g);
            ApplyModulo(step, d, e);
        }

        if (f[Limbs - 1] < 0)
        {
            Negate(d);
        }

        inverse = ToWords(d);
    }

    /// <summary>Sixty-two division steps on the lowest bits of f and g, as a matrix whose determinant is ±2^62.</summary>
    private static Transition Steps(ref long eta, long f, long g)
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
                return new Transition(u, v, q, r);
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

    /// <summary>As <see cref="Transition.ApplyTo"/>, with multiples of the modulus that make the sums divisible by 2^62.</summary>
    private void ApplyModulo(Transition step, Span<long> d, Span<long> e)
    {
        // d and e stay between -2 and 1 times the modulus: a negative one is raised by the modulus first.
        var dSign = d[Limbs - 1] >> 63;
        var eSign = e[Limbs - 1] >> 63;
        var md = (step.U & dSign) + (step.V & eSign);
        var me = (step.Q & dSign) + (step.R & eSign);
        var cd = Sum(step.U, d[0], step.V, e[0]);
        var ce = Sum(step.Q, d[0], step.R, e[0]);
        md -= ((_lowInverse * (long)cd) + md) & LimbMask;
        me -= ((_lowInverse * (long)ce) + me) & LimbMask;
        cd = (cd + Math.BigMul(_limbs[0], md)) >> LimbBits;
        ce = (ce + Math.BigMul(_limbs[0], me)) >> LimbBits;
        for (var i = 1; i < Limbs; i++)
        {
            cd += Sum(step.U, d[i], step.V, e[i]) + Math.BigMul(_limbs[i], md);
            ce += Sum(step.Q, d[i], step.R, e[i]) + Math.BigMul(_limbs[i], me);
            d[i - 1] = (long)cd & LimbMask;
            e[i - 1] = (long)ce & LimbMask;
            cd >>= LimbBits;
            ce >>= LimbBits;
        }

        d[Limbs - 1] = (long)cd;
        e[Limbs - 1] = (long)ce;
    }

    private static Int128 Sum(long a, long b, long c, long d) => Math.BigMul(a, b) + Math.BigMul(c, d);

    private static void Negate(Span<long> limbs)
    {
        var carry = 0L;
        for (var i = 0; i < Limbs; i++)
        {
            carry -= limbs[i];
            limbs[i] = i == Limbs - 1 ? carry : carry & LimbMask;
            carry >>= LimbBits;
        }
    }

    private static void Split(in Words384 words, Span<long> limbs)
    {
        for (var i = 0; i < Limbs; i++)
        {
            var bit = i * LimbBits;
            var word = bit >> 6;
            var limb = words[word] >> (bit & 63);
            if ((bit & 63) != 0 && word + 1 < Words384.Count)
            {
                limb |= words[word + 1] << (64 - (bit & 63));
            }

            limbs[i] = (long)limb & LimbMask;
        }
    }

    /// <summary>The number between 0 and the modulus that limbs between -2 and 2 times the modulus stand for.</summary>
    private Words384 ToWords(ReadOnlySpan<long> limbs)
    {
        Words384 words = default;
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

        // What is left is the sign and the multiples of 2^384.
        while (rest < 0)
        {
            rest += words.Add(Value) ? 1 : 0;
        }

        while (rest > 0 || words.CompareTo(Value) >= 0)
        {
            rest -= words.CompareTo(Value) < 0 ? 1 : 0;
            words.Subtract(Value);
        }

        return words;
    }

    /// <summary>The matrix (u v; q r), to be divided by 2^62.</summary>
    private readonly record struct Transition(long U, long V, long Q, long R)
    {
        /// <summary>Replaces f and g by (u·f + v·g)/2^62 and (q·f + r·g)/2^62, which are whole numbers.</summary>
        public void ApplyTo(Span<long> f, Span<long> g)
        {
            var cf = Sum(U, f[0], V, g[0]) >> LimbBits;
            var cg = Sum(Q, f[0], R, g[0]) >> LimbBits;
            for (var i = 1; i < Limbs; i++)
            {
                cf += Sum(U, f[i], V, g[i]);
                cg += Sum(Q, f[i], R, g[i]);
                f[i - 1] = (long)cf & LimbMask;
                g[i - 1] = (long)cg & LimbMask;
                cf >>= LimbBits;
                cg >>= LimbBits;
            }

            f[Limbs - 1] = (long)cf;
            g[Limbs - 1] = (long)cg;
        }
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Nitro.Verifier.Curves;

/// <summary>
/// An integer modulo p = 2^384 - 2^128 - 2^96 + 2^32 - 1, the field of P-384 (SP 800-186 3.2.1.4), in variable time: for public values
/// only. Eight limbs in radix 2^48, least first, each kept times 2^8 in its 64 bits.
/// </summary>
/// <remarks>
/// <para>
/// The form is made for a compiler without add-with-carry. A limb has bits to spare, so sums are lazy: no carries, no comparison with p.
/// And since both factors of a product carry 2^8, the high word of a 64 by 64 bit multiplication is the product divided by 2^48, and the
/// low word divided by 2^16 is the remainder, so that products add up in columns of 64 bits without carries too. The low word is a
/// multiplication of its own: .NET 10 passes the second result of one multiplication through memory, which takes longer (35 instead of
/// 21 ns for a square).
/// </para>
/// <para>
/// Bounds, with u = 2^48(1 + 2^-32) for the largest limb without its 2^8: a product, a square and an element that was read are at most 1u
/// (<em>reduced</em>). A sum's bounds add up. A difference is at most its minuend's bound plus 5u, and its subtrahend must be within 3u. A
/// factor must be within 31u. Callers state the bounds where they are not obvious.
/// </para>
/// </remarks>
internal struct FieldElement
{
    /// <summary>Octets of an element.</summary>
    public const int Length = 48;

    private const int LimbBits = 48;

    /// <summary>The power of two that a limb is kept times.</summary>
    private const int LimbShift = 8;

    private const long LimbMask = (1L << LimbBits) - 1;

    /// <summary>p's lowest limb.</summary>
    private const ulong LowLimbOfP = 0x0000_FFFF_FFFF;

    // 4p with each limb raised by 2^50 at the cost of 4 from the next: what a difference or a reduction adds to stay above zero.
    private const long Bias0 = 0x4_0003_FFFF_FFFC;
    private const long Bias1 = 0x3_FFFF_FFFF_FFFC;
    private const long Bias2 = 0x4_FFFB_FFFF_FFF8;
    private const long Bias3To6 = 0x4_FFFF_FFFF_FFFB;
    private const long Bias7 = 0x3_FFFF_FFFF_FFFB;

    private ulong _0;
    private ulong _1;
    private ulong _2;
    private ulong _3;
    private ulong _4;
    private ulong _5;
    private ulong _6;
    private ulong _7;

    /// <summary>Zero.</summary>
    public static FieldElement Zero => default;

    /// <summary>One.</summary>
    public static FieldElement One => new() { _0 = 1UL << LimbShift };

    /// <summary>Whether a <em>reduced</em> element is zero modulo p.</summary>
    public readonly bool IsZero
    {
        get
        {
            // A reduced element is below 2p and its lowest limb is exact: it is 0 or p, or else not zero.
            if (_0 != 0 && _0 != LowLimbOfP << LimbShift)
            {
                return false;
            }

            ToWords(out var words);
            return words.IsZero;
        }
    }

    /// <summary>Reads a number below p.</summary>
    /// <param name="octets">Forty-eight octets, big-endian.</param>
    /// <param name="element">The element, reduced.</param>
    /// <returns>Whether the number is below p.</returns>
    public static bool TryRead(ReadOnlySpan<byte> octets, out FieldElement element)
    {
        var words = Words384.Read(octets);
        From(words, out element);
        return words.CompareTo(Modulus.P.Value) < 0;
    }

    /// <summary>Takes a number of 384 bits as an element, reduced.</summary>
    public static void From(in Words384 words, out FieldElement element)
    {
        const ulong Mask = (ulong)LimbMask << LimbShift;
        element._0 = (words[0] << 8) & Mask;
        element._1 = ((words[0] >> 40) | (words[1] << 24)) & Mask;
        element._2 = ((words[1] >> 24) | (words[2] << 40)) & Mask;
        element._3 = (words[2] >> 8) & Mask;
        element._4 = (words[3] << 8) & Mask;
        element._5 = ((words[3] >> 40) | (words[4] << 24)) & Mask;
        element._6 = ((words[4] >> 24) | (words[5] << 40)) & Mask;
        element._7 = (words[5] >> 8) & Mask;
    }

    /// <summary>The number below p that a <em>reduced</em> element stands for.</summary>
    public readonly void ToWords(out Words384 words)
    {
        // Carries make the limbs exact; what a reduced element exceeds 2^384 by is less than p, and then so is what remains.
        var l1 = (_1 >> LimbShift) + (_0 >> (LimbShift + LimbBits));
        var l2 = (_2 >> LimbShift) + (l1 >> LimbBits);
        var l3 = (_3 >> LimbShift) + (l2 >> LimbBits);
        var l4 = (_4 >> LimbShift) + (l3 >> LimbBits);
        var l5 = (_5 >> LimbShift) + (l4 >> LimbBits);
        var l6 = (_6 >> LimbShift) + (l5 >> LimbBits);
        var l7 = (_7 >> LimbShift) + (l6 >> LimbBits);
        const ulong Mask = (ulong)LimbMask;
        words = default;
        words[0] = ((_0 >> LimbShift) & Mask) | (l1 << 48);
        words[1] = ((l1 & Mask) >> 16) | (l2 << 32);
        words[2] = ((l2 & Mask) >> 32) | (l3 << 16);
        words[3] = (l4 & Mask) | (l5 << 48);
        words[4] = ((l5 & Mask) >> 16) | (l6 << 32);
        words[5] = ((l6 & Mask) >> 32) | (l7 << 16);
        if (l7 >> LimbBits != 0 || words.CompareTo(Modulus.P.Value) >= 0)
        {
            words.Subtract(Modulus.P.Value);
        }
    }

    /// <summary>Adds. The bounds add up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(in FieldElement a, in FieldElement b, out FieldElement sum)
    {
        sum._0 = a._0 + b._0;
        sum._1 = a._1 + b._1;
        sum._2 = a._2 + b._2;
        sum._3 = a._3 + b._3;
        sum._4 = a._4 + b._4;
        sum._5 = a._5 + b._5;
        sum._6 = a._6 + b._6;
        sum._7 = a._7 + b._7;
    }

    /// <summary>Multiplies by a small constant. The bound is multiplied too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scale(in FieldElement a, ulong factor, out FieldElement multiple)
    {
        multiple._0 = a._0 * factor;
        multiple._1 = a._1 * factor;
        multiple._2 = a._2 * factor;
        multiple._3 = a._3 * factor;
        multiple._4 = a._4 * factor;
        multiple._5 = a._5 * factor;
        multiple._6 = a._6 * factor;
        multiple._7 = a._7 * factor;
    }

    /// <summary>
    /// Subtracts a small constant times <paramref name="b"/>, at most 3u in all. The difference is at most 5u above a's bound.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Subtract(in FieldElement a, in FieldElement b, ulong factor, out FieldElement difference)
    {
        difference._0 = a._0 + (((ulong)Bias0 << LimbShift) - (b._0 * factor));
        difference._1 = a._1 + (((ulong)Bias1 << LimbShift) - (b._1 * factor));
        difference._2 = a._2 + (((ulong)Bias2 << LimbShift) - (b._2 * factor));
        difference._3 = a._3 + (((ulong)Bias3To6 << LimbShift) - (b._3 * factor));
        difference._4 = a._4 + (((ulong)Bias3To6 << LimbShift) - (b._4 * factor));
        difference._5 = a._5 + (((ulong)Bias3To6 << LimbShift) - (b._5 * factor));
        difference._6 = a._6 + (((ulong)Bias3To6 << LimbShift) - (b._6 * factor));
        difference._7 = a._7 + (((ulong)Bias7 << LimbShift) - (b._7 * factor));
    }

    /// <summary>Subtracts <paramref name="b"/>, at most 3u. The difference is at most 5u above a's bound.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Subtract(in FieldElement a, in FieldElement b, out FieldElement difference) => Subtract(a, b, 1, out difference);

    /// <summary>Multiplies two elements of at most 31u each. The product, which may be one of the factors' places, is reduced.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(in FieldElement a, in FieldElement b, out FieldElement product)
    {
        // Karatsuba's three products of half the length: the lower halves', the upper halves', and that of the halves' sums.
        Multiply4(
            a._0, a._1, a._2, a._3, b._0, b._1, b._2, b._3,
            out var l0, out var l1, out var l2, out var l3, out var l4, out var l5, out var l6, out var l7);
        Multiply4(
            a._4, a._5, a._6, a._7, b._4, b._5, b._6, b._7,
            out var h0, out var h1, out var h2, out var h3, out var h4, out var h5, out var h6, out var h7);
        Multiply4(
            a._0 + a._4, a._1 + a._5, a._2 + a._6, a._3 + a._7, b._0 + b._4, b._1 + b._5, b._2 + b._6, b._3 + b._7,
            out var m0, out var m1, out var m2, out var m3, out var m4, out var m5, out var m6, out var m7);
        Reduce(
            l0, l1, l2, l3, l4 + (m0 - l0 - h0), l5 + (m1 - l1 - h1), l6 + (m2 - l2 - h2), l7 + (m3 - l3 - h3),
            h0 + (m4 - l4 - h4), h1 + (m5 - l5 - h5), h2 + (m6 - l6 - h6), h3 + (m7 - l7 - h7), h4, h5, h6, h7, out product);
    }

    /// <summary>Squares an element of at most 31u. The square, which may be the element's own place, is reduced.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Square(in FieldElement a, out FieldElement square)
    {
        ulong a0 = a._0, a1 = a._1, a2 = a._2, a3 = a._3, a4 = a._4, a5 = a._5, a6 = a._6, a7 = a._7;
        ulong d0 = a0 << 1, d1 = a1 << 1, d2 = a2 << 1, d3 = a3 << 1, d4 = a4 << 1, d5 = a5 << 1, d6 = a6 << 1;
        var c0 = Low(a0, a0);
        var c1 = High(a0, a0) + Low(d0, a1);
        var c2 = High(d0, a1) + Low(d0, a2) + Low(a1, a1);
        var c3 = High(d0, a2) + High(a1, a1) + Low(d0, a3) + Low(d1, a2);
        var c4 = High(d0, a3) + High(d1, a2) + Low(d0, a4) + Low(d1, a3) + Low(a2, a2);
        var c5 = High(d0, a4) + High(d1, a3) + High(a2, a2) + Low(d0, a5) + Low(d1, a4) + Low(d2, a3);
        var c6 = High(d0, a5) + High(d1, a4) + High(d2, a3) + Low(d0, a6) + Low(d1, a5) + Low(d2, a4) + Low(a3, a3);
        var c7 = High(d0, a6) + High(d1, a5) + High(d2, a4) + High(a3, a3) + Low(d0, a7) + Low(d1, a6) + Low(d2, a5) + Low(d3, a4);
        var c8 = High(d0, a7) + High(d1, a6) + High(d2, a5) + High(d3, a4) + Low(d1, a7) + Low(d2, a6) + Low(d3, a5) + Low(a4, a4);
        var c9 = High(d1, a7) + High(d2, a6) + High(d3, a5) + High(a4, a4) + Low(d2, a7) + Low(d3, a6) + Low(d4, a5);
        var c10 = High(d2, a7) + High(d3, a6) + High(d4, a5) + Low(d3, a7) + Low(d4, a6) + Low(a5, a5);
        var c11 = High(d3, a7) + High(d4, a6) + High(a5, a5) + Low(d4, a7) + Low(d5, a6);
        var c12 = High(d4, a7) + High(d5, a6) + Low(d5, a7) + Low(a6, a6);
        var c13 = High(d5, a7) + High(a6, a6) + Low(d6, a7);
        var c14 = High(d6, a7) + Low(a7, a7);
        var c15 = High(a7, a7);
        Reduce(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, out square);
    }

    /// <summary>Squares <paramref name="times"/> times.</summary>
    public static void Square(in FieldElement a, int times, out FieldElement power)
    {
        power = a;
        for (var i = 0; i < times; i++)
        {
            Square(power, out power);
        }
    }

    /// <summary>The inverse of a <em>reduced</em> element; zero's is zero.</summary>
    public static void Invert(in FieldElement a, out FieldElement inverse)
    {
        a.ToWords(out var words);
        Modulus.P.Invert(words, out var inverted);
        From(inverted, out inverse);
    }

    /// <summary>The product of two numbers of four limbs, as eight columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply4(
        ulong a0, ulong a1, ulong a2, ulong a3, ulong b0, ulong b1, ulong b2, ulong b3,
        out long c0, out long c1, out long c2, out long c3, out long c4, out long c5, out long c6, out long c7)
    {
        c0 = Low(a0, b0);
        c1 = High(a0, b0) + Low(a0, b1) + Low(a1, b0);
        c2 = High(a0, b1) + High(a1, b0) + Low(a0, b2) + Low(a1, b1) + Low(a2, b0);
        c3 = High(a0, b2) + High(a1, b1) + High(a2, b0) + Low(a0, b3) + Low(a1, b2) + Low(a2, b1) + Low(a3, b0);
        c4 = High(a0, b3) + High(a1, b2) + High(a2, b1) + High(a3, b0) + Low(a1, b3) + Low(a2, b2) + Low(a3, b1);
        c5 = High(a1, b3) + High(a2, b2) + High(a3, b1) + Low(a2, b3) + Low(a3, b2);
        c6 = High(a2, b3) + High(a3, b2) + Low(a3, b3);
        c7 = High(a3, b3);
    }

    /// <summary>
    /// Reduces sixteen columns in radix 2^48, each below 2^62 and not below zero. 2^384 is 2^128 + 2^96 - 2^32 + 1, and 96 is two limbs:
    /// with h·2^32 = f·2^48 + g, where g is below 2^48, a column h that is eight up comes down as h - g, -f, h + g and f.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Reduce(
        long c0, long c1, long c2, long c3, long c4, long c5, long c6, long c7,
        long c8, long c9, long c10, long c11, long c12, long c13, long c14, long c15, out FieldElement result)
    {
        Fold(c15, ref c7, ref c8, ref c9, ref c10);
        Fold(c14, ref c6, ref c7, ref c8, ref c9);
        Fold(c13, ref c5, ref c6, ref c7, ref c8);
        Fold(c12, ref c4, ref c5, ref c6, ref c7);
        Fold(c11, ref c3, ref c4, ref c5, ref c6);
        Fold(c10, ref c2, ref c3, ref c4, ref c5);
        Fold(c9, ref c1, ref c2, ref c3, ref c4);
        Fold(c8, ref c0, ref c1, ref c2, ref c3);

        // The columns are above -2^49 and below 2^62 here. The bias makes them positive. What c7 has beyond its limb is folded once more;
        // it is below 2^15 and needs no splitting. Then each column gives its surplus, below 2^15 too, to the next, all at once: the next
        // limb may exceed 2^48 by so much, which is what u allows for, and no carry runs further.
        c7 += Bias7;
        var top = c7 >> LimbBits;
        c0 += Bias0 + top - (top << 32);
        c1 += Bias1;
        c2 += Bias2 + top + (top << 32);
        c3 += Bias3To6;
        c4 += Bias3To6;
        c5 += Bias3To6;
        c6 += Bias3To6;
        result._0 = (ulong)(c0 & LimbMask) << LimbShift;
        result._1 = (ulong)((c1 & LimbMask) + (c0 >> LimbBits)) << LimbShift;
        result._2 = (ulong)((c2 & LimbMask) + (c1 >> LimbBits)) << LimbShift;
        result._3 = (ulong)((c3 & LimbMask) + (c2 >> LimbBits)) << LimbShift;
        result._4 = (ulong)((c4 & LimbMask) + (c3 >> LimbBits)) << LimbShift;
        result._5 = (ulong)((c5 & LimbMask) + (c4 >> LimbBits)) << LimbShift;
        result._6 = (ulong)((c6 & LimbMask) + (c5 >> LimbBits)) << LimbShift;
        result._7 = (ulong)((c7 & LimbMask) + (c6 >> LimbBits)) << LimbShift;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fold(long high, ref long to0, ref long to1, ref long to2, ref long to3)
    {
        var g = (high & 0xFFFF) << 32;
        var f = high >> 16;
        to0 += high - g;
        to1 -= f;
        to2 += high + g;
        to3 += f;
    }

    /// <summary>The product of two limbs divided by 2^48, rounded down.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long High(ulong a, ulong b) => (long)(
        Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(a, b)
        : ArmBase.Arm64.IsSupported ? ArmBase.Arm64.MultiplyHigh(a, b)
        : Math.BigMul(a, b, out _));

    /// <summary>The remainder of that division.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Low(ulong a, ulong b) => (long)((a * b) >> (2 * LimbShift));
}

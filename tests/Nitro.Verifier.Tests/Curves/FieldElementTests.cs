using System.Numerics;
using System.Runtime.InteropServices;
using Nitro.Verifier.Curves;
using static Nitro.Verifier.Tests.Curves.Numbers;

namespace Nitro.Verifier.Tests.Curves;

public sealed class FieldElementTests
{
    /// <summary>The largest limb of a reduced element, u, as the product's documentation has it.</summary>
    private const ulong Unit = (1UL << 48) + (1UL << 16);

    [Fact]
    public void Numbers_below_p_are_read_and_no_others()
    {
        foreach (var number in Edges)
        {
            Assert.Equal(number < P, FieldElement.TryRead(Octets(number), out var element));
            Assert.Equal(number % P, Value(element));
            Assert.Equal((number % P).IsZero, element.IsZero);
            AssertReduced(element);
        }
    }

    [Fact]
    public void All_operations_on_all_pairs_of_edges_are_those_of_BigInteger()
    {
        foreach (var a in Edges)
        {
            foreach (var b in Edges)
            {
                AssertOperations(a, b);
            }
        }
    }

    [Fact]
    public void All_operations_on_random_numbers_are_those_of_BigInteger()
    {
        var random = new Random(384);
        for (var i = 0; i < 20_000; i++)
        {
            AssertOperations(Next(random, Two384), Next(random, Two384));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(12)]
    [InlineData(31)]
    public void Factors_may_be_as_large_as_their_bound(ulong units)
    {
        var random = new Random((int)units);
        var all = Limbs(() => units * Unit);
        for (var i = 0; i < 20_000; i++)
        {
            var a = i == 0 ? all : Limbs(() => NextLimb(random, units * Unit));
            var b = i < 2 ? all : Limbs(() => NextLimb(random, units * Unit));
            FieldElement.Multiply(a, b, out var product);
            AssertReduced(product);
            Assert.Equal(RawValue(a) * RawValue(b) % P, Value(product));
            FieldElement.Square(a, out var square);
            AssertReduced(square);
            Assert.Equal(RawValue(a) * RawValue(a) % P, Value(square));
        }
    }

    [Fact]
    public void A_difference_never_goes_below_zero_and_keeps_its_bound()
    {
        var random = new Random(3);
        for (var i = 0; i < 20_000; i++)
        {
            var a = i < 2 ? default : Limbs(() => NextLimb(random, 7 * Unit));
            var b = i == 0 ? Limbs(() => 3 * Unit) : Limbs(() => NextLimb(random, 3 * Unit));
            FieldElement.Subtract(a, b, out var difference);
            Assert.Equal(Modulo(RawValue(a) - RawValue(b), P), RawValue(difference) % P);
            foreach (var (limb, minuend) in Raw(difference).Zip(Raw(a)))
            {
                Assert.InRange(limb, 0UL, minuend + (5 * Unit));
            }
        }
    }

    [Fact]
    public void Zero_has_two_reduced_forms_and_both_are_zero()
    {
        FieldElement.From(Words(P), out var p);
        Assert.True(p.IsZero);
        Assert.True(FieldElement.Zero.IsZero);
        Assert.False(FieldElement.One.IsZero);

        // The lowest limb of zero or of p is not enough.
        FieldElement.From(Words(BigInteger.One << 48), out var power);
        Assert.False(power.IsZero);
        FieldElement.From(Words(P - (BigInteger.One << 48)), out power);
        Assert.False(power.IsZero);
    }

    [Fact]
    public void A_reduced_element_above_2_to_384_has_its_number()
    {
        // Limbs at the very bound, with and without a number below them.
        foreach (var low in (ulong[])[0, 1, 0x0000_FFFF_FFFF, (1UL << 48) - 1])
        {
            var element = Limbs(() => Unit);
            Raw(ref element)[0] = low << 8;
            Assert.Equal(RawValue(element) % P, Value(element));
        }
    }

    [Fact]
    public void Results_may_replace_their_operands()
    {
        var random = new Random(9);
        var (x, y) = (Next(random, P), Next(random, P));
        FieldElement.From(Words(x), out var a);
        FieldElement.From(Words(y), out var b);
        FieldElement.Multiply(a, b, out a);
        FieldElement.Multiply(b, a, out a);
        FieldElement.Square(a, out a);
        FieldElement.Multiply(a, a, out a);
        Assert.Equal(BigInteger.ModPow(x * y * y, 4, P), Value(a));
    }

    private static void AssertOperations(BigInteger a, BigInteger b)
    {
        FieldElement.From(Words(a), out var x);
        FieldElement.From(Words(b), out var y);
        FieldElement.Multiply(x, y, out var result);
        AssertReduced(result);
        Assert.Equal(a * b % P, Value(result));
        Assert.Equal((a * b % P).IsZero, result.IsZero);
        FieldElement.Square(x, out result);
        AssertReduced(result);
        Assert.Equal(a * a % P, Value(result));
        FieldElement.Add(x, y, out result);
        Assert.Equal(a + b, RawValue(result));
        FieldElement.Scale(x, 3, out result);
        Assert.Equal(3 * a, RawValue(result));
        FieldElement.Subtract(x, y, 2, out result);
        Assert.Equal(Modulo(a - (2 * b), P), RawValue(result) % P);
        FieldElement.Subtract(x, y, out result);
        Assert.Equal(Modulo(a - b, P), RawValue(result) % P);
        FieldElement.Multiply(result, FieldElement.One, out result);
        Assert.Equal(Modulo(a - b, P), Value(result));
        Assert.Equal(Modulo(a - b, P).IsZero, result.IsZero);
    }

    private static void AssertReduced(in FieldElement element)
    {
        var limbs = Raw(element);
        Assert.InRange(limbs[0], 0UL, (1UL << 48) - 1);
        Assert.All(limbs, limb => Assert.InRange(limb, 0UL, Unit));
    }

    private static BigInteger Value(in FieldElement element)
    {
        element.ToWords(out var words);
        return Number(words);
    }

    private static FieldElement Limbs(Func<ulong> next)
    {
        FieldElement element = default;
        foreach (ref var limb in Raw(ref element))
        {
            limb = next() << 8;
        }

        return element;
    }

    private static ulong NextLimb(Random random, ulong bound) => random.Next(8) switch
    {
        0 => bound,
        1 => 0,
        2 => 1UL << random.Next(48),
        _ => (ulong)random.NextInt64((long)bound + 1),
    };

    private static BigInteger RawValue(in FieldElement element) =>
        Raw(element).Reverse().Aggregate(BigInteger.Zero, (sum, limb) => (sum << 48) + limb);

    /// <summary>The limbs without the 2^8 that they are kept times.</summary>
    private static ulong[] Raw(FieldElement element)
    {
        var limbs = Raw(ref element).ToArray();
        Assert.All(limbs, limb => Assert.Equal(0UL, limb & 0xFF));
        return [.. limbs.Select(limb => limb >> 8)];
    }

    private static Span<ulong> Raw(ref FieldElement element) =>
        MemoryMarshal.Cast<FieldElement, ulong>(MemoryMarshal.CreateSpan(ref element, 1));
}

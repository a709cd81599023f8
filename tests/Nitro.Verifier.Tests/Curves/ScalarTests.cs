using System.Numerics;
using Nitro.Verifier.Curves;
using static Nitro.Verifier.Tests.Curves.Numbers;

namespace Nitro.Verifier.Tests.Curves;

public sealed class ScalarTests
{
    [Fact]
    public void Numbers_from_1_to_n_minus_1_are_read_and_no_others()
    {
        foreach (var number in Edges)
        {
            Assert.Equal(number > 0 && number < N, Scalar.TryRead(Octets(number), out var scalar));
            Assert.Equal(number, Number(scalar));
            Assert.Equal(number % N, Number(Scalar.Reduce(Octets(number))));
        }
    }

    [Fact]
    public void Products_are_those_of_BigInteger()
    {
        var random = new Random(6);
        var inverse = Inverse(Two384 % N, N);
        var edges = Edges.Where(number => number < N).ToArray();
        var pairs = edges.SelectMany(a => edges.Select(b => (a, b)))
            .Concat(Enumerable.Range(0, 20_000).Select(_ => (a: Next(random, N), b: Next(random, N))));
        foreach (var (a, b) in pairs)
        {
            Assert.Equal(a * b * inverse % N, Number(Scalar.MontgomeryProduct(Words(a), Words(b))));
        }
    }

    [Fact]
    public void Quotients_are_those_of_BigInteger()
    {
        var random = new Random(7);
        for (var i = 0; i < 2_000; i++)
        {
            var (a, b, divisor) = (Next(random, N), Next(random, N), 1 + Next(random, N - 1));
            Scalar.Divide(Words(a), Words(b), Words(divisor), out var x, out var y);
            Assert.True(Number(x) < N && Number(y) < N);
            Assert.Equal(a, Number(x) * divisor % N);
            Assert.Equal(b, Number(y) * divisor % N);
        }
    }

    [Fact]
    public void The_combs_signs_add_up_to_the_scalar()
    {
        var random = new Random(8);
        foreach (var scalar in Edges.Where(number => number < N).Concat(Enumerable.Range(0, 5_000).Select(_ => Next(random, N))))
        {
            // Each bit b is the digit 2b - 1.
            var bits = Number(CombTable.Recode(Words(scalar)));
            Assert.True(bits < Two384);
            Assert.Equal(scalar, Modulo((2 * bits) - (Two384 - 1), N));
        }
    }

    [Fact]
    public void The_non_adjacent_forms_digits_are_odd_small_and_far_apart_and_add_up_to_the_scalar()
    {
        var random = new Random(9);
        var digits = new sbyte[OddMultiples.Digits];
        foreach (var scalar in Edges.Where(number => number < N).Concat(Enumerable.Range(0, 5_000).Select(_ => Next(random, N))))
        {
            OddMultiples.Recode(Words(scalar), digits);
            var sum = BigInteger.Zero;
            var last = -OddMultiples.Width;
            for (var i = 0; i < digits.Length; i++)
            {
                sum += (BigInteger)digits[i] << i;
                if (digits[i] != 0)
                {
                    Assert.True(int.IsOddInteger(digits[i]) && Math.Abs(digits[i]) < 16 && i - last >= OddMultiples.Width);
                    last = i;
                }
            }

            Assert.Equal(scalar, sum);
        }
    }
}

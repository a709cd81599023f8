using System.Numerics;
using Nitro.Verifier.Curves;
using static Nitro.Verifier.Tests.Curves.Numbers;

namespace Nitro.Verifier.Tests.Curves;

public sealed class ModulusTests
{
    [Fact]
    public void The_moduli_are_those_of_the_curve()
    {
        Assert.Equal(P, Number(Modulus.P.Value));
        Assert.Equal(N, Number(Modulus.N.Value));
    }

    [Fact]
    public void Inverses_of_edges_and_of_their_inverses_are_those_of_Fermat()
    {
        foreach (var number in Edges.Concat(Enumerable.Range(0, 1000).Select(i => (BigInteger)i)))
        {
            foreach (var modulus in (Modulus[])[Modulus.P, Modulus.N])
            {
                var value = Number(modulus.Value);
                var inverse = Inverse(number % value, value);
                AssertInverse(modulus, number % value, inverse);
                AssertInverse(modulus, inverse, number % value);
                AssertInverse(modulus, Modulo(-inverse, value), Modulo(-number, value));
            }
        }
    }

    [Fact]
    public void A_number_times_its_inverse_is_one()
    {
        var random = new Random(62);
        for (var i = 0; i < 20_000; i++)
        {
            foreach (var modulus in (Modulus[])[Modulus.P, Modulus.N])
            {
                var value = Number(modulus.Value);
                var number = 1 + Next(random, value - 1);
                modulus.Invert(Words(number), out var inverse);
                Assert.True(Number(inverse) < value);
                Assert.Equal(BigInteger.One, Number(inverse) * number % value);
            }
        }
    }

    private static void AssertInverse(Modulus modulus, BigInteger number, BigInteger expected)
    {
        modulus.Invert(Words(number), out var inverse);
        Assert.Equal(expected, Number(inverse));
    }
}

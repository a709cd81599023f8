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
    public void Inverses_of_edges_are_those_of_Fermat()
    {
        foreach (var number in Edges)
        {
            AssertInverse(Modulus.P, number % P);
            AssertInverse(Modulus.N, number % N);
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

    private static void AssertInverse(Modulus modulus, BigInteger number)
    {
        modulus.Invert(Words(number), out var inverse);
        Assert.Equal(Inverse(number, Number(modulus.Value)), Number(inverse));
    }
}

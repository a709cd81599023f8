using System.Globalization;
using System.Numerics;
using Nitro.Verifier.Curves;

namespace Nitro.Verifier.Tests.Curves;

/// <summary>Numbers as System.Numerics has them, and the values where arithmetic goes wrong if it does.</summary>
internal static class Numbers
{
    public static readonly BigInteger Two384 = BigInteger.One << 384;

    public static readonly BigInteger P = Two384 - (BigInteger.One << 128) - (BigInteger.One << 96) + (BigInteger.One << 32) - 1;

    /// <summary>SP 800-186 3.2.1.4.</summary>
    public static readonly BigInteger N = BigInteger.Parse(
        "39402006196394479212279040100143613805079739270465446667946905279627659399113263569398956308152294913554433653942643",
        CultureInfo.InvariantCulture);

    public static readonly BigInteger B = BigInteger.Parse(
        "27580193559959705877849011840389048093056905856361568521428707301988689241309860865136260764883745107765439761230575",
        CultureInfo.InvariantCulture);

    /// <summary>Numbers of 384 bits at the edges of the range, of both moduli, of words and of limbs.</summary>
    public static IReadOnlyList<BigInteger> Edges { get; } =
    [
        .. new[] { BigInteger.Zero, P, N, P - N, P / 2, N / 2, Two384 - 1, Two384 - P, Two384 - N }
            .Concat(new[] { 31, 32, 47, 48, 63, 64, 95, 96, 127, 128, 144, 191, 192, 240, 288, 336, 383 }
                .Select(bit => BigInteger.One << bit))
            .SelectMany(center => Enumerable.Range(-2, 5).Select(distance => center + distance))
            .Where(number => number >= 0 && number < Two384)
            .Distinct(),
    ];

    /// <summary>A number below the bound: uniform, or one with long runs of equal bits.</summary>
    public static BigInteger Next(Random random, BigInteger bound)
    {
        var number = BigInteger.Zero;
        if (random.Next(4) == 0)
        {
            for (var bits = 0; bits < 384;)
            {
                var run = random.Next(1, 97);
                number = (number << run) | (random.Next(2) == 0 ? BigInteger.Zero : (BigInteger.One << run) - 1);
                bits += run;
            }
        }
        else
        {
            Span<byte> bytes = stackalloc byte[56];
            random.NextBytes(bytes);
            number = new BigInteger(bytes, isUnsigned: true);
        }

        return number % bound;
    }

    public static BigInteger Inverse(BigInteger number, BigInteger modulus) => BigInteger.ModPow(number, modulus - 2, modulus);

    public static BigInteger Modulo(BigInteger number, BigInteger modulus) => ((number % modulus) + modulus) % modulus;

    public static byte[] Octets(BigInteger number)
    {
        var octets = new byte[48];
        var least = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        least.CopyTo(octets, 48 - least.Length);
        return octets;
    }

    public static BigInteger Number(ReadOnlySpan<byte> octets) => new(octets, isUnsigned: true, isBigEndian: true);

    public static Words384 Words(BigInteger number) => Words384.Read(Octets(number));

    public static BigInteger Number(Words384 words)
    {
        var number = BigInteger.Zero;
        for (var i = Words384.Count - 1; i >= 0; i--)
        {
            number = (number << 64) | words[i];
        }

        return number;
    }
}

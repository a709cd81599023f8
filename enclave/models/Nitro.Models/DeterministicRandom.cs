namespace Nitro.Models;

/// <summary>
/// The pseudo-random generator xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number generators"), its state filled by
/// splitmix64 from a 64-bit seed, as its authors advise. The same seed gives the same numbers on every machine and .NET version, which
/// <c>System.Random</c> does not promise. For pictures and training, never for secrets. Not thread-safe.
/// </summary>
public sealed class DeterministicRandom
{
    private ulong s0;
    private ulong s1;
    private ulong s2;
    private ulong s3;

    /// <summary>A generator that starts from <paramref name="seed"/>; every value will do, zero too.</summary>
    public DeterministicRandom(ulong seed)
    {
        s0 = SplitMix64(ref seed);
        s1 = SplitMix64(ref seed);
        s2 = SplitMix64(ref seed);
        s3 = SplitMix64(ref seed);
    }

    internal DeterministicRandom(ulong s0, ulong s1, ulong s2, ulong s3) => (this.s0, this.s1, this.s2, this.s3) = (s0, s1, s2, s3);

    /// <summary>The next 64 bits.</summary>
    public ulong NextUInt64()
    {
        var result = ulong.RotateLeft(s1 * 5, 7) * 9;
        var shifted = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= shifted;
        s3 = ulong.RotateLeft(s3, 45);
        return result;
    }

    /// <summary>A number from 0 up to, but not, 1, in steps of 2^-53.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number from <paramref name="minimum"/> up to <paramref name="maximum"/>, evenly spread.</summary>
    public double NextBetween(double minimum, double maximum) => minimum + ((maximum - minimum) * NextDouble());

    /// <summary>A number from -<paramref name="magnitude"/> up to <paramref name="magnitude"/>, evenly spread.</summary>
    public double NextWithin(double magnitude) => NextBetween(-magnitude, magnitude);

    /// <summary>
    /// A bell-shaped number of mean 0 and standard deviation 1, never beyond 3.47 in magnitude: the sum of four even ones, scaled. It needs
    /// no logarithm.
    /// </summary>
    public double NextBell()
    {
        // Four even numbers in [0, 1) have mean 2 and variance 4/12 together.
        var sum = NextDouble() + NextDouble() + NextDouble() + NextDouble();
        return (sum - 2) * 1.7320508075688772;
    }

    /// <summary>A whole number from 0 up to, but not, <paramref name="count"/>; uneven by less than one part in 2^32.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is not positive.</exception>
    public int NextBelow(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return (int)(((NextUInt64() >> 32) * (ulong)count) >> 32);
    }

    /// <summary>
    /// splitmix64 (Steele, Lea and Flood; Vigna's constants): advances <paramref name="state"/> and gives the next 64 bits.
    /// </summary>
    internal static ulong SplitMix64(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

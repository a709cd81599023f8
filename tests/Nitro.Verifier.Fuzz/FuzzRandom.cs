namespace Nitro.Verifier.Fuzz;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014): the only source of chance here, so that a seed and a case number give the same case on every
/// machine and with every version of .NET. Not thread-safe.
/// </summary>
public sealed class FuzzRandom(ulong seed)
{
    private const ulong Golden = 0x9e3779b97f4a7c15;

    private ulong _state = seed;

    /// <summary>The randomness of one case, which no other case shares: any case can be made without those before it.</summary>
    public static FuzzRandom ForCase(ulong seed, long number) => new(Mix(seed ^ Mix((ulong)number + Golden)));

    public ulong Next() => Mix(_state += Golden);

    /// <summary>A number from 0 to <paramref name="limit"/> − 1.</summary>
    public int Below(int limit) => (int)(((UInt128)Next() * (ulong)limit) >> 64);

    /// <summary>A number between two, both included.</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    /// <summary>True once in so many times.</summary>
    public bool OneIn(int times) => Below(times) == 0;

    public T Pick<T>(IReadOnlyList<T> among) => among[Below(among.Count)];

    /// <summary>An index, as often as its weight says.</summary>
    public int PickWeighted(ReadOnlySpan<int> weights)
    {
        var total = 0;
        foreach (var weight in weights)
        {
            total += weight;
        }

        var at = Below(total);
        var index = 0;
        while (at >= weights[index])
        {
            at -= weights[index++];
        }

        return index;
    }

    public byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            bytes[i] = (byte)Next();
        }

        return bytes;
    }

    public void Shuffle<T>(IList<T> items)
    {
        for (var i = items.Count - 1; i > 0; i--)
        {
            var other = Below(i + 1);
            (items[i], items[other]) = (items[other], items[i]);
        }
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }
}

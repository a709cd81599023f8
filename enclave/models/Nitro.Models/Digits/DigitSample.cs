namespace Nitro.Models.Digits;

/// <summary>A rendered digit and what it is. Immutable.</summary>
public sealed class DigitSample
{
    private readonly float[] image;

    private DigitSample(DigitSet set, int index, int digit, ulong seed, float[] image)
    {
        Set = set;
        Index = index;
        Digit = digit;
        Seed = seed;
        this.image = image;
    }

    /// <summary>The set it belongs to.</summary>
    public DigitSet Set { get; }

    /// <summary>Its number in the set, from 0.</summary>
    public int Index { get; }

    /// <summary>The digit that was drawn, 0 to 9: the index modulo 10, so that every set is even.</summary>
    public int Digit { get; }

    /// <summary>What <see cref="DigitRenderer"/> drew it from: the set in the two highest bits, the index in the lowest 31.</summary>
    public ulong Seed { get; }

    /// <summary>28 by 28 values, row by row from the top left, 0 (paper) to 1 (ink).</summary>
    public ReadOnlyMemory<float> Image => image;

    /// <summary>Draws one sample of a set under <see cref="DigitDistortion.Standard"/>; always the same for the same arguments.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="set"/> is unknown or <paramref name="index"/> is negative.</exception>
    public static DigitSample Draw(DigitSet set, int index) => Draw(set, index, DigitDistortion.Standard);

    /// <summary>Draws one sample of a set under the given distortion; always the same for the same arguments.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="set"/> is unknown or <paramref name="index"/> is negative.</exception>
    public static DigitSample Draw(DigitSet set, int index, DigitDistortion distortion)
    {
        if (!Enum.IsDefined(set))
        {
            throw new ArgumentOutOfRangeException(nameof(set), set, "A set that DigitSet names is expected.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(index);
        var seed = ((ulong)set << 62) | (uint)index;
        var digit = index % 10;
        return new DigitSample(set, index, digit, seed, DigitRenderer.Render(digit, seed, distortion));
    }
}

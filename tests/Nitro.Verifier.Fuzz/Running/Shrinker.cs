namespace Nitro.Verifier.Fuzz.Running;

/// <summary>
/// Makes a finding smaller: takes out ever smaller pieces for as long as the same property stays broken (Zeller's ddmin, without its
/// complements).
/// </summary>
public static class Shrinker
{
    /// <summary>The most trials; each is a verification or a few.</summary>
    public const int MaximumTrials = 4_000;

    /// <summary>The smallest input found that still breaks the property.</summary>
    /// <param name="bytes">An input that breaks it.</param>
    /// <param name="stillBroken">Whether an input breaks it.</param>
    public static byte[] Shrink(byte[] bytes, Func<byte[], bool> stillBroken)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        ArgumentNullException.ThrowIfNull(stillBroken);
        var trials = 0;
        for (var size = Math.Max(1, bytes.Length / 2); ; size /= 2)
        {
            for (var at = 0; at < bytes.Length && trials < MaximumTrials;)
            {
                byte[] smaller = [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + size)..]];
                trials++;
                if (stillBroken(smaller))
                {
                    bytes = smaller;
                }
                else
                {
                    at += size;
                }
            }

            if (size <= 1 || trials >= MaximumTrials)
            {
                return bytes;
            }
        }
    }
}

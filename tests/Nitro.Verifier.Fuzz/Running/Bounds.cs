namespace Nitro.Verifier.Fuzz.Running;

/// <summary>What one verification may cost, whatever the input.</summary>
public static class Bounds
{
    /// <summary>Managed bytes beside those that grow with the input: results with their texts, keys, hashes.</summary>
    public const long FixedAllocation = 256 * 1024;

    /// <summary>Managed bytes per byte of input: a copy of it, decoded base64, fields, a piece of it in a message.</summary>
    public const long AllocationPerByte = 16;

    /// <summary>
    /// Generous: a verification takes a few milliseconds. A case over it is tried again before it counts, since machines stall.
    /// </summary>
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(2);

    /// <summary>The most managed bytes for an input of this size.</summary>
    public static long Allocation(int size) => FixedAllocation + (AllocationPerByte * size);
}

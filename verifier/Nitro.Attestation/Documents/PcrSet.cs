using System.Numerics;

namespace Nitro.Attestation.Documents;

/// <summary>The PCRs that a document lists: SHA-384 values of 48 bytes at indices 0 to 31. A document lists locked PCRs only, so gaps are legal. Immutable.</summary>
public sealed class PcrSet
{
    /// <summary>How many PCRs a Nitro Secure Module has (DescribeNSM's max_pcrs).</summary>
    public const int Capacity = 32;

    // Those that are listed, one after the other.
    private readonly Sha384Digest[] _values;
    private readonly uint _present;

    /// <summary>Makes a set.</summary>
    /// <param name="values">A value for each index, 0 to 31.</param>
    /// <param name="present">A bit for each index that is listed.</param>
    internal PcrSet(ReadOnlySpan<Sha384Digest> values, uint present)
    {
        _present = present;
        _values = new Sha384Digest[BitOperations.PopCount(present)];
        for (var (rest, place) = (present, 0); rest != 0; rest &= rest - 1, place++)
        {
            _values[place] = values[BitOperations.TrailingZeroCount(rest)];
        }
    }

    /// <summary>How many are listed.</summary>
    public int Count => BitOperations.PopCount(_present);

    /// <summary>The indices that are listed, ascending.</summary>
    public IEnumerable<int> Indices => Enumerable.Range(0, Capacity).Where(Contains);

    /// <summary>Whether this index is listed; false for any number outside 0 to 31.</summary>
    public bool Contains(int index) => index is >= 0 and < Capacity && (_present >> index & 1) != 0;

    /// <summary>The value at an index; false when it is not listed.</summary>
    public bool TryGet(int index, out Sha384Digest value)
    {
        var contains = Contains(index);
        value = contains ? _values[BitOperations.PopCount(_present & ((1u << index) - 1))] : default;
        return contains;
    }

    /// <summary>
    /// Whether PCR0, PCR1 or PCR2 is listed as zero, which is how the NSM marks an enclave started in debug mode. Other PCRs keep their values there,
    /// so a test for "all zero" finds none of them.
    /// </summary>
    public bool ShowDebugMode => IsZero(0) || IsZero(1) || IsZero(2);

    private bool IsZero(int index) => TryGet(index, out var value) && value == default;
}

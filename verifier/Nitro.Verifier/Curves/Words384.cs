using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Nitro.Verifier.Curves;

/// <summary>A number of 384 bits: six words, least first.</summary>
[InlineArray(Count)]
internal struct Words384 : IComparable<Words384>
{
    /// <summary>Words of a number.</summary>
    public const int Count = 6;

    private ulong _word0;

    /// <summary>Whether the number is zero.</summary>
    public readonly bool IsZero => (this[0] | this[1] | this[2] | this[3] | this[4] | this[5]) == 0;

    /// <summary>Reads forty-eight octets, big-endian.</summary>
    public static Words384 Read(ReadOnlySpan<byte> octets)
    {
        Words384 words = default;
        for (var i = 0; i < Count; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt64BigEndian(octets[((Count - 1 - i) * sizeof(ulong))..]);
        }

        return words;
    }

    /// <summary>A number by its words, least first.</summary>
    public static Words384 Of(params ReadOnlySpan<ulong> leastFirst)
    {
        Words384 words = default;
        leastFirst.CopyTo(words);
        return words;
    }

    /// <summary>Some bits, counted from the least; above the highest they are zero.</summary>
    /// <param name="index">The lowest one's place, from 0 to 384.</param>
    /// <param name="count">At most 63.</param>
    public readonly ulong Bits(int index, int count)
    {
        var (word, shift) = (index >> 6, index & 63);
        var bits = word < Count ? this[word] >> shift : 0;
        if (shift != 0 && word + 1 < Count)
        {
            bits |= this[word + 1] << (64 - shift);
        }

        return bits & ((1UL << count) - 1);
    }

    /// <inheritdoc/>
    public readonly int CompareTo(Words384 other)
    {
        for (var i = Count - 1; i >= 0; i--)
        {
            if (this[i] != other[i])
            {
                return this[i] < other[i] ? -1 : 1;
            }
        }

        return 0;
    }

    /// <summary>Adds modulo 2^384.</summary>
    /// <returns>Whether the sum is 2^384 or more.</returns>
    public bool Add(in Words384 other)
    {
        UInt128 sum = 0;
        for (var i = 0; i < Count; i++)
        {
            sum += (UInt128)this[i] + other[i];
            this[i] = (ulong)sum;
            sum >>= 64;
        }

        return sum != 0;
    }

    /// <summary>Subtracts modulo 2^384.</summary>
    /// <returns>Whether the difference is below zero.</returns>
    public bool Subtract(in Words384 other)
    {
        var borrow = 0UL;
        for (var i = 0; i < Count; i++)
        {
            var difference = (UInt128)this[i] - other[i] - borrow;
            this[i] = (ulong)difference;
            borrow = (ulong)(difference >> 64) & 1;
        }

        return borrow != 0;
    }

    /// <summary>Halves, with one more bit above the highest.</summary>
    public void Halve(bool carry)
    {
        for (var i = 0; i < Count - 1; i++)
        {
            this[i] = (this[i] >> 1) | (this[i + 1] << 63);
        }

        this[Count - 1] = (this[Count - 1] >> 1) | (carry ? 1UL << 63 : 0);
    }
}

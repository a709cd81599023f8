using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Nitro.Attestation;

/// <summary>A SHA-384 digest: 48 bytes, compared in constant time. The default value is 48 zero bytes. Immutable.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct Sha384Digest : IEquatable<Sha384Digest>
{
    /// <summary>Bytes of a digest (FIPS 180-4).</summary>
    public const int Size = 48;

    private readonly Block _block;

    private Sha384Digest(ReadOnlySpan<byte> bytes) => bytes.CopyTo(_block);

    /// <summary>The digest of data.</summary>
    public static Sha384Digest Of(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA384.HashData(data, hash);
        return new Sha384Digest(hash);
    }

    /// <summary>A digest from its 48 bytes.</summary>
    /// <exception cref="ArgumentException">There are not 48 bytes.</exception>
    public static Sha384Digest FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length == Size
        ? new Sha384Digest(bytes)
        : throw new ArgumentException($"A SHA-384 digest has {Size} bytes, not {bytes.Length}.", nameof(bytes));

    /// <summary>A digest from 96 hexadecimal digits, in either case; false when the text is anything else.</summary>
    public static bool TryParseHex(string? text, out Sha384Digest digest)
    {
        digest = default;
        Span<byte> bytes = stackalloc byte[Size];
        if (text is not { Length: 2 * Size } || Convert.FromHexString(text, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        digest = new Sha384Digest(bytes);
        return true;
    }

    /// <summary>The value that a PCR has after one extension from zero with this digest: SHA384(0^48 ‖ digest).</summary>
    public Sha384Digest ExtendFromZero()
    {
        Span<byte> both = stackalloc byte[2 * Size];
        both[..Size].Clear();
        CopyTo(both[Size..]);
        return Of(both);
    }

    /// <summary>Copies the 48 bytes.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than 48 bytes.</exception>
    public void CopyTo(Span<byte> destination) => ((ReadOnlySpan<byte>)_block).CopyTo(destination);

    /// <summary>The 48 bytes, in an array of their own.</summary>
    public byte[] ToArray() => ((ReadOnlySpan<byte>)_block).ToArray();

    /// <summary>Whether these 48 bytes are those; constant time. False for any other length.</summary>
    public bool Matches(ReadOnlySpan<byte> bytes) => CryptographicOperations.FixedTimeEquals(_block, bytes);

    /// <inheritdoc/>
    public bool Equals(Sha384Digest other) => CryptographicOperations.FixedTimeEquals(_block, other._block);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Sha384Digest other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => MemoryMarshal.Read<int>(_block);

    /// <summary>96 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(_block);

    /// <summary>Equality in constant time.</summary>
    public static bool operator ==(Sha384Digest left, Sha384Digest right) => left.Equals(right);

    /// <summary>Inequality in constant time.</summary>
    public static bool operator !=(Sha384Digest left, Sha384Digest right) => !left.Equals(right);

    [InlineArray(Size)]
    private struct Block
    {
        private byte _first;
    }
}

using System.Security.Cryptography;

namespace Nitro.Verifier;

/// <summary>What a byte field must hold: exactly these bytes, nothing at all, or, given up in so many words, anything. Immutable.</summary>
public sealed class ByteExpectation
{
    private readonly byte[]? _bytes;

    private ByteExpectation(byte[]? bytes, bool isWaived)
    {
        _bytes = bytes;
        IsWaived = isWaived;
    }

    /// <summary>The field is null.</summary>
    public static ByteExpectation Absent { get; } = new(null, false);

    /// <summary>Whatever the field holds is fine: it proves nothing to this caller.</summary>
    public static ByteExpectation AnyUnsafe { get; } = new(null, true);

    /// <summary>Whether anything is fine.</summary>
    public bool IsWaived { get; }

    /// <summary>Whether exact bytes are expected.</summary>
    public bool IsExact => _bytes is not null;

    /// <summary>The field holds exactly these bytes; compared in constant time.</summary>
    public static ByteExpectation Exactly(ReadOnlySpan<byte> bytes) => new(bytes.ToArray(), false);

    internal bool IsMetBy(ReadOnlyMemory<byte>? found) => IsWaived || (found is { } bytes
        ? _bytes is not null && CryptographicOperations.FixedTimeEquals(_bytes, bytes.Span)
        : _bytes is null);

    internal string Describe() => _bytes is null ? "null" : Show(_bytes);

    internal static string Describe(ReadOnlyMemory<byte>? found) => found is { } bytes ? Show(bytes.Span) : "null";

    private static string Show(ReadOnlySpan<byte> bytes)
    {
        const int Shown = 64;
        return bytes.Length switch
        {
            0 => "no bytes",
            <= Shown => Convert.ToHexStringLower(bytes),
            _ => $"{Convert.ToHexStringLower(bytes[..Shown])}… ({bytes.Length.ToString(System.Globalization.NumberFormatInfo.InvariantInfo)} bytes)",
        };
    }
}

using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nitro.Eif.Format;

/// <summary>
/// CRC-32/ISO-HDLC (polynomial 0x04C11DB7, reflected, initially and finally inverted), over bytes that arrive in pieces. Not thread-safe.
/// </summary>
/// <remarks>
/// With carry-less multiplication 64 bytes are folded at a time, as in Intel's "Fast CRC Computation for Generic Polynomials Using
/// PCLMULQDQ"; the last 16 are reduced by table, which saves the Barrett step. An image is read once and hashed twice on two cores, so
/// whatever the checksum takes is missing there: by table it takes twice the time of SHA-384, folded a tenth
/// (docs/performance.md).
/// </remarks>
internal sealed class Crc32
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(value =>
    {
        var crc = (uint)value;
        for (var bit = 0; bit < 8; bit++)
        {
            crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1)));
        }

        return crc;
    })];

    private readonly bool _fold;
    private uint _state = uint.MaxValue;

    public Crc32(bool allowFolding = true) => _fold = allowFolding && Pclmulqdq.IsSupported;

    /// <summary>The checksum of everything appended so far.</summary>
    public uint Value => ~_state;

    public void Append(ReadOnlySpan<byte> data)
    {
        if (_fold && data.Length >= 64)
        {
            var folded = data.Length & ~15;
            _state = Fold(_state, data[..folded]);
            data = data[folded..];
        }

        _state = ByTable(_state, data);
    }

    private static uint ByTable(uint state, ReadOnlySpan<byte> data)
    {
        foreach (var one in data)
        {
            state = Table[(byte)state ^ one] ^ (state >> 8);
        }

        return state;
    }

    /// <summary>At least 64 bytes, a multiple of 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint Fold(uint state, ReadOnlySpan<byte> data)
    {
        // x^(512+32), x^(512-32), then x^(128+32), x^(128-32), each modulo the polynomial, reflected (table 1 of that paper's appendix).
        var by64 = Vector128.Create(0x154442bd4UL, 0x1c6e41596UL);
        var by16 = Vector128.Create(0x1751997d0UL, 0x0ccaa009eUL);
        var first = Load(data) ^ Vector128.CreateScalar((ulong)state);
        var (second, third, fourth) = (Load(data[16..]), Load(data[32..]), Load(data[48..]));
        for (data = data[64..]; data.Length >= 64; data = data[64..])
        {
            first = Multiply(first, by64) ^ Load(data);
            second = Multiply(second, by64) ^ Load(data[16..]);
            third = Multiply(third, by64) ^ Load(data[32..]);
            fourth = Multiply(fourth, by64) ^ Load(data[48..]);
        }

        var rest = Multiply(first, by16) ^ second;
        rest = Multiply(rest, by16) ^ third;
        rest = Multiply(rest, by16) ^ fourth;
        for (; data.Length >= 16; data = data[16..])
        {
            rest = Multiply(rest, by16) ^ Load(data);
        }

        Span<byte> last = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(last, rest[0]);
        BinaryPrimitives.WriteUInt64LittleEndian(last[8..], rest[1]);
        return ByTable(0, last);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Load(ReadOnlySpan<byte> data) => Vector128.LoadUnsafe(
        ref MemoryMarshal.GetReference(MemoryMarshal.Cast<byte, ulong>(data)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Multiply(Vector128<ulong> value, Vector128<ulong> by) =>
        Pclmulqdq.CarrylessMultiply(value, by, 0x00) ^ Pclmulqdq.CarrylessMultiply(value, by, 0x11);
}

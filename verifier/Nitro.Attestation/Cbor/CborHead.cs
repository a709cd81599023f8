using System.Buffers.Binary;

namespace Nitro.Attestation.Cbor;

/// <summary>
/// Writes the head of one CBOR item in its shortest form. For data that is hashed piece by piece and never held together;
/// everything else is written with System.Formats.Cbor.
/// </summary>
internal static class CborHead
{
    /// <summary>The most bytes that a head takes.</summary>
    public const int MaximumSize = 9;

    /// <summary>Writes the head and gives its size, 1 to 9 bytes.</summary>
    public static int Write(Span<byte> destination, int majorType, ulong argument)
    {
        var type = (byte)(majorType << 5);
        switch (argument)
        {
            case < 24:
                destination[0] = (byte)(type | (byte)argument);
                return 1;
            case <= byte.MaxValue:
                destination[0] = (byte)(type | 24);
                destination[1] = (byte)argument;
                return 2;
            case <= ushort.MaxValue:
                destination[0] = (byte)(type | 25);
                BinaryPrimitives.WriteUInt16BigEndian(destination[1..], (ushort)argument);
                return 3;
            case <= uint.MaxValue:
                destination[0] = (byte)(type | 26);
                BinaryPrimitives.WriteUInt32BigEndian(destination[1..], (uint)argument);
                return 5;
            default:
                destination[0] = (byte)(type | 27);
                BinaryPrimitives.WriteUInt64BigEndian(destination[1..], argument);
                return 9;
        }
    }
}

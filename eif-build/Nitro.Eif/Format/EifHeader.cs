using System.Buffers.Binary;

namespace Nitro.Eif.Format;

/// <summary>The 548 bytes at the start of an image, big-endian. A plain picture of the bytes: what of it may be believed is for the reader to say.</summary>
internal sealed record EifHeader
{
    private const int OffsetsAt = 0x1c, SizesAt = 0x11c, UnusedAt = 0x21c;

    /// <summary>Where the CRC-32 stands, and how many bytes of the header it covers.</summary>
    public const int CrcAt = 0x220;

    /// <summary>".eif".</summary>
    public static ReadOnlySpan<byte> Magic => ".eif"u8;

    public required int Version { get; init; }

    public required int Flags { get; init; }

    /// <summary>Bytes of memory; AWS writes 1 GiB and nobody reads it.</summary>
    public ulong DefaultMemory { get; init; } = 1UL << 30;

    /// <summary>Processors; AWS writes 2 and nobody reads it.</summary>
    public ulong DefaultCpus { get; init; } = 2;

    public int Reserved { get; init; }

    public uint Unused { get; init; }

    public int SectionCount { get; init; }

    /// <summary>Of all 32 places, used or not: where the section's header begins.</summary>
    public IReadOnlyList<ulong> Offsets { get; init; } = [];

    /// <summary>Of all 32 places, used or not: the bytes of the section's data.</summary>
    public IReadOnlyList<ulong> Sizes { get; init; } = [];

    public uint Crc { get; init; }

    public static EifHeader Parse(ReadOnlySpan<byte> bytes)
    {
        var offsets = new ulong[EifLimits.MaximumSections];
        var sizes = new ulong[EifLimits.MaximumSections];
        for (var i = 0; i < EifLimits.MaximumSections; i++)
        {
            offsets[i] = BinaryPrimitives.ReadUInt64BigEndian(bytes[(OffsetsAt + (8 * i))..]);
            sizes[i] = BinaryPrimitives.ReadUInt64BigEndian(bytes[(SizesAt + (8 * i))..]);
        }

        return new EifHeader
        {
            Version = BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]),
            Flags = BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]),
            DefaultMemory = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            DefaultCpus = BinaryPrimitives.ReadUInt64BigEndian(bytes[0x10..]),
            Reserved = BinaryPrimitives.ReadUInt16BigEndian(bytes[0x18..]),
            SectionCount = BinaryPrimitives.ReadUInt16BigEndian(bytes[0x1a..]),
            Offsets = offsets,
            Sizes = sizes,
            Unused = BinaryPrimitives.ReadUInt32BigEndian(bytes[UnusedAt..]),
            Crc = BinaryPrimitives.ReadUInt32BigEndian(bytes[CrcAt..]),
        };
    }

    public byte[] Encode()
    {
        var bytes = new byte[EifLimits.HeaderSize];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)Version);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), (ushort)Flags);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), DefaultMemory);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(0x10), DefaultCpus);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(0x18), (ushort)Reserved);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(0x1a), (ushort)SectionCount);
        for (var i = 0; i < EifLimits.MaximumSections; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(OffsetsAt + (8 * i)), i < Offsets.Count ? Offsets[i] : 0);
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(SizesAt + (8 * i)), i < Sizes.Count ? Sizes[i] : 0);
        }

        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(UnusedAt), Unused);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(CrcAt), Crc);
        return bytes;
    }

    /// <summary>The 12 bytes before a section's data.</summary>
    public static byte[] EncodeSectionHeader(EifSectionType type, ulong size)
    {
        var bytes = new byte[EifLimits.SectionHeaderSize];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)type);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(4), size);
        return bytes;
    }
}

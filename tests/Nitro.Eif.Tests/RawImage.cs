using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Nitro.Eif.Tests;

/// <summary>
/// An image put together byte by byte from the format's description, sharing nothing with the product: the checksum is zlib's, taken from
/// the end of a gzip stream, and every member can be set wrong.
/// </summary>
internal sealed class RawImage
{
    public const int Kernel = 1, Cmdline = 2, Ramdisk = 3, Signature = 4, Metadata = 5;

    public byte[] Magic { get; set; } = ".eif"u8.ToArray();

    public int Version { get; set; } = 4;

    public int Flags { get; set; }

    public ulong Memory { get; set; } = 1 << 30;

    public ulong Cpus { get; set; } = 2;

    public int Reserved { get; set; }

    public uint Unused { get; set; }

    public int? Count { get; set; }

    public List<(int Type, int Flags, byte[] Data)> Sections { get; } = [];

    public Dictionary<int, ulong> Offsets { get; } = [];

    public Dictionary<int, ulong> Sizes { get; } = [];

    public Dictionary<int, ulong> OwnSizes { get; } = [];

    public byte[] Trailing { get; set; } = [];

    public uint? Crc { get; set; }

    public static byte[] SomeKernel { get; } = MakeKernel(3000);

    public static byte[] SomeMetadata { get; } = """{"ImageName":"raw","ImageVersion":"7","BuildMetadata":{"BuildTime":"","BuildTool":"t","BuildToolVersion":"1","OperatingSystem":"Linux","KernelVersion":"6"},"DockerInfo":{},"CustomMetadata":null}"""u8.ToArray();

    public static byte[] SomeCmdline { get; } = "console=ttyS0 reboot=k"u8.ToArray();

    /// <summary>Kernel, command line, metadata and two ramdisks, in AWS's order.</summary>
    public static RawImage Usual() => new RawImage()
        .With(Kernel, SomeKernel).With(Cmdline, SomeCmdline).With(Metadata, SomeMetadata).With(Ramdisk, "first ramdisk"u8.ToArray()).With(Ramdisk, "second"u8.ToArray());

    public static byte[] MakeKernel(int size)
    {
        var kernel = new byte[size];
        new Random(7).NextBytes(kernel);
        "HdrS"u8.CopyTo(kernel.AsSpan(0x202));
        return kernel;
    }

    public RawImage With(int type, byte[] data, int flags = 0)
    {
        Sections.Add((type, flags, data));
        return this;
    }

    public byte[] Build()
    {
        var body = new MemoryStream();
        var offsets = new ulong[32];
        var sizes = new ulong[32];
        for (var i = 0; i < Sections.Count; i++)
        {
            var (type, flags, data) = Sections[i];
            if (i < 32)
            {
                offsets[i] = (ulong)(548 + body.Length);
                sizes[i] = (ulong)data.Length;
            }

            var head = new byte[12];
            BinaryPrimitives.WriteUInt16BigEndian(head, (ushort)type);
            BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(2), (ushort)flags);
            BinaryPrimitives.WriteUInt64BigEndian(head.AsSpan(4), OwnSizes.GetValueOrDefault(i, (ulong)data.Length));
            body.Write(head);
            body.Write(data);
        }

        foreach (var (i, offset) in Offsets)
        {
            offsets[i] = offset;
        }

        foreach (var (i, size) in Sizes)
        {
            sizes[i] = size;
        }

        var header = new byte[548];
        Magic.CopyTo(header, 0);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), (ushort)Version);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), (ushort)Flags);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(8), Memory);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(16), Cpus);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(24), (ushort)Reserved);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(26), (ushort)(Count ?? Sections.Count));
        for (var i = 0; i < 32; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(28 + (8 * i)), offsets[i]);
            BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(284 + (8 * i)), sizes[i]);
        }

        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(540), Unused);
        byte[] crcCovered = [.. header.AsSpan(0, 544), .. body.ToArray()];
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(544), Crc ?? ZlibCrc(crcCovered));
        return [.. header, .. body.ToArray(), .. Trailing];
    }

    /// <summary>PCR0, PCR1 and PCR2 as the format's description defines them.</summary>
    public (string Pcr0, string Pcr1, string Pcr2) Pcrs()
    {
        byte[] boot = [.. Data(Kernel)[0], .. Data(Cmdline)[0], .. Data(Ramdisk)[0]];
        byte[] application = [.. Data(Ramdisk).Skip(1).SelectMany(data => data)];
        return (Extend([.. boot, .. application]), Extend(boot), Extend(application));
    }

    public static string Extend(byte[] content) => Convert.ToHexStringLower(SHA384.HashData([.. new byte[48], .. SHA384.HashData(content)]));

    /// <summary>The CRC-32 in the last eight bytes of a gzip stream (RFC 1952 section 2.3.1).</summary>
    public static uint ZlibCrc(byte[] data)
    {
        var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.NoCompression, leaveOpen: true))
        {
            gzip.Write(data);
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(buffer.ToArray().AsSpan(^8));
    }

    private List<byte[]> Data(int type) => [.. Sections.Where(section => section.Type == type).Select(section => section.Data)];
}

using System.Globalization;
using System.Text;
using Nitro.Eif.Writing;

namespace Nitro.Eif.Ramdisks;

/// <summary>
/// A ramdisk as the kernel unpacks it: an uncompressed cpio archive in the "newc" format, whose bytes follow from its entries alone. Immutable.
/// </summary>
/// <remarks>
/// Entries stand in the order of their names' bytes, folders before what is in them; inodes count from 1; owner, time and device are 0. It is
/// not compressed, since a compressor's version would be one more thing that the bytes depend on. Source: the kernel's documentation,
/// driver-api/early-userspace/buffer-format. Zeros fill it up to a whole page: QEMU's nitro-enclave machine loads the ramdisks up to the end of
/// the memory, where with ACPI its firmware has tables, and an image that ends in the last 896 bytes of a page damages them.
/// </remarks>
public sealed class Ramdisk : EifSource
{
    private const int HeaderSize = 110, Page = 4096;
    private const string Trailer = "TRAILER!!!";

    internal Ramdisk(IReadOnlyList<RamdiskEntry> entries) => Entries = entries;

    /// <summary>The entries, in the order in which they are written.</summary>
    public IReadOnlyList<RamdiskEntry> Entries { get; }

    /// <inheritdoc/>
    public override long Length => (Content + Page - 1) / Page * Page;

    /// <summary>Bytes up to the end of the trailer, by what the sources say now.</summary>
    private long Content => Entries.Sum(entry => Padded(HeaderSize + NameSize(entry.Path)) + Padded(entry.Content?.Length ?? 0))
        + Padded(HeaderSize + NameSize(Trailer));

    internal override void CopyTo(Stream destination)
    {
        var whole = new CountingStream(destination);
        destination = whole;
        var inode = 0;
        foreach (var entry in Entries)
        {
            var length = entry.Content?.Length ?? 0;
            WriteHead(destination, entry.Path, ++inode, (int)entry.Kind | entry.Mode, entry.Kind == RamdiskEntryKind.Folder ? 2 : 1, length);
            if (entry.Content is { } content)
            {
                var counted = new CountingStream(destination);
                content.CopyTo(counted);
                if (counted.Written != length)
                {
                    throw new IOException($"{entry.Path} changed its size while it was being read");
                }

                Pad(destination, length);
            }
        }

        WriteHead(destination, Trailer, 0, 0, 1, 0);
        destination.Write(new byte[-whole.Written & (Page - 1)]);
    }

    private static void WriteHead(Stream destination, string path, int inode, int mode, int links, long size)
    {
        var name = Encoding.UTF8.GetBytes(path + "\0");
        var head = string.Create(CultureInfo.InvariantCulture,
            $"070701{inode:X8}{mode:X8}{0:X8}{0:X8}{links:X8}{0:X8}{size:X8}{0:X8}{0:X8}{0:X8}{0:X8}{name.Length:X8}{0:X8}");
        destination.Write(Encoding.ASCII.GetBytes(head));
        destination.Write(name);
        Pad(destination, HeaderSize + name.Length);
    }

    private static void Pad(Stream destination, long written) => destination.Write(new byte[Padded(written) - written]);

    private static long Padded(long size) => (size + 3) & ~3L;

    private static long NameSize(string path) => Encoding.UTF8.GetByteCount(path) + 1;

    private sealed class CountingStream(Stream destination) : WriteOnlyStream
    {
        public long Written { get; private set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            destination.Write(buffer);
            Written += buffer.Length;
        }
    }
}

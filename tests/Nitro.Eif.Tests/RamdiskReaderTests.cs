using System.IO.Compression;
using System.Text;
using Nitro.Eif.Ramdisks;
using Nitro.Eif.Writing;

namespace Nitro.Eif.Tests;

/// <summary>Ramdisks that nobody vouches for: read as the kernel would, or refused.</summary>
public sealed class RamdiskReaderTests
{
    [Fact]
    public void Archives_may_follow_one_another_with_zeros_between_and_be_compressed()
    {
        byte[] two = [.. Archive("a", "one"), .. new byte[512], .. Archive("b", "two")];
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(two);
        }

        foreach (var bytes in new[] { two, packed.ToArray() })
        {
            Assert.Equal(["a=one", "b=two"], Read(bytes));
        }
    }

    [Theory]
    [InlineData("fd377a585a0000", "xz")]
    [InlineData("28b52ffd000000", "zstd")]
    [InlineData("02214c18000000", "lz4")]
    [InlineData("425a6839000000", "bzip2")]
    [InlineData("5d000080000000", "lzma")]
    [InlineData("894c5a4f000000", "lzo")]
    public void Other_compressions_are_named(string start, string name) =>
        Assert.Contains($"compressed by {name}", Assert.Throws<RamdiskException>(() => Read(Convert.FromHexString(start))).Message, StringComparison.Ordinal);

    [Fact]
    public void What_is_no_archive_is_refused_with_its_place()
    {
        var good = Archive("name", "content");
        Refused("no entry", new byte[4].Concat("hello, this is no archive but a text that is longer than a header of one, which has a hundred and ten bytes, and then some"u8.ToArray()).ToArray());
        Refused("ends inside an entry's header", good[..50]);
        Refused("ends inside a name", good[..112]);
        Refused("before its last entry does", good[..118]);
        Refused("no hexadecimal number", Change(good, 54, "xyz"));
        Refused("a name of 0 bytes", Change(good, 94, "00000000"));
        Refused("a name of 4097 bytes", Change(good, 94, "00001001"));
        Refused("a name of 4294967295 bytes", Change(good, 94, "FFFFFFFF"));
        Refused("before its last entry does", Change(good, 54, "FFFFFFFF"));
        Refused("only NUL", Change(good, 111, "\0"));
        Refused("gzip is damaged", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);

        static void Refused(string why, byte[] bytes) => Assert.Contains(why, Assert.Throws<RamdiskException>(() => Read(bytes)).Message, StringComparison.Ordinal);
    }

    /// <summary>A few hundred kilobytes of gzip that would be gigabytes of names, of links or of nothing in the memory of whoever keeps them.</summary>
    [Theory]
    [InlineData(0x81A4, 0, "names and links")]
    [InlineData(0xA1FF, 4096, "names and links")]
    [InlineData(0xA1FF, 4097, "target of 4097 bytes")]
    [InlineData(0xA1FF, int.MaxValue, "target of 2147483647 bytes")]
    public void A_bomb_of_names_or_links_is_refused(int mode, int size, string why)
    {
        var name = Encoding.ASCII.GetBytes(new string('n', RamdiskReader.MaximumName - 1) + "\0\0\0");
        byte[] entry = [.. Encoding.ASCII.GetBytes($"07070100000001{mode:X8}{new string('0', 32)}{size:X8}{new string('0', 32)}{RamdiskReader.MaximumName:X8}00000000"), .. name, .. new byte[size == 4096 ? size : 0]];
        Assert.Equal(0, entry.Length % 4);
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var i = 0; i < RamdiskReader.MaximumText / RamdiskReader.MaximumName + 1; i++)
            {
                gzip.Write(entry);
            }
        }

        packed.Position = 0;
        using var reader = RamdiskReader.Open(packed);
        Assert.Contains(why, Assert.Throws<RamdiskException>(() =>
        {
            while (reader.Next() is not null)
            {
            }
        }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_refused_at_once_is_closed()
    {
        var stream = new MemoryStream(Convert.FromHexString("28b52ffd000000"));
        Assert.Throws<RamdiskException>(() => RamdiskReader.Open(stream));
        Assert.False(stream.CanRead);
    }

    /// <summary>Two MiB of gzip that would be two GiB of zeros: refused when it has grown past what any ramdisk does.</summary>
    [Fact]
    public void A_ramdisk_that_was_made_to_fill_a_disk_is_refused_on_the_way()
    {
        const long Size = 2L << 30;
        const int Member = 64 << 20;

        // A gzip file may have many members: one of zeros, again and again.
        var packed = new MemoryStream();
        packed.Write(Gzip(Encoding.ASCII.GetBytes($"07070100000001000081A4{new string('0', 16)}0000000100000000{Size:X8}{new string('0', 32)}0000000400000000big\0")));
        var zeros = Gzip(new byte[Member]);
        for (long done = 0; done < Size; done += Member)
        {
            packed.Write(zeros);
        }

        Assert.InRange(packed.Length, 1 << 20, 4 << 20);
        var written = 0L;
        var refusal = Assert.Throws<RamdiskException>(() =>
        {
            using var reader = RamdiskReader.Open(new MemoryStream(packed.ToArray()));
            Assert.Equal(Size, reader.Next()!.Size);
            reader.CopyContent(new Counting(count => written += count));
        });
        Assert.Contains("made to fill a disk", refusal.Message, StringComparison.Ordinal);
        Assert.InRange(written, RamdiskReader.UnpackedAllowance, RamdiskReader.UnpackedAllowance + (packed.Length * RamdiskReader.MaximumGrowth));
    }

    [Fact]
    public void Five_thousand_damaged_archives_are_read_or_refused()
    {
        var whole = Archive("some/name", new string('x', 200));
        var random = new Random(99);
        var refused = 0;
        for (var round = 0; round < 5000; round++)
        {
            var bytes = whole.ToArray();
            for (var i = random.Next(1, 4); i > 0; i--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                Read(bytes[..(random.Next(2) == 0 ? bytes.Length : random.Next(bytes.Length))]);
            }
            catch (RamdiskException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 500, 4999);
    }

    private static byte[] Change(byte[] bytes, int at, string text)
    {
        var changed = bytes.ToArray();
        Encoding.ASCII.GetBytes(text).CopyTo(changed, at);
        return changed;
    }

    private static byte[] Archive(string path, string content)
    {
        using var output = new MemoryStream();
        var slash = path.Contains('/', StringComparison.Ordinal);
        new RamdiskBuilder().AddFile(slash ? path[(path.IndexOf('/', StringComparison.Ordinal) + 1)..] : path, EifSource.FromBytes(Encoding.UTF8.GetBytes(content))).Build().CopyTo(output);
        return output.ToArray();
    }

    private static List<string> Read(byte[] bytes)
    {
        using var reader = RamdiskReader.Open(new MemoryStream(bytes));
        var found = new List<string>();
        while (reader.Next() is { } entry)
        {
            using var content = new MemoryStream();
            reader.CopyContent(content);
            found.Add($"{entry.Path}={Encoding.UTF8.GetString(content.ToArray())}");
        }

        return found;
    }

    private static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }

    private sealed class Counting(Action<int> counted) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => counted(count);
    }
}

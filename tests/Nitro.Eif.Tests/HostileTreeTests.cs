using System.Globalization;
using System.IO.Compression;
using System.Net.Sockets;
using System.Text;
using Nitro.Eif.Ramdisks;
using Nitro.Eif.Writing;

namespace Nitro.Eif.Tests;

/// <summary>Folders and tar archives that are odd: they go into the ramdisk as they are, or are refused; nothing is left out or renamed without a word.</summary>
public sealed class HostileTreeTests : IDisposable
{
    private readonly Folder _folder = new();

    public HostileTreeTests() => Directory.CreateDirectory(_folder / "t");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("new\nline")]
    [InlineData("-rf *")]
    [InlineData("\"quotes\" 'and' \\")]
    [InlineData("\u001b[2J")]
    [InlineData("ä\U0001F980")]
    [InlineData(".hidden")]
    [InlineData("TRAILER!!!")]
    public void Odd_names_are_kept_as_they_are(string name)
    {
        File.WriteAllText(_folder / $"t/{name}", "content");
        var entry = new RamdiskBuilder().AddTree("rootfs", _folder / "t").Build().Entries[1];
        Assert.Equal($"rootfs/{name}", entry.Path);
        Tool.Run(_folder, "tar", "-cf", "t.tar", "-C", "t", ".");
        Assert.Equal(Bytes(Tree()), Bytes(Tar("t.tar")));
    }

    [Theory]
    [InlineData("touch t/$(printf '\\377')")]
    [InlineData("ln -s $(printf '\\377') t/link")]
    public void What_is_no_UTF_8_is_refused(string make)
    {
        Tool.Run(_folder, "sh", "-c", make);
        Assert.Contains("no UTF-8", Assert.Throws<ArgumentException>(Tree).Message, StringComparison.Ordinal);
        Tool.Run(_folder, "tar", "-cf", "t.tar", "t");
        Tool.Run(_folder, "rm", "-r", "t");
        Assert.Contains("no UTF-8", Assert.Throws<ArgumentException>(() => Tar("t.tar")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_that_loop_or_lead_outside_stay_links()
    {
        Directory.CreateDirectory(_folder / "t/a");
        File.CreateSymbolicLink(_folder / "t/self", "self");
        File.CreateSymbolicLink(_folder / "t/a/up", "..");
        File.CreateSymbolicLink(_folder / "t/out", "/etc");
        Assert.Equal(
            ["rootfs Folder", "rootfs/a Folder", "rootfs/a/up Link", "rootfs/out Link", "rootfs/self Link"],
            Tree().Entries.Select(entry => $"{entry.Path} {entry.Kind}"));
    }

    [Fact]
    public void A_socket_is_refused()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder / "t/s"));
        Assert.Contains("neither file, folder nor symbolic link", Assert.Throws<ArgumentException>(Tree).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_may_not_be_read_is_told_and_not_left_out()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "root may read everything");
        Directory.CreateDirectory(_folder / "t/closed", UnixFileMode.None);
        try
        {
            Assert.Throws<UnauthorizedAccessException>(Tree);
        }
        finally
        {
            Directory.Delete(_folder / "t/closed");
        }

        File.WriteAllText(_folder / "t/secret", "x");
        File.SetUnixFileMode(_folder / "t/secret", UnixFileMode.None);
        Assert.Throws<UnauthorizedAccessException>(() => Bytes(Tree()));
    }

    [Fact]
    public void A_file_that_vanishes_or_changes_is_told_of()
    {
        File.WriteAllText(_folder / "t/a", "content");
        var (vanishing, growing) = (Tree(), Tree());
        var content = new Changing(_folder / "t/a");
        Assert.Throws<IOException>(() => growing.CopyTo(content));
        File.Delete(_folder / "t/a");
        Assert.Throws<FileNotFoundException>(() => Bytes(vanishing));
    }

    /// <summary>The archive's field has 32 bits.</summary>
    [Fact]
    public void A_sparse_file_of_4_GiB_is_refused_and_one_byte_less_is_not()
    {
        SetLength(uint.MaxValue);
        Assert.Equal(uint.MaxValue, Tree().Entries[1].Content!.Length);
        SetLength(1L << 32);
        Assert.Contains("4294967296 bytes", Assert.Throws<ArgumentException>(Tree).Message, StringComparison.Ordinal);

        void SetLength(long length)
        {
            using var file = File.Create(_folder / "t/sparse");
            file.SetLength(length);
        }
    }

    [Fact]
    public void Hard_links_become_files_and_setuid_is_dropped_from_a_folder_and_kept_from_a_tar()
    {
        File.WriteAllText(_folder / "t/a", "content");
        Tool.Run(_folder, "ln", "t/a", "t/b");
        Tool.Run(_folder, "chmod", "4755", "t/a");
        Tool.Run(_folder, "tar", "-cf", "t.tar", "-C", "t", ".");
        Assert.All([Tree(), Tar("t.tar")], ramdisk => Assert.Equal([7L, 7L], ramdisk.Entries.Skip(1).Select(entry => entry.Content!.Length)));
        Assert.Equal(["755", "755"], Tree().Entries.Skip(1).Select(Octal));
        Assert.Equal(["4755", "4755"], Tar("t.tar").Entries.Skip(1).Select(Octal));

        static string Octal(RamdiskEntry entry) => Convert.ToString(entry.Mode, 8);
    }

    [Theory]
    [InlineData("ustar", 90)]
    [InlineData("posix", 240)]
    [InlineData("gnu", 240)]
    [InlineData("v7", 80)]
    public void Every_format_of_tar_gives_what_the_folder_gives(string format, int longest)
    {
        var name = new string('n', longest / 2);
        Directory.CreateDirectory(_folder / $"t/{name}");
        File.WriteAllText(_folder / $"t/{name}/{name}", "long");
        File.WriteAllText(_folder / "t/empty", "");
        File.WriteAllBytes(_folder / "t/whole", new byte[1024]);
        File.CreateSymbolicLink(_folder / "t/link", $"{name}/{name}");
        Tool.Run(_folder, "tar", $"--format={format}", "-cf", "t.tar", "-C", "t", ".");
        Tool.Run(_folder, "tar", "-P", $"--format={format}", "--transform", "s,^\\.,/,", "-cf", "absolute.tar", "-C", "t", ".");
        Assert.Equal(Bytes(Tree()), Bytes(Tar("t.tar")));
        Assert.Equal(Bytes(Tree()), Bytes(Tar("absolute.tar")));
    }

    [Theory]
    [InlineData("gnu", "SparseFile")]
    [InlineData("posix --sparse-version=1.0", "sparse")]
    [InlineData("posix --sparse-version=0.1", "sparse")]
    [InlineData("posix --sparse-version=0.0", "sparse")]
    public void A_sparse_file_in_a_tar_is_refused(string format, string said)
    {
        using (var file = File.Create(_folder / "t/sparse"))
        {
            file.SetLength(1 << 20);
            file.Position = 1 << 19;
            file.WriteByte(1);
        }

        Tool.Run(_folder, "sh", "-c", $"tar --sparse --format={format} -cf t.tar t");
        Assert.Contains(said, Assert.Throws<ArgumentException>(() => Tar("t.tar")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tar_that_is_cut_off_empty_compressed_or_none_is_refused()
    {
        File.WriteAllBytes(_folder / "t/a", [.. Enumerable.Repeat((byte)'x', 5000)]);
        Tool.Run(_folder, "tar", "-cf", "t.tar", "t");
        var whole = File.ReadAllBytes(_folder / "t.tar");
        foreach (var length in new[] { 0, 1, 511, 700, 1024 + 4999, 1024 + 100 })
        {
            Refused(whole[..length]);
        }

        Refused(new byte[10240]);
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(whole);
        }

        Refused(packed.ToArray());

        static void Refused(byte[] bytes) => Assert.Throws<ArgumentException>(() => new RamdiskBuilder().AddTar("rootfs", () => new MemoryStream(bytes)).Build());
    }

    [Fact]
    public void Three_thousand_damaged_tars_are_taken_or_refused()
    {
        File.WriteAllText(_folder / "t/a", "content");
        File.CreateSymbolicLink(_folder / "t/b", "a");
        Tool.Run(_folder, "tar", "--format=posix", "-b", "1", "-cf", "t.tar", "t");
        var whole = File.ReadAllBytes(_folder / "t.tar");
        var random = new Random(31);
        var refused = 0;
        for (var round = 0; round < 3000; round++)
        {
            var bytes = whole.ToArray();
            var at = random.Next(bytes.Length);
            bytes[at] = (byte)random.Next(256);
            if (random.Next(2) == 0)
            {
                FixChecksum(bytes.AsSpan(at & ~511, 512));
            }

            try
            {
                Bytes(new RamdiskBuilder().AddTar("rootfs", () => new MemoryStream(bytes)).Build());
            }
            catch (ArgumentException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 300, 2900);
    }

    [Theory]
    [InlineData(0xd800)]
    [InlineData(0xdc00)]
    public void Half_a_surrogate_pair_is_no_name_target_or_command_line(int half)
    {
        var text = $"a{(char)half}";
        Assert.ThrowsAny<ArgumentException>(() => new RamdiskBuilder().AddFile(text, EifSource.FromBytes(default)));
        Assert.ThrowsAny<ArgumentException>(() => new RamdiskBuilder().AddLink("a", text));
        Assert.ThrowsAny<ArgumentException>(() => new RamdiskBuilder().AddFolder(text));
        Assert.ThrowsAny<ArgumentException>(() => EifWriter.Write(new MemoryStream(), new EifContent
        {
            Kernel = EifSource.FromBytes(RawImage.SomeKernel),
            CommandLine = text,
            Ramdisks = [EifSource.FromBytes(default)],
            Metadata = new EifMetadata { ImageName = "x" },
        }));
    }

    [Fact]
    public void Limits_hold_at_n_and_not_at_n_plus_1()
    {
        var builder = new RamdiskBuilder();
        builder.AddLink("n", new string('x', RamdiskBuilder.MaximumPath));
        Assert.Throws<ArgumentException>(() => builder.AddLink("m", new string('x', RamdiskBuilder.MaximumPath + 1)));
        Assert.Throws<ArgumentException>(() => builder.AddLink("m", "a\0b"));
        builder.AddFolder("f", 0xFFF);
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.AddFolder("g", 0x1000));
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.AddFolder("g", -1));
        builder.AddFile(string.Join('/', Enumerable.Repeat(new string('y', 255), 16)), EifSource.FromBytes(default));
        Assert.Throws<ArgumentException>(() => builder.AddFile("y" + string.Join('/', Enumerable.Repeat(new string('y', 255), 16)), EifSource.FromBytes(default)));
    }

    private Ramdisk Tree() => new RamdiskBuilder().AddTree("rootfs", _folder / "t").Build();

    private Ramdisk Tar(string name) => new RamdiskBuilder().AddTar("rootfs", () => File.OpenRead(_folder / name)).Build();

    private static byte[] Bytes(Ramdisk ramdisk)
    {
        using var output = new MemoryStream();
        ramdisk.CopyTo(output);
        Assert.Equal(ramdisk.Length, output.Length);
        return output.ToArray();
    }

    /// <summary>The sum of the header's bytes, with blanks in its own place (POSIX, pax, ustar Interchange Format).</summary>
    private static void FixChecksum(Span<byte> header)
    {
        header.Slice(148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var one in header)
        {
            sum += one;
        }

        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(header[148..]);
    }

    /// <summary>Lets a file grow as soon as something is written here.</summary>
    private sealed class Changing(string file) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            File.AppendAllText(file, string.Create(CultureInfo.InvariantCulture, $"{buffer.Length}"));
            base.Write(buffer);
        }
    }
}

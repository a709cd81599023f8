using System.Formats.Tar;
using System.Text;
using Nitro.Eif.Format;
using Nitro.Eif.Ramdisks;
using Nitro.Eif.Reading;
using Nitro.Eif.Signing;
using Nitro.Eif.Writing;

namespace Nitro.Eif.Tests;

/// <summary>What is written is what the format says, and always the same.</summary>
public sealed class EifWriterTests
{
    [Fact]
    public void An_image_is_byte_for_byte_what_the_formats_description_gives()
    {
        var metadata = new EifMetadata { ImageName = "n", KernelVersion = "6.12" };
        var raw = new RawImage().With(RawImage.Kernel, RawImage.SomeKernel).With(RawImage.Cmdline, "quiet"u8.ToArray()).With(RawImage.Metadata, metadata.Encode())
            .With(RawImage.Ramdisk, [1, 2, 3]).With(RawImage.Ramdisk, new byte[600_000]);
        raw.Flags = 1;
        using var output = new MemoryStream();
        var measurements = EifWriter.Write(output, new EifContent
        {
            Kernel = EifSource.FromBytes(RawImage.SomeKernel),
            CommandLine = "quiet",
            Ramdisks = [EifSource.FromBytes(new byte[] { 1, 2, 3 }), EifSource.FromBytes(new byte[600_000])],
            Metadata = metadata,
            Architecture = EifArchitecture.Arm64,
        });
        Assert.Equal(raw.Build(), output.ToArray());
        Assert.Equal(raw.Pcrs(), (measurements.Pcr0.ToString(), measurements.Pcr1.ToString(), measurements.Pcr2.ToString()));
        Assert.True(EifReader.TryRead(new MemoryStream(output.ToArray()), null, out var read, out _));
        Assert.Equal(measurements, read.Measurements);
    }

    [Fact]
    public void The_metadata_has_the_members_that_nitro_cli_writes_and_no_time()
    {
        var json = Encoding.UTF8.GetString(new EifMetadata { ImageName = "näme", BuildToolVersion = "9" }.Encode());
        Assert.Equal("""{"ImageName":"näme","ImageVersion":"1.0","BuildMetadata":{"BuildTime":"","BuildTool":"nitro-eif","BuildToolVersion":"9","OperatingSystem":"Linux","KernelVersion":"Unknown"},"DockerInfo":{},"CustomMetadata":{}}""", json);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" quiet")]
    [InlineData("quiet\n")]
    [InlineData("a\0b")]
    public void A_command_line_that_the_kernel_would_read_otherwise_is_refused(string text) => Assert.Throws<ArgumentException>(() => Write(text, 2));

    [Fact]
    public void Limits_hold_at_their_ends()
    {
        Write(new string('a', 2047), 1);
        Write("a", 28);
        Assert.Throws<ArgumentException>(() => Write(new string('a', 2048), 1));
        Assert.Throws<ArgumentException>(() => Write("a", 29));
        Assert.Throws<ArgumentException>(() => Write("a", 0));
        Assert.Throws<ArgumentException>(() => EifWriter.Write(new MemoryStream([1]), Content("a", 1)));
    }

    [Fact]
    public void Content_that_no_reader_would_take_is_misuse_and_not_a_crash()
    {
        var good = Content("a", 2);
        foreach (var content in new[]
        {
            good with { Kernel = null! },
            good with { CommandLine = null! },
            good with { CommandLine = "a\uFFFD" },
            good with { Ramdisks = null! },
            good with { Ramdisks = [null!] },
            good with { Metadata = null! },
            good with { Metadata = new EifMetadata { ImageName = null! } },
            good with { Metadata = new EifMetadata { ImageName = "a", KernelVersion = null! } },
            good with { Architecture = (EifArchitecture)2 },
            good with { Architecture = (EifArchitecture)(-1) },
        })
        {
            Assert.Throws<ArgumentException>(() => EifWriter.Write(new MemoryStream(), content));
        }
    }

    [Fact]
    public void A_command_or_variable_that_is_no_text_is_not_replaced_by_another()
    {
        foreach (var item in new[] { null!, "", "A=\uD800", "A=\uFFFD", "A=\n" })
        {
            Assert.Throws<ArgumentException>(() => EnclaveRamdisks.Application((_, _) => { }, [item], []));
            Assert.Throws<ArgumentException>(() => EnclaveRamdisks.Application((_, _) => { }, ["a"], [item]));
        }

        Assert.Throws<ArgumentException>(() => EnclaveRamdisks.Boot(EifSource.FromBytes(default), [(null!, EifSource.FromBytes(default))]));
        EnclaveRamdisks.Application((_, _) => { }, ["\U0001F600"], ["A=\u00e4"]);
    }

    [Fact]
    public void A_ramdisk_is_byte_for_byte_a_newc_archive()
    {
        using var output = new MemoryStream();
        var ramdisk = new RamdiskBuilder().AddFile("b/c", EifSource.FromBytes("hello"u8.ToArray()), executable: true).AddLink("a", "b/c").AddFile("b-", EifSource.FromBytes(default)).Build();
        ramdisk.CopyTo(output);
        var expected = new MemoryStream();
        Entry("a", 1, 0xA1FF, 1, "b/c");
        Entry("b", 2, 0x41ED, 2, "");
        Entry("b-", 3, 0x81A4, 1, "");
        Entry("b/c", 4, 0x81ED, 1, "hello");
        Entry("TRAILER!!!", 0, 0, 1, "");
        expected.Write(new byte[4096 - expected.Length]);
        Assert.Equal(expected.ToArray(), output.ToArray());
        Assert.Equal(ramdisk.Length, output.Length);

        void Entry(string name, int inode, int mode, int links, string content)
        {
            foreach (var text in new[] { $"070701{inode:X8}{mode:X8}0000000000000000{links:X8}00000000{content.Length:X8}{new string('0', 32)}{name.Length + 1:X8}00000000{name}\0", content })
            {
                expected.Write(Encoding.ASCII.GetBytes(text));
                expected.Write(new byte[-text.Length & 3 & (int)(4 - (expected.Length & 3))]);
                expected.Write(new byte[(4 - (expected.Length & 3)) & 3]);
            }
        }
    }

    [Fact]
    public void GNU_cpio_and_the_own_reader_see_the_entries_that_were_added()
    {
        using var folder = new Folder();
        var ramdisk = new RamdiskBuilder().AddFolder("dev").AddFile("init", EifSource.FromBytes(new byte[10_001]), executable: true).AddLink("sbin/init", "/init")
            .AddFile("etc/name with blanks", EifSource.FromBytes("x"u8.ToArray())).AddFolder("tmp", 0b001_111_111_111).Build();
        using (var file = File.Create(folder / "r.cpio"))
        {
            ramdisk.CopyTo(file);
        }

        var read = new List<string>();
        using (var reader = RamdiskReader.Open(File.OpenRead(folder / "r.cpio")))
        {
            while (reader.Next() is { } entry)
            {
                Assert.Equal((0L, 0L, 0L), (entry.UserId, entry.GroupId, entry.ModifiedAt));
                read.Add(entry.Path);
            }
        }

        Assert.Equal(["dev", "etc", "etc/name with blanks", "init", "sbin", "sbin/init", "tmp"], read);
        Assert.Equal(ramdisk.Entries.Select(entry => entry.Path), read);
        var listed = Tool.Run(folder, "cpio", "-itv", "--quiet", "-F", folder / "r.cpio");
        Assert.Contains("drwxrwxrwt", listed, StringComparison.Ordinal);
        Assert.Contains("-rwxr-xr-x   1 root     root        10001 Jan  1  1970 init", listed, StringComparison.Ordinal);
        Assert.Contains("sbin/init -> /init", listed, StringComparison.Ordinal);
        Assert.Equal(read.Count, listed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void A_tree_gives_the_same_ramdisk_in_whatever_order_with_whatever_umask_and_times_it_was_made()
    {
        using var first = new Folder();
        using var second = new Folder();
        string[] names = ["z", "a/b", "a/c/d", "ä", "a-b", "B"];
        Make(first, names, UnixFileMode.UserRead | UnixFileMode.UserWrite, DateTime.UnixEpoch);
        Make(second, [.. names.Reverse()], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead, DateTime.UtcNow);
        Assert.Equal(Bytes(first), Bytes(second));

        static byte[] Bytes(Folder folder)
        {
            using var output = new MemoryStream();
            new RamdiskBuilder().AddTree("rootfs", folder.Path).Build().CopyTo(output);
            return output.ToArray();
        }

        static void Make(Folder folder, string[] names, UnixFileMode mode, DateTime time)
        {
            foreach (var name in names)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(folder / name)!, mode | UnixFileMode.UserExecute);
                File.WriteAllText(folder / name, name);
                File.SetUnixFileMode(folder / name, mode | (name == "B" ? UnixFileMode.UserExecute : 0));
                File.SetLastWriteTimeUtc(folder / name, time);
            }

            File.CreateSymbolicLink(folder / "link", "a/../nowhere");
        }
    }

    [Fact]
    public void A_tar_gives_what_unpacking_it_would()
    {
        using var folder = new Folder();
        using (var writer = new TarWriter(File.Create(folder / "t.tar"), TarEntryFormat.Pax))
        {
            Add(new PaxTarEntry(TarEntryType.Directory, "./usr/") { Mode = (UnixFileMode)0b111_000_000 });
            Add(new PaxTarEntry(TarEntryType.RegularFile, "usr/a") { DataStream = new MemoryStream("old"u8.ToArray()), Uid = 1000, ModificationTime = DateTimeOffset.UtcNow });
            Add(new PaxTarEntry(TarEntryType.RegularFile, "usr/a") { DataStream = new MemoryStream("new content"u8.ToArray()), Mode = (UnixFileMode)0b100_111_101_000 });
            Add(new PaxTarEntry(TarEntryType.HardLink, "usr/b") { LinkName = "usr/a" });
            Add(new PaxTarEntry(TarEntryType.SymbolicLink, "bin") { LinkName = "usr" });
            Add(new PaxTarEntry(TarEntryType.RegularFile, "empty"));

            void Add(TarEntry entry) => writer.WriteEntry(entry);
        }

        using var output = new MemoryStream();
        new RamdiskBuilder().AddTar("rootfs", () => File.OpenRead(folder / "t.tar")).Build().CopyTo(output);
        output.Position = 0;
        using var reader = RamdiskReader.Open(output);
        var found = new List<string>();
        while (reader.Next() is { } entry)
        {
            using var content = new MemoryStream();
            reader.CopyContent(content);
            found.Add($"{entry.Path} {Convert.ToString(entry.Mode, 8)} {entry.UserId} {Encoding.UTF8.GetString(content.ToArray())}".TrimEnd());
        }

        Assert.Equal(["rootfs 40755 0", "rootfs/bin 120777 0 usr", "rootfs/empty 100644 0", "rootfs/usr 40700 0", "rootfs/usr/a 104750 0 new content", "rootfs/usr/b 104750 0 new content"], found);
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("a/../../evil")]
    public void A_tar_that_leads_elsewhere_is_refused(string name) => Assert.Contains("no path inside", RefusedTar(new PaxTarEntry(TarEntryType.RegularFile, name)), StringComparison.Ordinal);

    [Fact]
    public void A_tar_with_devices_or_links_into_nothing_or_no_tar_at_all_is_refused()
    {
        Assert.Contains("CharacterDevice", RefusedTar(new PaxTarEntry(TarEntryType.CharacterDevice, "dev/null")), StringComparison.Ordinal);
        Assert.Contains("hard link to nowhere", RefusedTar(new PaxTarEntry(TarEntryType.HardLink, "a") { LinkName = "nowhere" }), StringComparison.Ordinal);
        var garbage = new byte[4096];
        new Random(3).NextBytes(garbage);
        Assert.Throws<ArgumentException>(() => new RamdiskBuilder().AddTar("rootfs", () => new MemoryStream(garbage)));
    }

    private static string RefusedTar(TarEntry entry)
    {
        var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, leaveOpen: true))
        {
            writer.WriteEntry(entry);
        }

        return Assert.Throws<ArgumentException>(() => new RamdiskBuilder().AddTar("rootfs", () => new MemoryStream(archive.ToArray()))).Message;
    }

    [Theory]
    [InlineData("")]
    [InlineData("/abs")]
    [InlineData("a//b")]
    [InlineData("a/./b")]
    [InlineData("a/..")]
    [InlineData("a/")]
    [InlineData("a\0b")]
    public void A_path_that_is_none_is_refused(string path) => Assert.ThrowsAny<ArgumentException>(() => new RamdiskBuilder().AddFile(path, EifSource.FromBytes(default)));

    [Fact]
    public void Two_entries_of_one_path_are_refused()
    {
        var builder = new RamdiskBuilder().AddFile("a", EifSource.FromBytes(default)).AddFolder("b").AddFolder("b");
        Assert.Throws<ArgumentException>(() => builder.AddFile("a", EifSource.FromBytes(default)));
        Assert.Throws<ArgumentException>(() => builder.AddFolder("a"));
        Assert.Throws<ArgumentException>(() => builder.AddFile("b", EifSource.FromBytes(default)));
        Assert.Throws<ArgumentException>(() => builder.AddFile("a/c", EifSource.FromBytes(default)));
    }

    [Fact]
    public void A_pipe_in_a_tree_is_refused_and_not_waited_for()
    {
        using var folder = new Folder();
        Tool.Run(folder, "mkfifo", folder / "pipe");
        Assert.Contains("neither file, folder nor symbolic link", Assert.Throws<ArgumentException>(() => new RamdiskBuilder().AddTree("rootfs", folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_changes_its_size_while_it_is_read_is_told_of()
    {
        using var folder = new Folder();
        File.WriteAllText(folder / "a", "long enough");
        var opened = 0;
        var changing = EifSource.FromPart(() => opened++ == 0 ? new MemoryStream(new byte[10]) : new MemoryStream(new byte[5]), 0, 10);
        var ramdisk = new RamdiskBuilder().AddFile("a", changing).Build();
        ramdisk.CopyTo(Stream.Null);
        Assert.ThrowsAny<IOException>(() => ramdisk.CopyTo(Stream.Null));
    }

    [Fact]
    public void The_composition_is_nitro_clis()
    {
        var boot = EnclaveRamdisks.Boot(EifSource.FromBytes(new byte[1]), [("x.ko", EifSource.FromBytes(default)), ("a.ko", EifSource.FromBytes(default))]);
        Assert.Equal(["dev", "init", "modules", "modules/00-x.ko", "modules/01-a.ko"], boot.Entries.Select(entry => entry.Path));
        Assert.Equal(["dev", "init", "nsm.ko"], EnclaveRamdisks.Boot(EifSource.FromBytes(new byte[1]), [], EifSource.FromBytes(default)).Entries.Select(entry => entry.Path));
        var application = EnclaveRamdisks.Application((builder, prefix) => builder.AddFile($"{prefix}/app", EifSource.FromBytes(default)), ["/app", "-x"], ["A=1", "B=2=3"]);
        Assert.Equal(["cmd", "env", "rootfs", "rootfs/app", "rootfs/dev", "rootfs/proc", "rootfs/run", "rootfs/sys", "rootfs/tmp", "rootfs/var"], application.Entries.Select(entry => entry.Path));
        Assert.Equal(["/app\n-x\n", "A=1\nB=2=3\n"], application.Entries.Take(2).Select(Text));

        static string Text(RamdiskEntry entry)
        {
            using var content = new MemoryStream();
            entry.Content!.CopyTo(content);
            return Encoding.UTF8.GetString(content.ToArray());
        }
    }

    [Fact]
    public void A_hundred_modules_keep_their_order_and_one_more_is_refused()
    {
        var modules = Enumerable.Range(0, EnclaveRamdisks.MaximumModules).Select(i => ($"{200 - i}.ko", EifSource.FromBytes(default))).ToList();
        var names = EnclaveRamdisks.Boot(EifSource.FromBytes(new byte[1]), modules).Entries.Skip(3).Select(entry => entry.Path[11..]);
        Assert.Equal(modules.Select(module => module.Item1), names);
        Assert.Throws<ArgumentException>(() => EnclaveRamdisks.Boot(EifSource.FromBytes(new byte[1]), [.. modules, ("x.ko", EifSource.FromBytes(default))]));
        Assert.Throws<ArgumentException>(() => EnclaveRamdisks.Boot(EifSource.FromBytes(new byte[1]), [("a/x.ko", EifSource.FromBytes(default))]));
    }

    /// <summary>What the writer takes, the reader takes.</summary>
    [Theory]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""{"\udfff":1}""")]
    [InlineData("deep")]
    [InlineData("large")]
    public void Metadata_that_would_not_be_read_again_is_refused(string json)
    {
        json = json switch { "deep" => new string('[', 64) + new string(']', 64), "large" => $"\"{new string('x', 1 << 20)}\"", _ => json };
        var content = Content("a", 1) with { Metadata = new EifMetadata { ImageName = "x", CustomMetadata = System.Text.Json.Nodes.JsonNode.Parse(json) } };
        Assert.Throws<ArgumentException>(() => EifWriter.Write(new MemoryStream(), content));
        var deepest = content with { Metadata = new EifMetadata { ImageName = "x", CustomMetadata = System.Text.Json.Nodes.JsonNode.Parse(new string('[', 63) + new string(']', 63)) } };
        var output = new MemoryStream();
        EifWriter.Write(output, deepest);
        Assert.True(EifReader.TryRead(new MemoryStream(output.ToArray()), null, out _, out var error), error?.ToString());
    }

    [Fact]
    public void An_output_that_is_not_empty_or_not_at_its_start_is_refused()
    {
        Assert.Throws<ArgumentException>(() => EifWriter.Write(new MemoryStream([1]), Content("a", 1)));
        Assert.Throws<ArgumentException>(() => EifWriter.Write(new MemoryStream { Position = 5 }, Content("a", 1)));
    }

    [Theory]
    [InlineData("", "A=1")]
    [InlineData("a\nb", "A=1")]
    [InlineData("a", "A")]
    [InlineData("a", "=1")]
    [InlineData("a", "A=1\nB=2")]
    public void A_command_or_variable_that_its_file_cannot_hold_is_refused(string command, string variable) =>
        Assert.Throws<ArgumentException>(() => EnclaveRamdisks.Application((_, _) => { }, [command], [variable]));

    [Fact]
    public void The_kernels_version_is_read_from_a_bzImage_and_from_nothing_else()
    {
        var kernel = RawImage.MakeKernel(5000);
        (kernel[0x20e], kernel[0x20f]) = (0x00, 0x10);
        "6.12.1-cloud (builder@host)\0"u8.CopyTo(kernel.AsSpan(0x1200));
        Assert.Equal("6.12.1-cloud", EifMetadata.ReadKernelVersion(kernel));
        (kernel[0x20e], kernel[0x20f]) = (0xff, 0xff);
        Assert.Null(EifMetadata.ReadKernelVersion(kernel));
        Assert.Null(EifMetadata.ReadKernelVersion(new byte[100]));
        Assert.Null(EifMetadata.ReadKernelVersion(new byte[5000]));
    }

    private static void Write(string commandLine, int ramdisks)
    {
        using var output = new MemoryStream();
        EifWriter.Write(output, Content(commandLine, ramdisks));
        Assert.True(EifReader.TryRead(new MemoryStream(output.ToArray()), null, out _, out var error), error?.ToString());
    }

    private static EifContent Content(string commandLine, int ramdisks) => new()
    {
        Kernel = EifSource.FromBytes(RawImage.SomeKernel),
        CommandLine = commandLine,
        Ramdisks = [.. Enumerable.Repeat(EifSource.FromBytes(new byte[5]), ramdisks)],
        Metadata = new EifMetadata { ImageName = "x" },
    };
}

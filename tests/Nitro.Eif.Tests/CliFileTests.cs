using System.Diagnostics;
using System.Globalization;
using Nitro.Eif.Cli;

namespace Nitro.Eif.Tests;

/// <summary>What nitro-eif does to files: odd ones to read, odd ones to write, and being stopped half way.</summary>
public sealed class CliFileTests : IDisposable
{
    private readonly Folder _folder = new();

    public CliFileTests()
    {
        File.WriteAllBytes(_folder / "kernel", RawImage.SomeKernel);
        File.WriteAllText(_folder / "init", "#!");
        File.WriteAllBytes(_folder / "i.eif", RawImage.Usual().Build());
        Directory.CreateDirectory(_folder / "root");
        var (key, certificate) = Signatures.Signer();
        File.WriteAllText(_folder / "key.pem", key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(_folder / "cert.pem", certificate.ExportCertificatePem());
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Signing_in_place_through_a_link_keeps_the_link_and_the_permissions()
    {
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.SetUnixFileMode(_folder / "i.eif", owner);
        File.CreateSymbolicLink(_folder / "current.eif", "i.eif");
        Assert.Equal(0, Run(Sign("current.eif")).Code);
        Assert.Equal("i.eif", new FileInfo(_folder / "current.eif").LinkTarget);
        Assert.Equal(owner, File.GetUnixFileMode(_folder / "i.eif"));
        Assert.Equal(0, Run("verify", _folder / "i.eif", "--at", "2026-06-01T00:00:00Z").Code);
    }

    [Fact]
    public void A_link_to_a_file_that_is_not_there_yet_leads_to_it()
    {
        File.CreateSymbolicLink(_folder / "out.eif", "new.eif");
        Assert.Equal(0, Run([.. Sign("i.eif"), "--output", _folder / "out.eif"]).Code);
        Assert.Equal("new.eif", new FileInfo(_folder / "out.eif").LinkTarget);
        Assert.True(File.Exists(_folder / "new.eif"));
    }

    [Fact]
    public void A_pipe_or_device_is_neither_written_to_nor_replaced_nor_waited_for()
    {
        Tool.Run(_folder, "mkfifo", _folder / "pipe");
        string[] build = ["build", "--kernel", _folder / "kernel", "--cmdline", "a", "--ramdisk", _folder / "init", "-o"];
        foreach (var special in new[] { _folder / "pipe", "/dev/null" })
        {
            Refused("no regular file", [.. build, special]);
            Refused("no regular file", [.. Sign("i.eif"), "--output", special]);
            Refused("no regular file", "describe", _folder / "i.eif", "--policy", special);
            Refused("more than once", "diff", special, _folder / "i.eif");
            Refused("more than once", "diff", _folder / "i.eif", special);
            Refused("more than once", "extract", special, _folder / "out");
            Refused("more than once", "sign", special, "--key", _folder / "key.pem", "--certificate", _folder / "cert.pem");
            Refused("more than once", "build", "--kernel", special, "--cmdline", "a", "--ramdisk", _folder / "init", "-o", _folder / "x");
            Refused("more than once", "build", "--kernel", _folder / "kernel", "--cmdline", "a", "--ramdisk", special, "-o", _folder / "x");
            Refused("more than once", "build", "--kernel", _folder / "kernel", "--cmdline", "a", "--init", _folder / "init", "--rootfs", special, "--cmd", "a", "-o", _folder / "x");
        }

        Refused("more than once", "sign", "-", "--key", _folder / "key.pem", "--certificate", _folder / "cert.pem");
        Assert.Equal(0, new FileInfo("/dev/null").Length);
    }

    [Theory]
    [InlineData("describe", "")]
    [InlineData("verify", "")]
    [InlineData("diff", "", "")]
    [InlineData("extract", "{}/i.eif", "")]
    [InlineData("extract", "", "{}/out")]
    [InlineData("describe", "{}/i.eif", "--policy", "")]
    [InlineData("sign", "", "--key", "{}/key.pem", "--certificate", "{}/cert.pem")]
    [InlineData("sign", "{}/i.eif", "--key", "", "--certificate", "{}/cert.pem")]
    [InlineData("verify", "{}/i.eif", "--certificate", "")]
    [InlineData("build", "--kernel", "{}/kernel", "--cmdline", "a", "--ramdisk", "{}/init", "-o", "")]
    [InlineData("build", "--kernel", "{}/kernel", "--cmdline", "a", "--init", "{}/init", "--rootfs", "", "--cmd", "a", "-o", "{}/x")]
    public void A_name_that_is_empty_is_a_mistake(params string[] arguments)
    {
        var (code, _, error) = Run([.. arguments.Select(argument => argument.Replace("{}", _folder.Path, StringComparison.Ordinal))]);
        Assert.Equal(2, code);
        Assert.StartsWith("nitro-eif: ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("efbbbf636f6e736f6c653d78", "byte order mark")]
    [InlineData("fffe63006f00", "no UTF-8")]
    [InlineData("636f6eff", "no UTF-8")]
    [InlineData("0a20", "one line of text")]
    public void A_command_lines_file_is_read_as_it_is_or_refused(string hex, string said)
    {
        Directory.CreateDirectory(_folder / "blobs");
        File.WriteAllBytes(_folder / "blobs/cmdline", Convert.FromHexString(hex));
        File.Copy(_folder / "kernel", _folder / "blobs/bzImage");
        File.Copy(_folder / "init", _folder / "blobs/init");
        Refused(said, "build", "--kernel", _folder / "kernel", "--cmdline-file", _folder / "blobs/cmdline", "--ramdisk", _folder / "init", "-o", _folder / "x");
        Refused(said, "build", "--blobs", _folder / "blobs", "--rootfs", _folder / "root", "--cmd", "a", "-o", _folder / "x");
    }

    [Fact]
    public void Hard_links_of_another_archiver_are_told_of()
    {
        File.WriteAllText(_folder / "root/a", "content");
        Tool.Run(_folder, "sh", "-c", "ln root/a root/b && cd root && printf 'a\\nb\\n' | cpio -o -H newc --quiet > ../r.cpio");
        Assert.Equal(0, Run("build", "--kernel", _folder / "kernel", "--cmdline", "a", "--ramdisk", _folder / "r.cpio", "-o", _folder / "x.eif").Code);
        var (code, _, error) = Run("extract", _folder / "x.eif", _folder / "out", "--files");
        Assert.Equal(0, code);
        Assert.Contains("warning: 1 of the empty files of ramdisk-0", error, StringComparison.Ordinal);
        Assert.Equal(["", "content"], new[] { "a", "b" }.Select(name => File.ReadAllText(_folder / $"out/ramdisk-0.files/{name}")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_cannot_be_unpacked_is_told_of()
    {
        var raw = RawImage.Usual();
        raw.Sections[4] = (RawImage.Ramdisk, 0, new Cpio().Entry("tty", 0x21A4, "").Entry("pipe", 0x11A4, "").Entry("file", 0x81A4, "a").Bytes());
        raw.Sections[3] = (RawImage.Ramdisk, 0, []);
        File.WriteAllBytes(_folder / "x.eif", raw.Build());
        var (code, _, error) = Run("extract", _folder / "x.eif", _folder / "out", "--files");
        Assert.Equal((0, "warning: 2 entries of ramdisk-1 are devices, pipes or sockets, and were left out\n"), (code, error));
        Assert.Equal(["file"], Directory.EnumerateFileSystemEntries(_folder / "out/ramdisk-1.files").Select(Path.GetFileName));
    }

    [Fact]
    public void An_output_inside_the_root_filesystem_would_be_in_the_next_build()
    {
        string[] build = ["build", "--kernel", _folder / "kernel", "--cmdline", "a", "--init", _folder / "init", "--rootfs", _folder / "root", "--cmd", "a", "-o"];
        Refused("into itself", [.. build, _folder / "root/i.eif"]);
        Refused("into itself", [.. build, _folder / "init/../root/i.eif"]);
        Assert.Equal(0, Run([.. build, _folder / "root.eif"]).Code);
    }

    [Fact]
    public void An_output_never_takes_the_place_of_an_input()
    {
        File.WriteAllText(_folder / "enclave.json", "{}");
        File.CreateSymbolicLink(_folder / "link", "key.pem");
        string[] kept = ["kernel", "init", "key.pem", "cert.pem", "enclave.json"];
        var before = kept.Select(file => File.ReadAllBytes(_folder / file)).ToArray();
        string[] build = ["build", "--kernel", _folder / "kernel", "--cmdline", "a", "--ramdisk", _folder / "init", "--key", _folder / "key.pem", "--certificate", _folder / "cert.pem", "-o"];
        foreach (var file in new[] { "kernel", "init", "key.pem", "cert.pem", "link", "root/../kernel" })
        {
            Refused("also an input", [.. build, _folder / file]);
        }

        // Another name of the same file: a hard link, and a folder that is a link.
        Tool.Run(_folder, "sh", "-c", "ln key.pem hard && ln -s . here");
        foreach (var file in new[] { "key.pem", "cert.pem", "link", "hard", "here/key.pem" })
        {
            Refused("also an input", [.. Sign("i.eif"), "--output", _folder / file]);
        }

        File.Copy(_folder / "i.eif", _folder / "other.eif");
        Refused("is an enclave image", "describe", _folder / "i.eif", "--policy", _folder / "other.eif");
        Assert.Equal(File.ReadAllBytes(_folder / "i.eif"), File.ReadAllBytes(_folder / "other.eif"));
        Refused("also an input", "describe", _folder / "i.eif", "--enclave", _folder / "enclave.json", "--policy", _folder / "enclave.json");
        Directory.CreateDirectory(_folder / "blobs");
        File.WriteAllText(_folder / "blobs/cmdline", "a");
        File.Copy(_folder / "kernel", _folder / "blobs/bzImage");
        File.Copy(_folder / "init", _folder / "blobs/init");
        File.WriteAllText(_folder / "blobs/nsm.ko", "module");
        string[] blobs = ["build", "--blobs", _folder / "blobs", "--rootfs", _folder / "root", "--cmd", "a", "-o"];
        foreach (var file in new[] { "bzImage", "cmdline", "init", "nsm.ko" })
        {
            Refused("also an input", [.. blobs, _folder / $"blobs/{file}"]);
        }

        // What lies beside them is none, such as the image itself when it is built again.
        Assert.Equal(0, Run([.. blobs, _folder / "blobs/x.eif"]).Code);
        Assert.Equal(0, Run([.. blobs, _folder / "blobs/x.eif"]).Code);
        Assert.Equal(before, kept.Select(file => File.ReadAllBytes(_folder / file)));
    }

    [Theory]
    [InlineData("/dev/zero", "more than 1048576 bytes")]
    [InlineData("{}/root", "is a folder")]
    public void A_key_or_certificate_without_an_end_or_that_is_a_folder_is_a_mistake(string name, string said)
    {
        name = name.Replace("{}", _folder.Path, StringComparison.Ordinal);
        Assert.Equal(0, Run([.. Sign("i.eif"), "--output", _folder / "s.eif"]).Code);
        Refused(said, "sign", _folder / "i.eif", "--key", name, "--certificate", _folder / "cert.pem", "-o", _folder / "x");
        Refused(said, "sign", _folder / "i.eif", "--key", _folder / "key.pem", "--certificate", name, "-o", _folder / "x");
        Refused(said, "verify", _folder / "s.eif", "--certificate", name);
        Refused(said, "describe", _folder / "i.eif", "--policy", _folder / "p.json", "--enclave", name);
    }

    [Fact]
    public void Signing_leaves_everything_before_the_signature_but_its_place_in_the_header()
    {
        var raw = RawImage.Usual();
        (raw.Memory, raw.Cpus) = (3UL << 30, 7);
        var unsigned = raw.Build();
        File.WriteAllBytes(_folder / "i.eif", unsigned);
        Assert.Equal(0, Run(Sign("i.eif")).Code);
        var signed = File.ReadAllBytes(_folder / "i.eif");
        Assert.Equal(unsigned[..0x1a], signed[..0x1a]);
        Assert.Equal(unsigned[548..], signed[548..unsigned.Length]);
    }

    [Fact]
    public void A_key_may_begin_with_a_byte_order_mark()
    {
        File.WriteAllText(_folder / "key.pem", "\uFEFF" + File.ReadAllText(_folder / "key.pem"));
        Assert.Equal(0, Run(Sign("i.eif")).Code);
    }

    [Theory]
    [InlineData("1f8b0800000000000003", "compressed by gzip")]
    [InlineData("fd377a585a00000004e6", "compressed by xz")]
    [InlineData("28b52ffd2400000000", "compressed by zstd")]
    public void A_compressed_tar_is_told_from_one_that_is_damaged(string start, string said)
    {
        File.WriteAllBytes(_folder / "root.tar", [.. Convert.FromHexString(start), .. Enumerable.Repeat((byte)0xa5, 2000)]);
        Refused(said, "build", "--kernel", _folder / "kernel", "--cmdline", "a", "--init", _folder / "init", "--rootfs", _folder / "root.tar", "--cmd", "a", "-o", _folder / "x");
    }

    [Fact]
    public void A_folder_that_nobody_may_write_to_is_the_environments_fault()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "root may write everywhere");
        Directory.CreateDirectory(_folder / "closed", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.Equal(3, Run([.. Sign("i.eif"), "--output", _folder / "closed/x"]).Code);
        Assert.Equal(3, Run("extract", _folder / "i.eif", _folder / "closed/x").Code);
        Assert.Equal(3, Run("describe", _folder / "i.eif", "--policy", _folder / "closed/x").Code);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public void Being_stopped_while_writing_leaves_nothing_behind(string signal)
    {
        AddBigRamdisk();
        var ended = Stop(
            signal,
            () => Directory.EnumerateFiles(_folder.Path, "x.eif.*").Any(),
            "build", "--kernel", _folder / "kernel", "--cmdline", "a", "--ramdisk", _folder / "ramdisk", "-o", _folder / "x.eif");
        Assert.NotEqual(0, ended.Code);
        Assert.Empty(Directory.EnumerateFiles(_folder.Path, "x.eif*"));
    }

    [Theory]
    [InlineData("INT", false)]
    [InlineData("TERM", true)]
    public void Being_stopped_while_unpacking_leaves_nothing_behind(string signal, bool isThere)
    {
        // Enough names that unpacking them takes a while; the test itself makes none of them.
        var names = new Cpio();
        for (var i = 0; i < 20_000; i++)
        {
            names.Entry(string.Create(CultureInfo.InvariantCulture, $"{i}"), 0x81A4, "");
        }

        var raw = RawImage.Usual();
        raw.Sections[3] = (RawImage.Ramdisk, 0, []);
        raw.Sections[4] = (RawImage.Ramdisk, 0, names.Bytes());
        File.WriteAllBytes(_folder / "x.eif", raw.Build());

        // On a busy machine the signal may come when all is done: then once more.
        for (var attempt = 1; ; attempt++)
        {
            Directory.CreateDirectory(_folder / (isThere ? "above/out" : "above"));
            var ended = Stop(
                signal,
                () => Directory.EnumerateFileSystemEntries(_folder / "above", "kernel", SearchOption.AllDirectories).Any(),
                "extract", _folder / "x.eif", _folder / "above/out", "--files");
            if (File.Exists(_folder / "above/out/kernel") && attempt < 10)
            {
                Directory.Delete(_folder / "above", recursive: true);
                continue;
            }

            Assert.Equal((130, "nitro-eif: stopped; nothing was left behind\n"), ended);
            Assert.Equal(isThere ? [_folder / "above/out"] : [], Directory.EnumerateFileSystemEntries(_folder / "above", "*", SearchOption.AllDirectories));
            return;
        }
    }

    [Fact]
    public void What_cannot_be_unpacked_leaves_nothing_behind_and_an_empty_folder_is_filled()
    {
        File.WriteAllText(_folder / "no.cpio", "070701 and no more");
        Assert.Equal(0, Run("build", "--kernel", _folder / "kernel", "--cmdline", "a", "--ramdisk", _folder / "no.cpio", "-o", _folder / "x.eif").Code);
        Directory.CreateDirectory(_folder / "there");
        foreach (var folder in (string[])["made/on/the/way", "there"])
        {
            Assert.Equal(1, Run("extract", _folder / "x.eif", _folder / folder, "--files").Code);
            Assert.Empty(Directory.EnumerateFileSystemEntries(_folder / "there"));
            Assert.False(Directory.Exists(_folder / "made"));
            Assert.Equal(0, Run("extract", _folder / "x.eif", (_folder / folder) + "/").Code);
            Assert.Equal(["cmdline", "kernel", "metadata.json", "ramdisk-0"], Directory.EnumerateFileSystemEntries(_folder / folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            Directory.Delete(_folder / folder.Split('/')[0], recursive: true);
            Directory.CreateDirectory(_folder / "there");
        }
    }

    [Theory]
    [InlineData("{}/init/x")]
    [InlineData("/proc/x")]
    [InlineData("/dev/null/x")]
    public void A_folder_that_cannot_be_made_is_a_mistake(string name)
    {
        name = name.Replace("{}", _folder.Path, StringComparison.Ordinal);
        Refused($"the folder {name} cannot be made", "extract", _folder / "i.eif", name);
    }

    private void AddBigRamdisk()
    {
        using var ramdisk = File.Create(_folder / "ramdisk");
        ramdisk.SetLength(3L << 30);
    }

    /// <summary>Starts the command, waits until something is so, and sends the signal.</summary>
    private (int Code, string Error) Stop(string signal, Func<bool> isSo, params string[] arguments)
    {
        Assert.SkipWhen(
            signal == "INT" && IgnoresInterrupts(),
            "this process was started with SIGINT ignored, as shells start what they put into the background, and children inherit that");
        var start = new ProcessStartInfo("dotnet", [typeof(CommandLine).Assembly.Location, .. arguments]) { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        while (!isSo() && !process.HasExited)
        {
            Thread.Sleep(1);
        }

        // It may have ended by now, and then there is nobody to send it to.
        Tool.Run(_folder, "sh", "-c", string.Create(CultureInfo.InvariantCulture, $"kill -{signal} {process.Id} 2> /dev/null || :"));
        process.WaitForExit();
        return (process.ExitCode, process.StandardError.ReadToEnd());
    }

    /// <summary>Bit n-1 of the mask is signal n (proc_pid_status(5)).</summary>
    private static bool IgnoresInterrupts()
    {
        const int Interrupt = 2;
        var mask = File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)).Split('\t')[1];
        return (ulong.Parse(mask, NumberStyles.HexNumber, CultureInfo.InvariantCulture) & (1UL << (Interrupt - 1))) != 0;
    }

    private string[] Sign(string image) => ["sign", _folder / image, "--key", _folder / "key.pem", "--certificate", _folder / "cert.pem"];

    private static void Refused(string said, params string[] arguments)
    {
        var (code, _, error) = Run(arguments);
        Assert.True(code == 2 && error.Contains(said, StringComparison.Ordinal), $"{string.Join(' ', arguments)} gave {code}: {error}");
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = new CommandLine(TimeProvider.System, interactive: false).Run(arguments, output, error, Stream.Null);
        return (code, output.ToString(), error.ToString());
    }
}

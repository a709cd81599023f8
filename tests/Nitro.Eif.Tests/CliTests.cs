using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nitro.Eif.Cli;
using Nitro.Testing;
using Nitro.Verifier;

namespace Nitro.Eif.Tests;

/// <summary>nitro-eif as its users call it.</summary>
public sealed class CliTests : IDisposable
{
    private readonly Folder _folder = new();

    public CliTests()
    {
        File.WriteAllBytes(_folder / "kernel", RawImage.SomeKernel);
        File.WriteAllText(_folder / "init", "#!");
        File.WriteAllText(_folder / "a.ko", "module");
        Directory.CreateDirectory(_folder / "root/bin");
        File.WriteAllText(_folder / "root/bin/app", "application");
        File.SetUnixFileMode(_folder / "root/bin/app", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Describe_prints_what_nitro_cli_prints_in_its_order_and_then_more()
    {
        var (key, certificate) = Signatures.Signer();
        var raw = RawImage.Usual();
        raw.With(RawImage.Signature, Signatures.Section(raw.Pcrs().Pcr0, key, certificate));
        File.WriteAllBytes(_folder / "i.eif", raw.Build());
        var json = Json("describe", _folder / "i.eif");
        Assert.Equal(
            ["EifVersion", "Measurements", "IsSigned", "SigningCertificate", "CheckCRC", "SignatureCheck", "ImageName", "ImageVersion", "Metadata", "Architecture", "Size", "CommandLine", "Sections", "Warnings"],
            json.Select(member => member.Key));
        Assert.Equal(["HashAlgorithm", "PCR0", "PCR1", "PCR2", "PCR8"], json["Measurements"]!.AsObject().Select(member => member.Key));
        Assert.Equal("Sha384 { ... }", (string?)json["Measurements"]!["HashAlgorithm"]);
        Assert.Equal(raw.Pcrs().Pcr0, (string?)json["Measurements"]!["PCR0"]);
        Assert.Equal(["BuildMetadata", "DockerInfo", "CustomMetadata"], json["Metadata"]!.AsObject().Select(member => member.Key));
        Assert.True((bool)json["SignatureCheck"]!);
        var signing = json["SigningCertificate"]!;
        Assert.Equal("""{"commonName":"image signer","countryName":"DE","organizationName":"Example"}""", signing["IssuerName"]!.ToJsonString());
        Assert.Equal("ecdsa-with-SHA384", (string?)signing["Algorithm"]);
        Assert.Equal("Jan  1 00:00:00 2026 GMT", (string?)signing["NotBefore"]);
        File.WriteAllText(_folder / "c.pem", certificate.ExportCertificatePem());
        var text = Tool.Run(_folder, "openssl", "x509", "-in", _folder / "c.pem", "-noout", "-text");
        var signature = ((string)signing["Signature"]!).ToLowerInvariant();
        Assert.Contains(signature, string.Concat(text.Where(character => !char.IsWhiteSpace(character))), StringComparison.Ordinal);
        Assert.Contains("Not Before: Jan  1 00:00:00 2026 GMT", text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_issuer_is_shown_by_OpenSSLs_names_also_where_parts_of_it_stand_together()
    {
        Tool.Run(
            _folder, "openssl", "req", "-new", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp384r1", "-nodes", "-sha384", "-multivalue-rdn", "-days", "30",
            "-keyout", _folder / "k.pem", "-out", _folder / "c.pem",
            "-subj", "/O=Example/CN=signer+OU=unit/SN=s/GN=g/title=t/street=x/postalCode=1/UID=u/DC=org/emailAddress=a@b.example/serialNumber=7");
        File.WriteAllBytes(_folder / "i.eif", RawImage.Usual().Build());
        Assert.Equal(0, Run("sign", _folder / "i.eif", "--key", _folder / "k.pem", "--certificate", _folder / "c.pem").Code);
        var issuer = Json("describe", _folder / "i.eif")["SigningCertificate"]!["IssuerName"]!.AsObject();
        var expected = Tool.Run(_folder, "openssl", "x509", "-in", _folder / "c.pem", "-noout", "-issuer", "-nameopt", "sep_multiline,lname")
            .Split('\n').Skip(1).SelectMany(line => line.Split(" + ")).Select(part => part.Trim()).Where(part => part.Length > 0).Order(StringComparer.Ordinal);
        Assert.Equal(expected, issuer.Select(part => $"{part.Key}={part.Value}"));
        Assert.Equal(12, issuer.Count);
    }

    [Fact]
    public void A_signature_over_another_image_or_by_another_key_is_a_SignatureCheck_of_false()
    {
        var (key, certificate) = Signatures.Signer();
        var pcr0 = RawImage.Usual().Pcrs().Pcr0;
        var other = RawImage.Extend([1, 2, 3]);
        foreach (var section in new[] { Signatures.Section(other, key, certificate), Signatures.Section(pcr0, key, Signatures.Signer().Certificate) })
        {
            File.WriteAllBytes(_folder / "i.eif", RawImage.Usual().With(RawImage.Signature, section).Build());
            Assert.False((bool)Json("describe", _folder / "i.eif")["SignatureCheck"]!);
            Assert.Equal(1, Run("verify", _folder / "i.eif", "--at", "2026-06-01T00:00:00Z").Code);
        }
    }

    [Fact]
    public void Describe_of_an_unsigned_image_has_no_members_of_a_signature()
    {
        File.WriteAllBytes(_folder / "i.eif", RawImage.Usual().Build());
        var json = Json("describe", _folder / "i.eif");
        Assert.False((bool)json["IsSigned"]!);
        Assert.DoesNotContain(json, member => member.Key is "SigningCertificate" or "SignatureCheck");
        Assert.Equal("raw", (string?)json["ImageName"]);
    }

    [Fact]
    public void Describe_reads_standard_input()
    {
        var bytes = RawImage.Usual().Build();
        var (code, output, _) = Run(new MemoryStream(bytes), "describe", "-");
        Assert.Equal(0, code);
        Assert.Equal(RawImage.Usual().Pcrs().Pcr2, (string?)JsonNode.Parse(output)!["Measurements"]!["PCR2"]);
    }

    [Fact]
    public void A_damaged_image_is_described_with_CheckCRC_false_and_refused()
    {
        var raw = RawImage.Usual();
        raw.Crc = 1;
        File.WriteAllBytes(_folder / "i.eif", raw.Build());
        var (code, output, error) = Run("describe", _folder / "i.eif");
        Assert.Equal(1, code);
        Assert.False((bool)JsonNode.Parse(output)!["CheckCRC"]!);
        Assert.Contains("00000001", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_policy_of_an_image_is_one_that_the_verifier_takes()
    {
        var models = new string('a', 96);
        File.WriteAllText(_folder / "enclave.json", $$"""{"Models":[{"Name":"digits","Version":"1","Digest":"{{models}}"}],"Configuration":{},"ConfigurationDigest":"{{new string('b', 96)}}"}""");
        File.WriteAllBytes(_folder / "i.eif", RawImage.Usual().Build());
        Assert.Equal(0, Run("describe", _folder / "i.eif", "--policy", _folder / "p.json", "--enclave", _folder / "enclave.json").Code);
        var policy = VerificationPolicy.Parse(File.ReadAllBytes(_folder / "p.json"));
        var release = Assert.Single(policy.Settings.Releases);
        Assert.Equal("raw 7", release.Name);
        var (pcr0, pcr1, pcr2) = RawImage.Usual().Pcrs();
        Assert.Equal([(0, pcr0), (1, pcr1), (2, pcr2)], release.Measurements.OrderBy(pcr => pcr.Key).Select(pcr => (pcr.Key, pcr.Value.ToString())));
        Assert.Contains(models, File.ReadAllText(_folder / "p.json"), StringComparison.Ordinal);
        File.WriteAllText(_folder / "enclave.json", "{}");
        Assert.Equal(2, Run("describe", _folder / "i.eif", "--policy", _folder / "p.json", "--enclave", _folder / "enclave.json").Code);
        Assert.Equal(2, Run("describe", _folder / "i.eif", "--release", "x").Code);
        Assert.Equal(2, Run("describe", _folder / "i.eif", "--policy", _folder / "i.eif").Code);
        Assert.Equal(RawImage.Usual().Build(), File.ReadAllBytes(_folder / "i.eif"));
    }

    [Fact]
    public void Build_describe_sign_verify_diff_and_extract_go_together()
    {
        var built = Json(Build("a.eif"));
        var described = Json("describe", _folder / "a.eif");
        Assert.Equal(built["Measurements"]!.ToJsonString(), described["Measurements"]!.ToJsonString());

        var (key, certificate) = Signatures.Signer();
        File.WriteAllText(_folder / "key.pem", key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(_folder / "cert.pem", certificate.ExportCertificatePem());
        Assert.Equal(0, Run("sign", _folder / "a.eif", "--key", _folder / "key.pem", "--certificate", _folder / "cert.pem", "-o", _folder / "s.eif").Code);
        Assert.Equal(2, Run("sign", _folder / "s.eif", "--key", _folder / "key.pem", "--certificate", _folder / "cert.pem").Code);
        Assert.Equal(0, Run("sign", _folder / "s.eif", "--key", _folder / "key.pem", "--certificate", _folder / "cert.pem", "--replace").Code);
        Assert.Equal(0, Run("verify", _folder / "s.eif", "--at", "2026-06-01T00:00:00Z", "--certificate", _folder / "cert.pem").Code);
        Assert.Equal(1, Run("verify", _folder / "s.eif", "--at", "2028-06-01T00:00:00Z").Code);
        Assert.Equal(1, Run("verify", _folder / "a.eif", "--at", "2026-06-01T00:00:00Z").Code);
        File.WriteAllText(_folder / "other.pem", Signatures.Signer().Certificate.ExportCertificatePem());
        var foreign = Run("verify", _folder / "s.eif", "--at", "2026-06-01T00:00:00Z", "--certificate", _folder / "other.pem");
        Assert.Equal(1, foreign.Code);
        Assert.Contains("FAIL  signer       expected the certificate of PCR8 ", foreign.Output, StringComparison.Ordinal);

        Assert.Equal(0, Run("diff", _folder / "a.eif", _folder / "a.eif").Code);
        File.AppendAllText(_folder / "root/bin/app", " changed");
        File.WriteAllText(_folder / "root/new", "");
        Assert.Equal(0, Run(Build("b.eif", "--cmdline", "console=ttyS0 quiet", "--cmd", "--more")).Code);
        var (code, difference, _) = Run("diff", _folder / "a.eif", _folder / "b.eif");
        Assert.Equal(1, code);
        foreach (var line in new[] { "PCR0  differs", "PCR1  differs", "PCR2  differs", "rootfs/bin/app: content", "rootfs/new: only in the second", "cmdline (in PCR0 and PCR1)", "+ console=ttyS0 quiet", "  cmd: content\n    + --more\n", "4 differences" })
        {
            Assert.Contains(line, difference, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("init", difference, StringComparison.Ordinal);
        Assert.Equal(0, Run("extract", _folder / "s.eif", _folder / "out", "--files").Code);
        Assert.Equal(RawImage.SomeKernel, File.ReadAllBytes(_folder / "out/kernel"));
        Assert.Equal("console=ttyS0", File.ReadAllText(_folder / "out/cmdline"));
        Assert.Equal(File.ReadAllText(_folder / "cert.pem"), File.ReadAllText(_folder / "out/signing-certificate.pem"));
        Assert.Equal("application", File.ReadAllText(_folder / "out/ramdisk-1.files/rootfs/bin/app"));
        Assert.True(File.GetUnixFileMode(_folder / "out/ramdisk-1.files/rootfs/bin/app").HasFlag(UnixFileMode.UserExecute));
        Assert.Equal("module", File.ReadAllText(_folder / "out/ramdisk-0.files/modules/00-a.ko"));
        Assert.Equal(2, Run("extract", _folder / "s.eif", _folder / "out").Code);
        Assert.Equal(0, Run("build", "-o", _folder / "again.eif", "--kernel", _folder / "out/kernel", "--cmdline-file", _folder / "out/cmdline",
            "--ramdisk", _folder / "out/ramdisk-0", "--ramdisk", _folder / "out/ramdisk-1", "--name", "n").Code);
        Assert.Equal(File.ReadAllBytes(_folder / "a.eif"), File.ReadAllBytes(_folder / "again.eif"));
    }

    [Fact]
    public void Nitro_clis_blobs_are_taken_as_they_are()
    {
        Directory.CreateDirectory(_folder / "blobs");
        File.Copy(_folder / "kernel", _folder / "blobs/bzImage");
        File.WriteAllText(_folder / "blobs/cmdline", "reboot=k panic=30\n");
        File.WriteAllText(_folder / "blobs/init", "i");
        File.WriteAllText(_folder / "blobs/nsm.ko", "n");
        Assert.Equal(0, Run("build", "-o", _folder / "b.eif", "--blobs", _folder / "blobs", "--rootfs", _folder / "root", "--cmd", "/bin/app").Code);
        Assert.Equal("reboot=k panic=30", (string?)Json("describe", _folder / "b.eif")["CommandLine"]);
        Assert.Equal(0, Run("extract", _folder / "b.eif", _folder / "out", "--files").Code);
        Assert.Equal(["dev", "init", "nsm.ko"], Directory.EnumerateFileSystemEntries(_folder / "out/ramdisk-0.files").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(2, Run("build", "-o", _folder / "b.eif", "--blobs", _folder / "blobs", "--kernel", _folder / "kernel", "--rootfs", _folder / "root", "--cmd", "x").Code);
    }

    [Fact]
    public void Two_builds_are_the_same_whatever_the_locale_time_zone_umask_and_home()
    {
        var images = new List<byte[]>();
        foreach (var (locale, zone, umask, home) in new[] { ("C", "UTC", "022", "/"), ("tr_TR.UTF-8", "Asia/Kolkata", "077", "/nonexistent"), ("de_DE.UTF-8", "America/St_Johns", "000", "/tmp") })
        {
            var name = _folder / $"{umask}.eif";
            var start = new ProcessStartInfo("sh", ["-c", $"umask {umask} && exec \"$@\"", "sh", "dotnet", typeof(CommandLine).Assembly.Location, .. Build($"{umask}.eif")])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            (start.Environment["LC_ALL"], start.Environment["TZ"], start.Environment["HOME"]) = (locale, zone, home);
            start.Environment["DOTNET_CLI_HOME"] = _folder.Path;
            using var process = Process.Start(start)!;
            process.StandardOutput.ReadToEnd();
            var errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, errors);
            images.Add(File.ReadAllBytes(name));
        }

        Assert.Equal(images[0], images[1]);
        Assert.Equal(images[0], images[2]);
    }

    public static TheoryData<string[], int, string> Mistakes => new()
    {
        { [], 2, "a command comes first; the commands are describe, build, sign, verify, diff, extract" },
        { ["descibe", "{}/init"], 2, "there is no command descibe; the commands are describe, build" },
        { ["describe", "--polcy", "{}/init"], 2, "there is no option --polcy" },
        { ["--descibe"], 2, "a command comes first" },
        { ["describe"], 2, "Required argument" },
        { ["describe", "{}/none"], 2, "there is no file" },
        { ["describe", "{}/none/x"], 2, "there is no file" },
        { ["describe", "{}"], 2, "is a folder" },
        { ["describe", "{}/init"], 1, "no enclave image" },
        { ["verify", "{}/init"], 1, "no enclave image" },
        { ["verify", "{}/init", "--at", "yesterday"], 2, "not a moment" },
        { ["diff", "-", "-"], 2, "standard input" },
        { ["diff", "{}/init", "{}/init"], 2, "no enclave image" },
        { ["diff", "{}/none", "{}/init"], 2, "there is no file" },
        { ["extract", "-", "{}/x"], 2, "standard input" },
        { ["extract", "{}/init", "{}/init"], 2, "there already" },
        { ["build", "-o", "{}/x"], 2, "--kernel" },
        { ["build", "-o", "{}/x", "--kernel", "{}/none"], 2, "there is no file" },
        { ["build", "-o", "{}/x", "--kernel", "{}/kernel"], 2, "--cmdline" },
        { ["build", "-o", "{}/x", "--kernel", "{}/kernel", "--cmdline", "a"], 2, "--init" },
        { ["build", "-o", "{}/x", "--kernel", "{}/kernel", "--cmdline", "a", "--cmdline-file", "{}/init"], 2, "exclude each other" },
        { ["build", "-o", "{}/x", "--kernel", "{}/kernel", "--cmdline", "a", "--init", "{}/init"], 2, "--rootfs" },
        { ["build", "-o", "{}/x", "--kernel", "{}/kernel", "--cmdline", "a", "--init", "{}/init", "--rootfs", "{}/root"], 2, "a command to run" },
        { ["build", "-o", "{}/x", "--kernel", "{}/kernel", "--cmdline", "a", "--init", "{}/init", "--rootfs", "{}/kernel", "--cmd", "a"], 2, "no tar archive" },
        { ["build", "-o", "{}/x", "--kernel", "{}/kernel", "--cmdline", "a", "--init", "{}/init", "--rootfs", "{}/root", "--cmd", "a", "--env", "A"], 2, "NAME=VALUE" },
        { ["build", "-o", "{}/x", "--kernel", "{}/kernel", "--cmdline", "a", "--ramdisk", "{}/init", "--rootfs", "{}/root"], 2, "--rootfs is given as well" },
        { ["build", "-o", "{}", "--kernel", "{}/kernel", "--cmdline", "a", "--ramdisk", "{}/init"], 2, "is a folder" },
        { ["build", "-o", "{}/x", "--kernel", "{}/kernel", "--cmdline", "a\nb", "--ramdisk", "{}/init"], 2, "one line of text" },
        { ["build", "-o", "{}/x", "--kernel", "{}/kernel", "--cmdline", "a", "--ramdisk", "{}/init", "--key", "{}/init"], 2, "go together" },
        { ["build", "-o", "{}/x", "--kernel", "{}/kernel", "--cmdline", "a", "--ramdisk", "{}/init", "--key", "{}/init", "--certificate", "{}/init"], 2, "certificate is no PEM" },
        { ["build", "-o", "{}/x", "--kernel", "{}/kernel", "--cmdline", "a", "--ramdisk", "{}/init", "--arch", "mips"], 2, "mips" },
        { ["build", "-o", "{}/x", "--kernel", "{}/kernel", "--cmdline", "a", "--ramdisk", "{}/init", "--metadata", "{}/init"], 2, "is no JSON: line 1, byte 1: " },
        { ["build", "-o", "{}/x", "--blobs", "{}/root", "--rootfs", "{}/root"], 2, "nitro-cli's blobs" },
        { ["build", "-o", "{}/none/x", "--kernel", "{}/kernel", "--cmdline", "a", "--ramdisk", "{}/init"], 2, "there is no folder" },
        { ["sign", "{}/init", "--key", "{}/kernel", "--certificate", "{}/kernel"], 2, "cannot be signed" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_gets_one_clear_line_and_leaves_nothing_behind(string[] arguments, int expected, string said)
    {
        var before = Directory.EnumerateFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();
        var (code, output, error) = Run([.. arguments.Select(argument => argument.Replace("{}", _folder.Path, StringComparison.Ordinal))]);
        Assert.Equal(expected, code);
        Assert.Contains(said, error, StringComparison.Ordinal);
        Assert.StartsWith("nitro-eif: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.True(output.Length == 0 || arguments.Length < 2, output);
        Assert.Equal(before, Directory.EnumerateFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("/../evil")]
    [InlineData("a/../../evil")]
    [InlineData("link/evil")]
    [InlineData("none/evil")]
    public void Unpacking_writes_nothing_outside_its_folder(string path)
    {
        Directory.CreateDirectory(_folder / "outside");
        var archive = new MemoryStream();
        Entry("a", 0x41ED, "");
        Entry("link", 0xA1FF, _folder / "outside");
        Entry(path, 0x81A4, "evil");
        Entry("TRAILER!!!", 0, "");
        var raw = RawImage.Usual();
        raw.Sections[4] = (RawImage.Ramdisk, 0, archive.ToArray());
        raw.Sections[3] = (RawImage.Ramdisk, 0, []);
        File.WriteAllBytes(_folder / "i.eif", raw.Build());
        var (code, _, error) = Run("extract", _folder / "i.eif", _folder / "out", "--files");
        Assert.Equal(1, code);
        Assert.Contains("cannot be unpacked", error, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories), file => file.EndsWith("evil", StringComparison.Ordinal));

        void Entry(string name, int mode, string content)
        {
            foreach (var text in new[]
            {
                string.Create(CultureInfo.InvariantCulture, $"07070100000001{mode:X8}0000000000000000{1:X8}00000000{content.Length:X8}{new string('0', 32)}{name.Length + 1:X8}00000000{name}\0"), content,
            })
            {
                archive.Write(Encoding.ASCII.GetBytes(text));
                archive.Write(new byte[(4 - (archive.Length & 3)) & 3]);
            }
        }
    }

    [Fact]
    public void A_bar_is_shown_to_a_person_and_to_nobody_else()
    {
        var clock = new Ticking();
        foreach (var interactive in new[] { true, false })
        {
            var errors = new StringWriter();
            using (var bar = new ProgressBar(new CommandContext(TextWriter.Null, errors, Stream.Null, clock, interactive), "measuring", 100))
            {
                bar.Report(50);
            }

            Assert.Equal(interactive, errors.ToString().Contains("50 %", StringComparison.Ordinal));
        }
    }

    private string[] Build(string output, params string[] more) =>
    [
        "build", "--output", _folder / output, "--kernel", _folder / "kernel", "--init", _folder / "init", "--module", _folder / "a.ko", "--rootfs", _folder / "root",
        "--cmd", "/bin/app", "--cmd=--flag", "--env", "A=1", "--name", "n", .. more.Length > 0 ? more : ["--cmdline", "console=ttyS0"],
    ];

    private static JsonObject Json(params string[] arguments)
    {
        var (code, output, error) = Run(arguments);
        Assert.True(code == 0, error);
        return JsonNode.Parse(output)!.AsObject();
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments) => Run(Stream.Null, arguments);

    private static (int Code, string Output, string Error) Run(Stream input, params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = new CommandLine(TimeProvider.System, interactive: false).Run(arguments, output, error, input);
        return (code, output.ToString(), error.ToString());
    }

    private sealed class Ticking : TimeProvider
    {
        private long _now;

        public override long GetTimestamp() => _now += TimestampFrequency;
    }
}

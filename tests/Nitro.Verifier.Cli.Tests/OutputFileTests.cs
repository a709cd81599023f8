using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Nitro.Verifier.Tests.Support;

namespace Nitro.Verifier.Cli.Tests;

/// <summary>What a command writes: never over what it read, whole or not at all.</summary>
public sealed class OutputFileTests : IDisposable
{
    private const int Done = 0, Usage = 2, Fault = 3;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nitro-output-");

    public OutputFileTests()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Directory.CreateDirectory(In("keys"));
        File.WriteAllText(In("keys/k.pem"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(In("root.pem"), PemEncoding.WriteString("CERTIFICATE", TestEnclave.Anchor.Der.Span));
        File.WriteAllText(In("p.json"), """{ "version": 1, "anyMeasurementsUnsafe": true, "trustAnchors": [{ "name": "own", "certificate": "root.pem" }] }""");
        File.WriteAllText(In("build.json"), $$"""{ "PCR0": "{{TestEnclave.Pcrs[0]}}", "PCR1": "{{TestEnclave.Pcrs[1]}}", "PCR2": "{{TestEnclave.Pcrs[2]}}" }""");
        File.CreateSymbolicLink(In("link"), "keys/k.pem");
        Directory.CreateSymbolicLink(In("folder"), "keys");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("keys/k.pem")]
    [InlineData("keys/../keys/k.pem")]
    [InlineData("link")]
    [InlineData("folder/k.pem")]
    [InlineData("hard")]
    [InlineData("p.json")]
    [InlineData("root.pem")]
    public void A_signed_policy_never_takes_the_place_of_what_it_is_made_of(string output)
    {
        HardLink("keys/k.pem", "hard");
        Refused("also an input", ["policy", "sign", In("p.json"), "--key", In("keys/k.pem"), "--version", "3", "-o", In(output)]);

        // And the other way round: the key is named through the link, the output is the file.
        Refused("also an input", ["policy", "sign", In("p.json"), "--key", In("link"), "--version", "3", "-o", In("folder/k.pem")]);
    }

    [Theory]
    [InlineData("build.json")]
    [InlineData("root.pem")]
    [InlineData("hard")]
    public void Nor_does_a_new_policy(string output)
    {
        HardLink("build.json", "hard");
        Refused("also an input", ["policy", "new", "--measurements", In("build.json"), "--trust-anchor", $"own={In("root.pem")}", "-o", In(output)]);
    }

    [Fact]
    public void An_older_output_is_replaced_through_its_link_and_keeps_its_permissions()
    {
        File.WriteAllText(In("keys/old"), "x");
        File.SetUnixFileMode(In("keys/old"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(In("out"), "keys/old");
        string[] sign = ["policy", "sign", In("p.json"), "--key", In("keys/k.pem"), "--version", "3", "-o", In("out")];
        Assert.Equal((Done, ""), (Run(sign).Code, Run(sign).Error));
        Assert.Equal("keys/old", new FileInfo(In("out")).LinkTarget);
        Assert.Equal(0x84, File.ReadAllBytes(In("keys/old"))[0]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(In("keys/old")));
        Assert.Equal(["k.pem", "old"], Directory.EnumerateFiles(In("keys")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void What_cannot_be_written_leaves_no_part_behind_and_is_told_in_our_words()
    {
        string[] create = ["policy", "new", "--measurements", In("build.json"), "-o"];
        Refused("there is no folder", [.. create, In("absent/p")]);
        Refused("a folder", [.. create, In("keys")]);
        Refused("empty", [.. create, ""]);
        Refused("no file's name", [.. create, "a\0b"]);
        if (!Environment.IsPrivilegedProcess)
        {
            File.SetUnixFileMode(In("keys"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
            Assert.Equal(Fault, Run([.. create, In("keys/p")]).Code);
            File.SetUnixFileMode(In("keys"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Assert.DoesNotContain(Directory.EnumerateFiles(_folder.FullName, "*", SearchOption.AllDirectories), file => file.EndsWith(".part", StringComparison.Ordinal));
    }

    [Fact]
    public void A_device_is_written_to_and_stays_one()
    {
        Assert.Equal(Done, Run("policy", "new", "--measurements", In("build.json"), "-o", "/dev/null").Code);
        Assert.False(FileIdentity.Of("/dev/null")!.Value.IsRegular);
    }

    private void Refused(string part, string[] arguments)
    {
        var before = Snapshot();
        var (code, error) = Run(arguments);
        Assert.Equal(Usage, code);
        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
        Assert.Equal(before, Snapshot());
    }

    private Dictionary<string, string> Snapshot() =>
        Directory.EnumerateFiles(_folder.FullName, "*", SearchOption.AllDirectories).ToDictionary(file => file, File.ReadAllText);

    private void HardLink(string existing, string name)
    {
        using var link = Process.Start("ln", [In(existing), In(name)]);
        link.WaitForExit();
        Assert.Equal(0, link.ExitCode);
    }

    private string In(string name) => Path.Combine(_folder.FullName, name);

    private static (int Code, string Error) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = CommandLine.Build(TimeProvider.System).Run(arguments, output, error, new MemoryStream(Encoding.UTF8.GetBytes("")));
        return (code, error.ToString());
    }
}

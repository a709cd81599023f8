using System.Diagnostics;
using Nitro.Enclave.Tests.Support;
using Nitro.Testing;

namespace Nitro.Enclave.Tests.Images;

/// <summary>
/// What the scripts of <c>eif-build/image</c> refuse, before anything is compiled or downloaded, and what they ask of programs that are not
/// here. They run in a tree of their own, with a lock of their own and stand-ins for the steps that compile; <c>make image</c> itself takes
/// minutes, and <c>make image-reproducible</c> tests it.
/// </summary>
public sealed class ImageScriptTests : IDisposable
{
    private const string Zero = "0000000000000000000000000000000000000000000000000000000000000000";

    private readonly TemporaryFolder _folder = new();

    private string _output = "";

    public ImageScriptTests()
    {
        var dockerfile = RepositoryRoot.Combine("eif-build", "Dockerfile");
        foreach (var path in Directory.EnumerateFiles(RepositoryRoot.Combine("eif-build", "image")).Append(dockerfile))
        {
            Write(Path.GetRelativePath(RepositoryRoot.Path, path), File.ReadAllText(path));
        }

        Write("eif-build/image.lock", "");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("digits", "not a model: digits")]
    [InlineData("=file.onnx", "not a model: =file.onnx")]
    [InlineData("digits=", "not a model: digits=")]
    [InlineData("--listen=tcp", "not a model: --listen=tcp")]
    [InlineData("*", "not a model: *")]
    [InlineData("a=absent.onnx", "the model file cannot be read: absent.onnx")]
    [InlineData("a=.", "the model file cannot be read: .")]
    [InlineData("a=with space.onnx", "the model file cannot be read: with")]
    [InlineData("a=m.onnx b=sub/m.onnx", "two models have the file name m.onnx")]
    public async Task A_model_that_no_image_could_hold_is_refused(string models, string error)
    {
        Write("m.onnx", "model");
        Write("sub/m.onnx", "model");
        Write("with space.onnx", "model");
        var result = await RunAsync("check-models.sh", ("MODEL", models));
        Assert.Equal(3, result.Status);
        Assert.StartsWith($"error: {error}\n", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_that_can_be_read_are_taken()
    {
        Write("m.onnx", "model");
        Write("ö'd\"d$x.onnx", "model");
        Assert.Equal((0, ""), await RunAsync("check-models.sh", ("MODEL", "a:1=m.onnx b=ö'd\"d$x.onnx")));
    }

    [Theory]
    [InlineData("KEY", "key.pem", "an image is signed with a key and its certificate")]
    [InlineData("BLOBS", "absent", "no bzImage in the blobs' folder absent")]
    [InlineData("BLOBS", "half", "no cmdline in the blobs' folder half")]
    [InlineData("PARENT_CID", "two", "not a CID: PARENT_CID=two")]
    [InlineData("PARENT_CID", "4294967295", "not a CID: PARENT_CID=4294967295")]
    [InlineData("PARENT_CID", "99999999999999999999", "not a CID: PARENT_CID=99999999999999999999")]
    public async Task A_setting_that_no_image_could_have_is_refused(string name, string value, string error)
    {
        Write("half/bzImage", "kernel");
        var result = await RunAsync("build.sh", (name, value));
        Assert.Equal(3, result.Status);
        Assert.StartsWith($"error: {error}\n", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<<<<<<< HEAD")]
    [InlineData("deb root libc6 1")]
    [InlineData($"deb root libc6 1 10 {Zero} pool/../../x.deb")]
    [InlineData($"deb root libc6 1 10 0{Zero} pool/x.deb")]
    [InlineData($"tar root libc6 1 10 {Zero} pool/x.tar")]
    [InlineData($"sdk root a 1 10 {Zero} a\nsdk root a 2 10 {Zero} a")]
    public async Task A_lock_with_a_line_that_pins_nothing_is_refused(string line)
    {
        Write("eif-build/image.lock", line + "\n");
        var result = await RunAsync("fetch.sh");
        Assert.Equal(3, result.Status);
        Assert.Contains($": {line.Split('\n')[^1]}\n", result.Errors, StringComparison.Ordinal);
        Assert.Contains("error: eif-build/image.lock has lines that pin nothing", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_a_pinned_input_is_gone_the_image_is_made_of_what_is_served_and_that_is_said()
    {
        Stand("fetch.sh", "exit 4");
        Stand("check-sdk.sh", "exit 0");
        var make = Program("make", "echo \"$2\" >> made");
        var result = await RunAsync("or-relock.sh", ("MAKE", make));
        Assert.Equal(0, result.Status);
        Assert.Equal("image-lock\nimage\n", File.ReadAllText(_folder.Path("made")));
        Assert.Contains("*** THIS IS NOT THE IMAGE THAT eif-build/image.lock PINNED", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "image\n")]
    [InlineData(3, "")]
    public async Task Nothing_is_pinned_anew_where_that_would_not_help(int status, string made)
    {
        Stand("fetch.sh", $"exit {status}");
        Stand("check-sdk.sh", "exit 0");
        Write("made", "");
        Assert.Equal((status, ""), await RunAsync("or-relock.sh", ("MAKE", Program("make", "echo \"$2\" >> made"))));
        Assert.Equal(made, File.ReadAllText(_folder.Path("made")));
    }

    /// <summary>Docker and nitro-cli are not here; what they are asked for is.</summary>
    [Fact]
    public async Task Docker_is_given_the_root_filesystem_and_its_whole_command_and_nitro_cli_the_image_that_comes_of_it()
    {
        Stand("fetch.sh", "exit 0");
        Stand("check-sdk.sh", "exit 0");
        Stand("check-models.sh", "exit 0");
        Stand(
            "rootfs.sh",
            "mkdir -p \"$1/app\"; echo program > \"$1/app/nitro-enclave\"; printf '%s\\n' /app/nitro-enclave --model 'a\"\\b=/models/m.onnx' > \"$2\"");
        Program(
            "docker",
            "[ \"$1\" = build ] || exit 0; echo \"$1 $2 $3\" > docker.txt; cp \"$4/Dockerfile\" Dockerfile.given; (cd \"$4\" && find . -type f) > context.txt");
        Program("nitro-cli", "echo \"$*\" > nitro-cli.txt; echo '{}'");
        Assert.Equal((0, ""), await RunAsync("nitro-cli.sh", ("OUTPUT", _folder.Path("out"))));
        Assert.Equal("build --tag nitro-enclave:latest\n", File.ReadAllText(_folder.Path("docker.txt")));
        Assert.Equal(["./Dockerfile", "./rootfs/app/nitro-enclave"], File.ReadAllLines(_folder.Path("context.txt")).Order(StringComparer.Ordinal));
        var lines = File.ReadAllLines(_folder.Path("Dockerfile.given")).Where(line => !line.StartsWith('#'));
        Assert.Equal(
            [
                "FROM scratch", "COPY rootfs/ /", "ENV ORT_DISABLE_TELEMETRY=1 DOTNET_EnableDiagnostics=0",
                """CMD ["/app/nitro-enclave", "--model", "a\"\\b=/models/m.onnx"]""",
            ],
            lines);
        Assert.Equal(
            $"build-enclave --docker-uri nitro-enclave:latest --output-file {_folder.Path("out/nitro-enclave-nitro-cli.eif")}\n",
            File.ReadAllText(_folder.Path("nitro-cli.txt")));
        Assert.Equal("{}\n", File.ReadAllText(_folder.Path("out/pcrs-nitro-cli.json")));
    }

    [Fact]
    public async Task After_pinning_anew_the_PCRs_stand_beside_those_of_the_image_before_and_nothing_of_that_one_stays()
    {
        foreach (var script in new[] { "fetch.sh", "check-sdk.sh", "check-models.sh" })
        {
            Stand(script, "exit 0");
        }

        Stand(
            "rootfs.sh",
            "mkdir -p \"$1/app\"; printf '#!/bin/sh\\nexit 127\\n' > \"$1/app/nitro-enclave\"; chmod 755 \"$1/app/nitro-enclave\"; " +
            "printf '%s\\n' /app/nitro-enclave --model a=/models/m.onnx > \"$2\"; echo A=1 > \"$3\"");
        Stand("boot.sh", "mkdir -p \"$1\"; echo cmdline > \"$1/cmdline\"; echo nsm > \"$1/order\"");
        Program("dotnet", """echo image > "$4"; printf '{\n"PCR0": "aa",\n"PCR1": "bb",\n"PCR2": "cc"\n}\n'""");
        Write("eif-build/image-contents.txt", "app/nitro-enclave\n");
        Write("Directory.Build.props", "<Version>1.2.3</Version>");
        Write("nitro-eif.dll", "");
        Write("out/pcrs-before.json", "{\n\"PCR0\": \"0a\",\n\"PCR1\": \"bb\",\n\"PCR2\": \"0c\"\n}\n");
        Write("out/policy.json", "of the image before");
        var result = await RunAsync("build.sh", ("BLOBS", "none"), ("OUTPUT", _folder.Path("out")), ("NITRO_EIF", _folder.Path("nitro-eif.dll")));
        Assert.Equal((0, ""), result);
        Assert.Contains("  PCR0 0a… -> aa…\n  PCR1 is as it was\n  PCR2 0c… -> cc…\n", _output, StringComparison.Ordinal);
        Assert.Contains("note: this kernel has been booted in QEMU only", _output, StringComparison.Ordinal);
        Assert.Equal(
            ["nitro-enclave.eif", "pcrs.json"],
            Directory.EnumerateFiles(_folder.Path("out")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.Path(name))!);
        File.WriteAllText(_folder.Path(name), text);
    }

    /// <summary>Puts other commands in the place of one of the scripts.</summary>
    private void Stand(string script, string commands) => Write($"eif-build/image/{script}", $"{commands}\n");

    /// <summary>A program that the scripts find before any other of its name.</summary>
    private string Program(string name, string commands)
    {
        Write($"bin/{name}", $"#!/bin/sh\n{commands}\n");
        File.SetUnixFileMode(_folder.Path($"bin/{name}"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return _folder.Path($"bin/{name}");
    }

    private async Task<(int Status, string Errors)> RunAsync(string script, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo("sh", [_folder.Path($"eif-build/image/{script}")])
        {
            WorkingDirectory = _folder.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in new[] { "MODEL", "BLOBS", "KEY", "CERTIFICATE", "PARENT_CID", "OUTPUT", "NITRO_EIF", "MAKEFLAGS", "MAKELEVEL" })
        {
            start.Environment.Remove(name);
        }

        start.Environment["PATH"] = $"{_folder.Path("bin")}:{start.Environment["PATH"]}";
        start.Environment["NITRO_IMAGE_INPUTS"] = _folder.Path("inputs");
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        _output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await errors);
    }
}

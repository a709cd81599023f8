using System.Diagnostics;
using Nitro.Attestation.Claims;
using Nitro.Enclave.Models;
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

    private const string DefaultSignals = "$(env --default-signal=PIPE true 2> /dev/null && echo env --default-signal=PIPE)";

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
    [InlineData("digits=", "not a model: digits=")]
    [InlineData("mine:=", "not a model: mine:=")]
    [InlineData("*", "not a model: *")]
    [InlineData("=m.onnx", "not a model's name: \"\"")]
    [InlineData("--listen=tcp", "not a model's name: \"--listen\"")]
    [InlineData("::1=m.onnx", "not a model's name: \"\"")]
    [InlineData("mine:=m.onnx", "not a model's version: \"\"")]
    [InlineData("mine:1:2=m.onnx", "not a model's version: \"1:2\"")]
    [InlineData("../x=m.onnx", "not a model's name: \"../x\"")]
    [InlineData("x:../y=m.onnx", "not a model's version: \"../y\"")]
    [InlineData("mi/ne=m.onnx", "not a model's name: \"mi/ne\"")]
    [InlineData("MÖDEL=m.onnx", "not a model's name: \"MÖDEL\"")]
    [InlineData("a;id=m.onnx", "not a model's name: \"a;id\"")]
    [InlineData("$(id)=m.onnx", "not a model's name: \"$(id)\"")]
    [InlineData("a=m.onnx b=m.onnx a:1=sub/m.onnx", "the model a version 1 is given twice")]
    [InlineData("a=absent.onnx", "the model file cannot be read: absent.onnx")]
    [InlineData("a=.", "the model file cannot be read: .")]
    [InlineData("a=with space.onnx", "the model file cannot be read: with", "rename the file, or link to it: ln -s")]
    [InlineData("a=b=m.onnx", "the model file cannot be read: b=m.onnx", "is there one = too many?")]
    public async Task A_model_that_no_image_could_hold_is_refused_before_anything_is_built(string models, string error, string hint = "expected ")
    {
        Write("m.onnx", "model");
        Write("sub/m.onnx", "model");
        Write("with space.onnx", "model");
        foreach (var arguments in new[] { "check-models.sh", "build.sh check" })
        {
            var result = await RunAsync(arguments, ("MODEL", models));
            Assert.Equal(3, result.Status);
            Assert.StartsWith($"error: {error}\n", result.Errors, StringComparison.Ordinal);
            Assert.Contains(hint, result.Errors, StringComparison.Ordinal);
        }
    }

    /// <summary>The scripts' rule and the enclave's are written twice, in two languages: here they are held against each other.</summary>
    [Fact]
    public async Task The_rule_for_names_and_versions_is_the_enclaves_own()
    {
        Write("m.onnx", "model");
        // Each character that a rule allows, or that is next to one that it allows, alone and after a letter.
        var characters = "-./09;@AZ[^_`az{+,*~é";
        string[] texts =
            [.. characters.Select(character => $"{character}"), .. characters.Select(character => $"a{character}"), new('a', 128), new('a', 129), ".."];
        foreach (var text in texts)
        {
            var model = text.Length == 2 ? $"a:{text}=m.onnx" : $"{text}=m.onnx";
            var taken = ModelSource.TryParse(model, out _, out _);
            var status = (await RunAsync("check-models.sh", ("MODEL", model))).Status;
            Assert.True(status == (taken ? 0 : 3), $"{model}: the enclave {(taken ? "takes" : "refuses")} it, and the script ends with {status}");
        }
    }

    [Theory]
    [InlineData(ModelManifest.MaximumEntries, 0)]
    [InlineData(ModelManifest.MaximumEntries + 1, 3)]
    public async Task As_many_models_are_taken_as_an_enclave_serves(int count, int status)
    {
        Write("m.onnx", "model");
        var models = string.Join(' ', Enumerable.Range(1, count).Select(version => $"a:{version}=m.onnx"));
        Assert.Equal(status, (await RunAsync("check-models.sh", ("MODEL", models))).Status);
    }

    [Fact]
    public async Task Models_that_can_be_read_are_taken_and_said()
    {
        Write("m.onnx", "model");
        Write("ö'd\"d$x.onnx", "model");
        Assert.Equal((0, ""), await RunAsync("check-models.sh", ("MODEL", "a:1=m.onnx b=ö'd\"d$x.onnx a-1:2=m.onnx a:1-2=m.onnx")));
        Assert.StartsWith(
            "Model: a:1, 5 bytes, SHA-256 9372c470eeadd5ec…, m.onnx\nModel: b:1, 5 bytes, SHA-256 9372c470eeadd5ec…, ö'd\"d$x.onnx\nModel: a-1:2, ",
            _output,
            StringComparison.Ordinal);
        Assert.DoesNotContain("default", _output, StringComparison.Ordinal);
    }

    /// <summary>Where make build has been, its simulated enclave is asked at once; only its "wrong usage" is a judgement of the model.</summary>
    [Theory]
    [InlineData(0, 0, "")]
    [InlineData(2, 3, "error: the enclave would not start with this model: The model \"a\" cannot be loaded.\n       expected ")]
    [InlineData(3, 0, "")]
    [InlineData(131, 0, "")]
    public async Task A_model_that_the_enclave_cannot_load_is_told_at_once_where_it_was_built_before(int said, int status, string error)
    {
        Write("m.onnx", "model");
        Write("enclave/Nitro.Enclave.Simulated/bin/Release/net10.0/nitro-enclave-simulated.dll", "");
        Program(
            "dotnet",
            "[ \"$2 $3 $4 $5 $6\" = 'describe --model a=m.onnx --model b=m.onnx' ] || exit 9; " +
            $"echo 'error: The model \"a\" cannot be loaded.' >&2; exit {said}");
        var result = await RunAsync("build.sh check", ("MODEL", "a=m.onnx b=m.onnx"));
        Assert.Equal(status, result.Status);
        Assert.StartsWith(error, result.Errors, StringComparison.Ordinal);
        Assert.Equal(error.Length > 0, result.Errors.Length > 0);
    }

    /// <summary>Whoever writes <c>model=…</c>, which make takes for a variable of another name, sees what is built.</summary>
    [Fact]
    public async Task Without_a_model_the_default_is_said_to_be_one()
    {
        Write("enclave/models/digits.onnx", "model");
        Assert.Equal((0, ""), await RunAsync("build.sh check", ("model", "a=m.onnx")));
        Assert.Contains("Model: digits:1, 5 bytes", _output, StringComparison.Ordinal);
        Assert.Contains("no MODEL is given: this is the default", _output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_versions_and_bytes_of_models_decide_what_is_measured_and_not_the_names_or_the_order_of_their_files()
    {
        Write("m.onnx", "one");
        Write("sub/other name.txt", "one");
        Write("two", "two");
        File.CreateSymbolicLink(_folder.Path("link"), "sub/other name.txt");
        var first = await PlaceAsync("first", "a-1:2=m.onnx a:1-2=two a=two");
        var second = await PlaceAsync("second", "a:1=two a-1:2=link a:1-2=two");
        Assert.Equal("--model\na-1:2=/models/a-1/2.onnx\n--model\na:1-2=/models/a/1-2.onnx\n--model\na:1=/models/a/1.onnx\n", first.Arguments);
        Assert.Equal(first.Arguments, second.Arguments);
        Assert.Equal(["a-1/2.onnx one", "a/1-2.onnx two", "a/1.onnx two"], first.Models);
        Assert.Equal(first.Models, second.Models);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_told_before_anything_is_built()
    {
        Write("enclave/models/digits.onnx", "model");
        Write("file", "");
        foreach (var (script, where) in new[] { ("build.sh check", "file/out"), ("tool.sh file/out/tool", "file/out") })
        {
            var result = await RunAsync(script, ("OUTPUT", _folder.Path("file/out")));
            Assert.Equal(3, result.Status);
            Assert.StartsWith($"error: the folder cannot be written: {_folder.Path(where)}\n       expected ", result.Errors, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("The user's home directory could not be determined. Set DOTNET_CLI_HOME.", 3, "error: dotnet does not start")]
    [InlineData("A compatible .NET SDK was not found.\nglobal.json file: /x/global.json", 4, "error: the .NET SDK is not the one")]
    public async Task Where_dotnet_fails_its_own_words_are_passed_on_unless_it_is_the_version(string words, int status, string error)
    {
        Program("dotnet", $"printf '%s\\n' \"{words}\"; exit 145");
        var result = await RunAsync("check-sdk.sh");
        Assert.Equal(status, result.Status);
        Assert.Contains(error, result.Errors, StringComparison.Ordinal);
        Assert.Equal(status == 3, result.Errors.Contains($"  dotnet: {words}\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_home_it_is_said_what_to_set()
    {
        var result = await RunAsync("check-sdk.sh", ("HOME", ""), ("XDG_CACHE_HOME", ""), ("NITRO_IMAGE_INPUTS", ""));
        Assert.Equal(3, result.Status);
        Assert.StartsWith("error: HOME is not set", result.Errors, StringComparison.Ordinal);
    }

    /// <summary>A reader that ends before the script does: what is printed then goes nowhere, and must not keep the folder from being removed.</summary>
    [Theory]
    [InlineData("true", "sleep 1")]
    [InlineData("true", "sleep 1; exit 0")] // then the next to print is build.sh
    [InlineData("true", "sleep 1; kill -TERM 0; sleep 30")]
    [InlineData("cat", "kill -TERM 0; sleep 30")]
    [InlineData("cat", "kill -HUP 0; sleep 30")]
    [InlineData("cat", "exit 3")]
    public async Task However_a_build_ends_nothing_stays_in_the_folder_for_temporary_files(string reader, string step)
    {
        Stand("check-sdk.sh", "exit 0");
        Stand("check-models.sh", "exit 0");
        Stand(
            "fetch.sh",
            "set -eu; root=$(pwd); . eif-build/image/common.sh; work_in_private; echo > \"$TMPDIR/of-dotnet\"; echo > started; " +
            $"{step}; say one; say two; exit 3");
        Write("nitro-eif.dll", "");
        Directory.CreateDirectory(_folder.Path("tmp"));

        // SIGPIPE as a terminal's shell has it: what runs the tests may ignore it, and its children then too. A group of its own, so that a signal to
        // all of it ends the build and not the tests; descriptor 3 is open until the last of it is gone.
        Write("eif-build/image/pipe.sh", $"exec {DefaultSignals} setsid sh -c 'exec 3>&1; sh eif-build/image/build.sh 2>&1 | {reader}'");
        await RunAsync(
            "pipe.sh", ("TMPDIR", _folder.Path("tmp")), ("NITRO_EIF", _folder.Path("nitro-eif.dll")), ("OUTPUT", _folder.Path("out")), ("BLOBS", "none"));
        Assert.True(File.Exists(_folder.Path("started")), _output);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path("tmp")));
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

    /// <summary>The arguments that these models give, and each one's place with its content.</summary>
    private async Task<(string Arguments, string[] Models)> PlaceAsync(string folder, string models)
    {
        var root = _folder.Path(folder);
        Assert.Equal((0, ""), await RunAsync($"place-models.sh {root}", ("MODEL", models)));
        var files = Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Select(file => $"{Path.GetRelativePath(root, file)} {File.ReadAllText(file)}");
        return (_output, [.. files.Order(StringComparer.Ordinal)]);
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
        var words = script.Split(' ');
        var start = new ProcessStartInfo("sh", [_folder.Path($"eif-build/image/{words[0]}"), .. words[1..]])
        {
            WorkingDirectory = _folder.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] settings =
            ["MODEL", "BLOBS", "KEY", "CERTIFICATE", "PARENT_CID", "OUTPUT", "NITRO_EIF", "MAKEFLAGS", "MAKELEVEL", "NITRO_PRIVATE_TMPDIR"];
        foreach (var name in settings)
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

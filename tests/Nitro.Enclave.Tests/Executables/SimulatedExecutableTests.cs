using System.Security.Cryptography;
using System.Text.Json;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Documents;
using Nitro.Enclave.Tests.Support;
using Nitro.Vsock;

namespace Nitro.Enclave.Tests.Executables;

public sealed class SimulatedExecutableTests : IDisposable
{
    private const string Project = "Nitro.Enclave.Simulated";
    private const string Executable = "nitro-enclave-simulated";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_says_that_it_is_ready_serves_and_stops_when_told()
    {
        var model = _folder.Write("m.onnx", TestModels.AddConstant(1));
        using var enclave = EnclaveProcess.Start(
            Project, Executable, Home, "--listen", Socket, "--model", $"add={model}", "--pki", _folder.Path("pki"), "--measurements", _folder.Path("image.json"));
        Assert.Equal($"ready {Socket}", await enclave.ReadLineAsync());
        var first = await DocumentAsync();
        Assert.True(first.IsIndefiniteMap);
        Assert.False(first.Pcrs.ShowDebugMode);

        // PCR0 to PCR2 are digests of a stated text, and the file says them as nitro-cli does.
        using var image = JsonDocument.Parse(await File.ReadAllBytesAsync(_folder.Path("image.json"), TestContext.Current.CancellationToken));
        foreach (var index in new[] { 0, 1, 2 })
        {
            var expected = Convert.ToHexStringLower(SHA384.HashData(System.Text.Encoding.UTF8.GetBytes($"simulated image PCR{index}")));
            Assert.Equal(expected, image.RootElement.GetProperty("Measurements").GetProperty($"PCR{index}").GetString());
            Assert.True(first.Pcrs.TryGet(index, out var value));
            Assert.Equal(expected, value.ToString());
        }

        enclave.Terminate();
        Assert.Equal(0, await enclave.WaitAsync());
        Assert.Null(await enclave.ReadLineAsync());
        Assert.False(File.Exists(_folder.Path("e.sock")));
        Assert.Contains("warn the NSM is simulated", enclave.Errors, StringComparison.Ordinal);
        Assert.Contains($" info PCR0 {image.RootElement.GetProperty("Measurements").GetProperty("PCR0").GetString()}\n", enclave.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("PCR8", enclave.Errors, StringComparison.Ordinal);

        // ONNX Runtime's telemetry would have kept a cache and a device id, had it not been turned off.
        Assert.Empty(Directory.EnumerateFileSystemEntries(Home));

        // Started again it has the same root and another key.
        using var again = EnclaveProcess.Start(
            Project, Executable, Home, "--listen", Socket, "--model", $"add={model}", "--pki", _folder.Path("pki"), "--debug-mode", "--payload", "definite", "--image", "release 2");
        Assert.Equal($"ready {Socket}", await again.ReadLineAsync());
        var second = await DocumentAsync();
        Assert.Equal(first.Cabundle[0].ToArray(), second.Cabundle[0].ToArray());
        Assert.NotEqual(first.PublicKey!.Value.ToArray(), second.PublicKey!.Value.ToArray());
        Assert.False(second.IsIndefiniteMap);
        Assert.True(second.Pcrs.ShowDebugMode);
        Assert.Contains("warn the enclave runs in debug mode", again.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_usage_and_a_wrong_environment_end_it_with_one_line_and_their_exit_codes()
    {
        var model = _folder.Write("m.onnx", TestModels.AddConstant(1));
        foreach (var (arguments, exitCode, message) in new (string[], int, string)[]
        {
            (["--listen", Socket, "--model", "add", "--pki", "p"], 2, "error: --model: a model is given as NAME[:VERSION]=PATH"),
            (["--listen", "tcp:80", "--model", $"add={model}", "--pki", _folder.Path("pki")], 2, "error: --listen: \"tcp:80\" is no address"),
            (["--listen", Socket, "--model", $"add={model}", "--pki", _folder.Path("pki"), "--threads", "0"], 2, "error: threads: expected 1 to 64, found 0."),
            (["--listen", Socket, "--model", $"add={model}", "--pki", _folder.Path("pki"), "--algorithm", "RS256"], 2, "error: --algorithm: expected ES256 or ES384"),
            (["--listen", Socket, "--model", "add=/nowhere/m.onnx", "--pki", _folder.Path("pki")], 2, "there is no such file"),
            (["--listen", Socket, "--model", $"add={model}", "--pki", "/proc/nowhere"], 3, "error: The simulated PKI in /proc/nowhere cannot be used"),
            (["--listen", "unix:/nowhere/e.sock", "--model", $"add={model}", "--pki", _folder.Path("pki")], 3, "its folder does not exist"),
        })
        {
            using var enclave = EnclaveProcess.Start(Project, Executable, Home, arguments);
            Assert.Equal(exitCode, await enclave.WaitAsync());
            Assert.Null(await enclave.ReadLineAsync());
            var line = Assert.Single(enclave.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries), one => one.StartsWith("error: ", StringComparison.Ordinal));
            Assert.Contains(message, line, StringComparison.Ordinal);
            Assert.DoesNotContain("Unhandled", enclave.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Each_mistake_on_the_command_line_has_a_line_and_the_last_leads_to_the_help()
    {
        using var enclave = EnclaveProcess.Start(Project, Executable, Home, "--model", "add=m.onnx", "--liste", "x");
        Assert.Equal(2, await enclave.WaitAsync());
        Assert.Equal(
            [
                "Try: nitro-enclave-simulated --help",
                "error: Option '--listen' is required.",
                "error: Option '--pki' is required.",
                "error: Unrecognized command or argument '--liste'.",
                "error: Unrecognized command or argument 'x'.",
            ],
            enclave.Errors.TrimEnd().Split('\n').Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task It_describes_what_it_would_attest_without_starting()
    {
        var model = _folder.Write("m.onnx", TestModels.AddConstant(1));
        string[] settings = ["--model", $"add:2={model}", "--threads", "2"];
        using var describing = EnclaveProcess.Start(Project, Executable, Home, ["describe", .. settings]);
        using var described = JsonDocument.Parse(await describing.ReadToEndAsync());
        Assert.Equal(0, await describing.WaitAsync());
        var entry = Assert.Single(described.RootElement.GetProperty("Models").EnumerateArray());
        Assert.Equal("add", entry.GetProperty("Name").GetString());
        Assert.Equal("2", entry.GetProperty("Version").GetString());
        Assert.Equal(Convert.ToHexStringLower(SHA384.HashData(TestModels.AddConstant(1))), entry.GetProperty("Digest").GetString());
        Assert.Equal("2", described.RootElement.GetProperty("Configuration").GetProperty("runtime.threads").GetString());

        using var enclave = EnclaveProcess.Start(Project, Executable, Home, ["--listen", Socket, "--pki", _folder.Path("pki"), .. settings]);
        Assert.Equal($"ready {Socket}", await enclave.ReadLineAsync());
        Assert.True(SessionStatement.TryParse((await DocumentAsync()).UserData!.Value.Span, out var statement, out _));
        Assert.Equal(described.RootElement.GetProperty("ConfigurationDigest").GetString(), statement!.Configuration.ToString());

        using var wrong = EnclaveProcess.Start(Project, Executable, Home, "describe", "--model", $"add={model}", "--threads", "0");
        Assert.Equal(2, await wrong.WaitAsync());
        Assert.Equal("error: threads: expected 1 to 64, found 0.", wrong.Errors.Trim());
    }

    private string Home => _folder.Path("home");

    private string Socket => "unix:" + _folder.Path("e.sock");

    private async Task<UnverifiedDocument> DocumentAsync()
    {
        using var client = new HttpClient(ChannelHttpHandler.Create(ChannelAddress.Parse(Socket)));
        using var json = JsonDocument.Parse(await client.GetByteArrayAsync(new Uri("http://enclave/v2/session"), TestContext.Current.CancellationToken));
        Assert.True(UnverifiedDocument.TryParse(json.RootElement.GetProperty("document").GetBytesFromBase64(), out var document, out _));
        return document!;
    }
}

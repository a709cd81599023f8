using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Nitro.Attestation.Inference;
using Nitro.Harness;
using Nitro.Models.Onnx;
using Nitro.OpenInference;

namespace Nitro.Emulator.Tests;

/// <summary>Machines that end and come back, large tensors, and vsock's own tests inside a guest.</summary>
public sealed class LifecycleTests : IDisposable
{
    private readonly Folder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_killed_machine_gives_callers_a_503_and_a_later_boot_recovers_with_a_new_session_key()
    {
        var image = Emulator.Image;
        await using var first = await Emulator.BootEnclaveAsync(image, _folder / "vm", Cancel);
        await using var host = await HostProcess.StartAsync(first.Address, _folder / "store", [], Cancel);
        using var http = host.CreateClient();
        var client = new InferenceClient(http);
        var before = await SessionAsync(client, 1);
        Assert.Equal(before, await SessionAsync(client, 2));

        await first.KillAsync();
        var refused = await client.AskAsync("digits", "1", Digits.Request(3), true, Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
        Assert.NotEmpty(refused.Error!);
        await first.DisposeAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.AskAsync("digits", "1", Digits.Request(4), true, Cancel)).Status);

        await using var second = await Emulator.BootEnclaveAsync(image, _folder / "vm", Cancel);
        Assert.NotEqual(before, await SessionAsync(client, 5));
    }

    [Fact]
    public async Task A_tensor_of_32_MB_goes_both_ways_intact()
    {
        var model = new OnnxModelBuilder("echo");
        model.Graph.Input("x", OnnxElementType.Float, "n");
        model.Graph.Output("y", OnnxElementType.Float, "n");
        model.Graph.Node("Identity", ["x"], ["y"]);
        Images.AddModel(Emulator.Image, _folder / "echo.eif", "echo", model.ToBytes());
        await using var enclave = await Emulator.BootEnclaveAsync(_folder / "echo.eif", _folder / "vm", Cancel, "--memory", "2048");
        await using var host = await HostProcess.StartAsync(enclave.Address, _folder / "store", [], Cancel);
        using var http = host.CreateClient();
        var values = new float[8_000_000];
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(values.AsSpan()));
        var data = MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
        var request = new InferRequest { Inputs = [Tensor.Create("x", Datatype.Fp32, [values.Length], data)], BinaryOutputDefault = true };
        var answer = await new InferenceClient(http).AskAsync("echo", "1", request, binary: true, Cancel);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Error);
        Assert.True(answer.Response!.Outputs.Single().Data.Span.SequenceEqual(data), "the tensor came back changed");
    }

    [Fact]
    public async Task The_socket_tests_pass_over_vsock_inside_a_guest()
    {
        var image = Emulator.Image;
        var tests = Environment.GetEnvironmentVariable("NITRO_EMULATOR_VSOCK_TESTS");
        Assert.SkipWhen(string.IsNullOrEmpty(tests), "needs Nitro.Vsock.Tests published for a guest: run `make test-emulator`");
        Images.ReplaceProgram(
            image,
            _folder / "vsock.eif",
            tests!,
            ["/app/Nitro.Vsock.Tests", "-noLogo", "-noColor", "-class", "Nitro.Vsock.Tests.ChannelTests", "-class", "Nitro.Vsock.Tests.KestrelTests", "-class", "Nitro.Vsock.Tests.ChannelAddressTests"],
            ["DOTNET_EnableDiagnostics=0", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1", "HOME=/tmp"]);
        await using var guest = await Emulator.BootAsync(
            _folder / "vsock.eif", _folder / "vm", (emulator, _) => Task.FromResult(emulator.Console.Contains("Total:", StringComparison.Ordinal)), Cancel, "--memory", "2560");
        var summary = guest.Console.Split('\n').First(line => line.Contains("Total:", StringComparison.Ordinal));
        Assert.True(summary.Contains("Errors: 0, Failed: 0, Skipped: 0", StringComparison.Ordinal), guest.Console);
        Assert.DoesNotContain("Total: 0", summary, StringComparison.Ordinal);
        await guest.EndedAsync(TimeSpan.FromSeconds(30), Cancel);
        Assert.Contains("init: /app/Nitro.Vsock.Tests ended with exit status 0", guest.Console, StringComparison.Ordinal);
    }

    /// <summary>The session whose key signed an answer.</summary>
    private static async Task<string> SessionAsync(InferenceClient client, int index)
    {
        var answer = await client.AskAsync("digits", "1", Digits.Request(index), true, Cancel);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Error);
        var evidence = await client.ReadEvidenceAsync(answer.EvidenceId!, Cancel);
        return Convert.ToHexString(EmulatedDocument.Read(evidence.Document).PublicKey!);
    }
}

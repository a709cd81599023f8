using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Inference;
using Nitro.Harness;
using Nitro.Models.Onnx;
using Nitro.OpenInference;

namespace Nitro.Emulator.Tests;

/// <summary>Machines that end and come back, large tensors, and vsock's own tests inside a guest.</summary>
public sealed class LifecycleTests : IDisposable
{
    private const int SumsWide = 1000, SumsHigh = 64;

    private readonly Folder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A guest has no python3 and no network interface, not even the loopback.</summary>
    private static readonly string[] WithoutWhatTheGuestLacks =
    [
        "-method-", "Nitro.Vsock.Tests.ChannelTests.A_socket_file_left_behind_is_taken_over",
        "-method-", "Nitro.Vsock.Tests.KestrelTests.A_channel_works_beside_a_tcp_listener",
    ];

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
    public async Task A_tensor_of_32_MB_goes_both_ways_intact_and_exact_answers_have_the_simulated_enclaves_digests()
    {
        Images.AddModels(Emulator.Image, _folder / "echo.eif", ("echo", Echo()), ("sums", Sums()));
        await using var enclave = await Emulator.BootEnclaveAsync(_folder / "echo.eif", _folder / "vm", Cancel, "--memory", "2048");
        await using var host = await HostProcess.StartAsync(enclave.Address, _folder / "store", [], Cancel);
        using var http = host.CreateClient();
        await CompareSumsAsync(new InferenceClient(http));
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
            ["/app/Nitro.Vsock.Tests", "-noLogo", "-noColor", "-class", "Nitro.Vsock.Tests.ChannelTests", "-class", "Nitro.Vsock.Tests.KestrelTests", "-class", "Nitro.Vsock.Tests.ChannelAddressTests", .. WithoutWhatTheGuestLacks],
            ["DOTNET_EnableDiagnostics=0", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1", "HOME=/tmp"]);
        await using var guest = await Emulator.BootAsync(
            _folder / "vsock.eif", _folder / "vm", (emulator, _) => Task.FromResult(emulator.Console.Contains("Total:", StringComparison.Ordinal)), Cancel, "--memory", "2560");
        var summary = guest.Console.Split('\n').First(line => line.Contains("Total:", StringComparison.Ordinal));
        Assert.True(summary.Contains("Errors: 0, Failed: 0, Skipped: 0", StringComparison.Ordinal), guest.Console);
        Assert.DoesNotContain("Total: 0", summary, StringComparison.Ordinal);
        await guest.EndedAsync(TimeSpan.FromSeconds(30), Cancel);
        Assert.Contains("init: /app/Nitro.Vsock.Tests ended with exit status 0", guest.Console, StringComparison.Ordinal);
    }

    private async Task CompareSumsAsync(InferenceClient emulated)
    {
        var file = _folder / "sums.onnx";
        await File.WriteAllBytesAsync(file, Sums(), Cancel);
        await using var simulated = await EnclaveProcess.StartAsync(_folder / "s.sock", _folder / "pki", [$"sums:1={file}"], [], Cancel);
        using var direct = simulated.CreateClient();
        foreach (var binary in new[] { true, false })
        {
            var values = Enumerable.Range(0, SumsWide).Select(value => (float)((value * 7919 % 201) - 100)).ToArray();
            var request = new InferRequest
            {
                Inputs = [Tensor.Create("x", Datatype.Fp32, [1, SumsWide], MemoryMarshal.AsBytes(values.AsSpan()).ToArray())],
                Nonce = RandomNumberGenerator.GetBytes(32),
            };
            var answer = await emulated.AskAsync("sums", "1", request, binary, Cancel);
            Assert.True(answer.Status == HttpStatusCode.OK, answer.Error);
            var expected = await new InferenceClient(direct).AskAsync("sums", "1", request, binary, Cancel);
            Assert.Equal(expected.Response!.ToOutput().Encode(), answer.Response!.ToOutput().Encode());

            // The same salts over the simulated enclave's input and output give the digests that the emulated one signed.
            var evidence = await emulated.ReadEvidenceAsync(answer.EvidenceId!, Cancel);
            Assert.True(Receipt.TryParse(evidence.Receipt.Span, out var receipt, out var error), error?.ToString());
            Assert.Equal(InferenceInput.ComputeDigest(request.ToInput().Encode(), evidence.InputSalt!.Value.Span), receipt!.Claim.Input);
            Assert.Equal(InferenceOutput.ComputeDigest(expected.Response.ToOutput().Encode(), evidence.OutputSalt!.Value.Span), receipt.Claim.Output);
        }
    }

    private static byte[] Echo()
    {
        var model = new OnnxModelBuilder("echo");
        model.Graph.Input("x", OnnxElementType.Float, "n");
        model.Graph.Output("y", OnnxElementType.Float, "n");
        model.Graph.Node("Identity", ["x"], ["y"]);
        return model.ToBytes();
    }

    /// <summary>A matrix of small whole numbers: every partial sum is below 2^24, so that no order of adding rounds anything.</summary>
    private static byte[] Sums()
    {
        var model = new OnnxModelBuilder("sums");
        model.Graph.Input("x", OnnxElementType.Float, 1, SumsWide);
        model.Graph.Output("y", OnnxElementType.Float, 1, SumsHigh);
        model.Graph.Initializer(OnnxTensor.Create<float>("w", [SumsWide, SumsHigh], [.. Enumerable.Range(0, SumsWide * SumsHigh).Select(value => (float)((value * 104_729 % 61) - 30))]));
        model.Graph.Node("MatMul", ["x", "w"], ["y"]);
        return model.ToBytes();
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

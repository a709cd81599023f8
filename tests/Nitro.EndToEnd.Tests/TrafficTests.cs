using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Nitro.Attestation.Inference;
using Nitro.Harness;
using Nitro.Models.Onnx;
using Nitro.OpenInference;
using Nitro.Verifier;

namespace Nitro.EndToEnd.Tests;

/// <summary>Two models, a large tensor, and everything that callers may send wrongly, through host and enclave as processes.</summary>
public sealed class TrafficTests
{
    private const int LargeElements = 5 * 1024 * 1024;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_models_answer_each_under_its_own_name_and_a_tensor_of_20_MB_comes_back_bit_for_bit()
    {
        await using var stage = new Stage();
        await File.WriteAllBytesAsync(stage.Path("echo.onnx"), Echo(), Cancel);
        stage.Models.Add($"echo:7={stage.Path("echo.onnx")}");
        var enclave = await stage.StartEnclaveAsync();
        var host = await stage.StartHostAsync(enclave);
        using var http = host.CreateClient();
        var client = new InferenceClient(http);
        var verifier = await stage.CreateVerifierAsync();

        var digit = Stage.DigitRequest(4, out var drawn);
        var first = await client.AskAsync(Stage.Digits, Stage.Version, digit, binary: true, Cancel);
        Assert.Equal(drawn, BitConverter.ToInt64(first.Response!.Outputs.Single(output => output.Name == "label").Data.Span));

        // Any bits: NaNs with payloads among them.
        var data = RandomNumberGenerator.GetBytes(LargeElements * sizeof(float));
        var large = new InferRequest { Inputs = [Tensor.Create("x", Datatype.Fp32, [LargeElements], data)], BinaryOutputDefault = true, Nonce = RandomNumberGenerator.GetBytes(64) };
        var second = await client.AskAsync("echo", "7", large, binary: true, Cancel);
        Assert.Equal(HttpStatusCode.OK, second.Status);
        Assert.True(second.Response!.Outputs[0].Data.Span.SequenceEqual(data));

        foreach (var (request, answer, other) in new[] { (digit, first, ("echo", "7")), (large, second, (Stage.Digits, Stage.Version)) })
        {
            var evidence = await client.ReadEvidenceAsync(answer.EvidenceId!, Cancel);
            var expected = Stage.Expect(request, answer.Response!);
            Assert.Null(verifier.VerifyEvidence(evidence, expected, ValidationTime.Archive).Failure);
            var under = expected with { Model = ModelExpectation.Named(other.Item1, other.Item2) };
            Assert.Equal(Check.ModelInManifest, verifier.VerifyEvidence(evidence, under, ValidationTime.Archive).Failure?.Check);
        }
    }

    [Fact]
    public async Task Bad_input_is_a_4xx_that_names_the_cause_and_the_enclave_lives_on()
    {
        await using var stage = new Stage();
        await File.WriteAllBytesAsync(stage.Path("echo.onnx"), Echo(), Cancel);
        stage.Models.Add($"echo:7={stage.Path("echo.onnx")}");
        var enclave = await stage.StartEnclaveAsync();
        var host = await stage.StartHostAsync(enclave, "--maximum-body", "1000000");
        using var http = host.CreateClient();
        const string Good = """{"name":"x","shape":[1],"datatype":"FP32","data":[1]}""";
        foreach (var (model, body, status, cause) in new[]
        {
            ("echo", "{\"inputs\":", 400, "not JSON"),
            ("echo", """{"inputs":[{"name":"x","shape":[2],"datatype":"FP32","data":[1]}]}""", 400, "asks for 2 elements"),
            ("echo", """{"inputs":[{"name":"x","shape":[1,1],"datatype":"FP32","data":[1]}]}""", 400, "x"),
            ("echo", """{"inputs":[{"name":"x","shape":[1],"datatype":"FLOAT","data":[1]}]}""", 400, "unknown datatype"),
            ("echo", """{"inputs":[{"name":"x","shape":[1],"datatype":"INT64","data":[1]}]}""", 400, "FP32"),
            ("none", $$"""{"inputs":[{{Good}}]}""", 404, "none"),
            ("echo/versions/8", $$"""{"inputs":[{{Good}}]}""", 404, "8"),
            ("echo", """{"inputs":[]}""", 400, "x"),
            ("echo", $$"""{"inputs":[{{Good}},{{Good}}]}""", 400, "twice"),
            ("echo", $$"""{"inputs":[{{Good}}],"parameters":{"temperature":1} }""", 400, "temperature"),
            ("echo", $$"""{"inputs":[{{Good}}],"outputs":[{"name":"z"}]}""", 400, "z"),
            ("echo", """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[NaN]}]}""", 400, "binary"),
            ("echo", """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[Infinity]}]}""", 400, "binary"),
            ("echo", $$"""{"inputs":[{{Good}}],"parameters":{"nonce":"{{Convert.ToBase64String(new byte[65])}}"} }""", 400, "at most 64"),
            ("echo", new string(' ', 1_000_001), 413, "1000000"),
        })
        {
            using var answer = await http.PostAsync(new Uri($"v2/models/{model}/infer", UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"), Cancel);
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel));
            var error = json.RootElement.GetProperty("error").GetString()!;
            Assert.True(status == (int)answer.StatusCode, $"{body[..Math.Min(body.Length, 100)]}: {(int)answer.StatusCode} {error}");
            Assert.Contains(cause, error, StringComparison.Ordinal);
        }

        // A non-finite output asked for as JSON is an error that names binary output.
        var infinite = new InferRequest { Inputs = [Tensor.Create("x", Datatype.Fp32, [1], BitConverter.GetBytes(float.PositiveInfinity))] };
        var refused = await new InferenceClient(http).AskAsync("echo", "7", infinite, binary: true, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains("binary", refused.Error, StringComparison.Ordinal);
        var alive = await new InferenceClient(http).AskAsync("echo", "7", infinite with { BinaryOutputDefault = true }, binary: true, Cancel);
        Assert.Equal(HttpStatusCode.OK, alive.Status);
        Assert.True(enclave.Process.IsRunning);
    }

    private static byte[] Echo()
    {
        var model = new OnnxModelBuilder("echo");
        model.Graph.Input("x", OnnxElementType.Float, "n");
        model.Graph.Output("y", OnnxElementType.Float, "n");
        model.Graph.Node("Identity", ["x"], ["y"]);
        return model.ToBytes();
    }
}

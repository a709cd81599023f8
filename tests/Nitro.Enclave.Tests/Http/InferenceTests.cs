using System.Net;
using System.Text;
using Nitro.Attestation;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Documents;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Attestation.Inference;
using Nitro.Enclave.Http;
using Nitro.Enclave.Tests.Support;
using Nitro.OpenInference;

namespace Nitro.Enclave.Tests.Http;

public sealed class InferenceTests
{
    public static TheoryData<int, Datatype> EveryType => new()
    {
        { TestModels.Bool, Datatype.Bool },
        { TestModels.Uint8, Datatype.Uint8 },
        { TestModels.Uint16, Datatype.Uint16 },
        { TestModels.Uint32, Datatype.Uint32 },
        { TestModels.Uint64, Datatype.Uint64 },
        { TestModels.Int8, Datatype.Int8 },
        { TestModels.Int16, Datatype.Int16 },
        { TestModels.Int32, Datatype.Int32 },
        { TestModels.Int64, Datatype.Int64 },
        { TestModels.Float, Datatype.Fp32 },
        { TestModels.Double, Datatype.Fp64 },
        { TestModels.String, Datatype.Bytes },
    };

    [Theory]
    [MemberData(nameof(EveryType))]
    public async Task Every_datatype_goes_in_and_comes_out_in_JSON_and_in_binary(int type, Datatype datatype)
    {
        await using var enclave = await RunningEnclave.StartAsync(TestModels.Identity(type));
        var input = datatype switch
        {
            Datatype.Bool => Tensor.Create("x", datatype, [2, 2], new byte[] { 1, 0, 0, 1 }),
            Datatype.Bytes => Tensors.Texts("x", [2, 2], "", "a\"b\\c\n", "häß \U0001F600", new string('z', 5000)),
            Datatype.Fp32 => Tensors.Of("x", datatype, [2, 2], 0.1f, -0f, float.MaxValue, float.Epsilon),
            Datatype.Fp64 => Tensors.Of("x", datatype, [2, 2], 0.1, -0d, double.MaxValue, double.Epsilon),
            _ => Tensor.Create("x", datatype, [2, 2], Extremes(datatype)),
        };
        var claims = new List<Claim>();
        foreach (var (binaryIn, binaryOut) in new[] { (false, false), (false, true), (true, false), (true, true) })
        {
            var answer = await enclave.InferAsync(new InferRequest { Inputs = [input], BinaryOutputDefault = binaryOut }, binaryIn);
            Assert.Equal(datatype, answer.Output.Datatype);
            Assert.Equal([2, 2], answer.Output.Shape);
            Assert.Equal(input.Data.ToArray(), answer.Output.Data.ToArray());
            claims.Add(answer.Claim);
        }

        Assert.Equal([0UL, 1, 2, 3], claims.Select(claim => claim.Sequence));
        Assert.Equal(4, claims.Select(claim => claim.Input).Distinct().Count());

        static byte[] Extremes(Datatype datatype)
        {
            var size = datatype.ElementSize();
            var data = new byte[4 * size];
            data.AsSpan(size, size).Fill(0xff);
            data.AsSpan(2 * size, size)[size - 1] = 0x80;
            data.AsSpan(3 * size, size).Fill(0xff);
            data.AsSpan(3 * size, size)[size - 1] = 0x7f;
            return data;
        }
    }

    [Fact]
    public async Task Binary_tensors_carry_any_bits()
    {
        await using var floats = await RunningEnclave.StartAsync(TestModels.Identity(TestModels.Float));
        var odd = Tensors.Of("x", Datatype.Fp32, [1, 4], 0x7fc00001u, 0xff800000u, 0x7f800000u, 0xffffffffu);
        var answer = await floats.InferAsync(new InferRequest { Inputs = [odd], BinaryOutputDefault = true }, binary: true);
        Assert.Equal(odd.Data.ToArray(), answer.Output.Data.ToArray());

        await using var strings = await RunningEnclave.StartAsync(TestModels.Identity(TestModels.String));
        var raw = Tensors.Bytes("x", [1, 3], [0xff, 0x00, 0xfe], [], [0]);
        answer = await strings.InferAsync(new InferRequest { Inputs = [raw], BinaryOutputDefault = true }, binary: true);
        Assert.Equal(raw.Data.ToArray(), answer.Output.Data.ToArray());
    }

    [Fact]
    public async Task Several_inputs_outputs_and_forms_in_one_request()
    {
        await using var enclave = await RunningEnclave.StartAsync(TestModels.SumAndDifference());
        Tensor[] inputs =
        [
            Tensors.Of("flag", Datatype.Bool, [1], false), Tensors.Of("b", Datatype.Int64, [2, 2], 1L, 2, 3, 4), Tensors.Of("a", Datatype.Int64, [2, 2], 10L, 20, 30, 40),
        ];
        var all = await enclave.InferAsync(new InferRequest { Id = "request 7", Inputs = inputs });
        Assert.Equal("request 7", all.Response.Id);
        Assert.Equal(["sum", "difference", "unflag"], all.Response.Outputs.Select(output => output.Name));

        var some = await enclave.InferAsync(new InferRequest { Inputs = inputs, Outputs = [new("unflag", Binary: true), new("sum", Binary: false)] });
        Assert.Equal(["unflag", "sum"], some.Response.Outputs.Select(output => output.Name));
        Assert.Equal([1], some.Response.Outputs[0].Values<byte>());
        Assert.Equal([11, 22, 33, 44], some.Response.Outputs[1].Values<long>());
        Assert.Null(some.Response.Id);
    }

    [Fact]
    public async Task Shapes_that_a_model_leaves_open_may_differ_each_time()
    {
        await using var enclave = await RunningEnclave.StartAsync(TestModels.Identity(TestModels.Int32));
        foreach (var (rows, columns) in new[] { (1, 1), (3, 2), (0, 5), (1, 1000), (0, 0) })
        {
            var answer = await enclave.InferAsync(new InferRequest { Inputs = [Tensors.Of("x", Datatype.Int32, [rows, columns], new int[rows * columns])] }, binary: columns == 2);
            Assert.Equal([rows, columns], answer.Output.Shape);
        }
    }

    [Fact]
    public async Task Two_models_and_versions_are_told_apart_in_answers_and_claims()
    {
        await using var enclave = await RunningEnclave.StartAsync(new Dictionary<string, byte[]>
        {
            ["add:1"] = TestModels.AddConstant(1),
            ["add:10"] = TestModels.AddConstant(10),
            ["add:9"] = TestModels.AddConstant(9),
            ["same"] = TestModels.AddConstant(1),
        });
        var request = new InferRequest { Inputs = [Tensors.Floats("x", 0)] };
        foreach (var (path, version, expected) in new[]
        {
            ("v2/models/add/infer", "10", 10f), ("v2/models/add/versions/1/infer", "1", 1f), ("v2/models/add/versions/9/infer", "9", 9f), ("v2/models/same/infer", "1", 1f),
        })
        {
            var answer = await enclave.InferAsync(request, path: path);
            Assert.Equal([expected], answer.Output.Values<float>());
            Assert.Equal(version, answer.Response.ModelVersion);
            Assert.Equal(Sha384Digest.Of(TestModels.AddConstant(expected)), answer.Claim.Model);
        }
    }

    [Fact]
    public async Task Answers_chain_and_never_repeat_a_salt()
    {
        await using var enclave = await RunningEnclave.StartAsync(TestModels.AddConstant(1));
        var answers = new List<RunningEnclave.VerifiedAnswer>();
        for (var number = 0; number < 8; number++)
        {
            answers.Add(await enclave.InferAsync(new InferRequest { Inputs = [Tensors.Floats("x", 1)], Nonce = new byte[number * 9] }));
        }

        Assert.Equal(Enumerable.Range(0, 8).Select(number => (ulong)number), answers.Select(answer => answer.Claim.Sequence));
        Assert.Equal(default, answers[0].Claim.Previous);
        Assert.All(answers.Zip(answers.Skip(1)), pair => Assert.Equal(Sha384Digest.Of(pair.First.Receipt.Envelope.Payload.Span), pair.Second.Claim.Previous));
        Assert.Equal(16, answers.SelectMany(answer => new[] { answer.InputSalt, answer.OutputSalt }).Select(Convert.ToHexString).Distinct().Count());
        Assert.All(answers, answer => Assert.Null(answer.Response.Evidence));
    }

    [Fact]
    public async Task Session_evidence_holds_all_that_a_verifier_needs()
    {
        await using var enclave = await RunningEnclave.StartAsync(TestModels.AddConstant(1));
        var request = new InferRequest { Inputs = [Tensors.Floats("x", 1)], Evidence = EvidenceRequest.Session, Nonce = "n"u8.ToArray() };
        var answer = await enclave.InferAsync(request);
        Assert.True(Evidence.TryParse(Encoding.UTF8.GetBytes(answer.Response.Evidence!), out var evidence, out _));
        Assert.Equal(EvidenceKind.Session, evidence!.Kind);
        Assert.Equal(answer.Receipt.Bytes.ToArray(), evidence.Receipt.ToArray());
        Assert.Equal(answer.Document.Bytes.ToArray(), evidence.Document.ToArray());
        Assert.Equal(enclave.Workload.Manifest.Encode(), evidence.Manifest.ToArray());
        Assert.Equal(enclave.Workload.Configuration.Encode(), evidence.Configuration.ToArray());
        Assert.Equal(answer.InputSalt, evidence.InputSalt!.Value.ToArray());
        Assert.Equal(answer.OutputSalt, evidence.OutputSalt!.Value.ToArray());
        Assert.Equal(request.ToInput().Encode(), evidence.Input!.Value.ToArray());
        Assert.Equal(answer.Response.ToOutput().Encode(), evidence.Output!.Value.ToArray());
    }

    [Fact]
    public async Task Direct_evidence_is_a_document_over_the_claim_with_the_callers_nonce()
    {
        await using var enclave = await RunningEnclave.StartAsync(TestModels.AddConstant(1));
        foreach (var nonce in new byte[][] { [], [7], new byte[64] })
        {
            var answer = await enclave.InferAsync(new InferRequest { Inputs = [Tensors.Floats("x", 1)], Evidence = EvidenceRequest.Direct, Nonce = nonce }, binary: true);
            Assert.True(Evidence.TryParse(Encoding.UTF8.GetBytes(answer.Response.Evidence!), out var evidence, out _));
            Assert.Equal(EvidenceKind.Direct, evidence!.Kind);
            Assert.Equal(0, evidence.Receipt.Length);
            Assert.True(UnverifiedDocument.TryParse(evidence.Document.Span, out var direct, out _));
            Assert.Equal(answer.Receipt.Envelope.Payload.ToArray(), direct!.UserData!.Value.ToArray());
            Assert.Equal(nonce, direct.Nonce.GetValueOrDefault().ToArray());
            Assert.Equal(answer.Document.PublicKey!.Value.ToArray(), direct.PublicKey!.Value.ToArray());
            Assert.True(direct.TimestampMs >= (long)answer.Claim.IssuedAtMs);
        }
    }

    [Fact]
    public async Task Evidence_repeats_small_contents_only()
    {
        await using var enclave = await RunningEnclave.StartAsync(TestModels.Identity(TestModels.Uint8));
        foreach (var (size, repeated) in new[] { (InferenceEndpoint.InlineContent / 2 - 100, true), (InferenceEndpoint.InlineContent / 2, false) })
        {
            var request = new InferRequest
            {
                Inputs = [Tensor.Create("x", Datatype.Uint8, [1, size], new byte[size])],
                Evidence = EvidenceRequest.Session,
                BinaryOutputDefault = true,
            };
            var answer = await enclave.InferAsync(request, binary: true);
            Assert.True(Evidence.TryParse(Encoding.UTF8.GetBytes(answer.Response.Evidence!), out var evidence, out _));
            Assert.Equal(repeated, evidence!.Input.HasValue);
            Assert.Equal(repeated, evidence.Output.HasValue);
            Assert.Equal(answer.InputSalt, evidence.InputSalt!.Value.ToArray());
        }
    }

    [Fact]
    public async Task The_protocols_other_resources_are_there()
    {
        await using var enclave = await RunningEnclave.StartAsync(new Dictionary<string, byte[]>
        {
            ["sums:2"] = TestModels.SumAndDifference(),
            ["sums:1"] = TestModels.SumAndDifference(),
            ["any"] = TestModels.Unranked(TestModels.String),
        });
        var (status, server) = await enclave.GetAsync("v2");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("nitro-enclave", server.GetProperty("name").GetString());
        Assert.Equal(["binary_tensor_data"], server.GetProperty("extensions").EnumerateArray().Select(one => one.GetString()));
        Assert.True((await enclave.GetAsync("v2/health/live")).Body.GetProperty("live").GetBoolean());
        Assert.True((await enclave.GetAsync("v2/health/ready")).Body.GetProperty("ready").GetBoolean());
        Assert.True((await enclave.GetAsync("v2/models/sums/ready")).Body.GetProperty("ready").GetBoolean());
        Assert.Equal("sums", (await enclave.GetAsync("v2/models/sums/versions/1/ready")).Body.GetProperty("name").GetString());

        var model = (await enclave.GetAsync("v2/models/sums")).Body;
        Assert.Equal("onnxruntime_onnx", model.GetProperty("platform").GetString());
        Assert.Equal(["2", "1"], model.GetProperty("versions").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal(
            """[{"name":"a","datatype":"INT64","shape":[2,-1]},{"name":"b","datatype":"INT64","shape":[2,-1]},{"name":"flag","datatype":"BOOL","shape":[1]}]""",
            model.GetProperty("inputs").GetRawText());
        Assert.Equal(["sum", "difference", "unflag"], model.GetProperty("outputs").EnumerateArray().Select(one => one.GetProperty("name").GetString()));
        Assert.Equal("""[{"name":"x","datatype":"BYTES"}]""", (await enclave.GetAsync("v2/models/any/versions/1")).Body.GetProperty("inputs").GetRawText());
    }

    [Fact]
    public async Task Session_documents_are_had_by_digest_or_fresh_with_a_nonce()
    {
        await using var enclave = await RunningEnclave.StartAsync(TestModels.AddConstant(1));
        var current = (await enclave.GetAsync("v2/session")).Body;
        var digest = Sha384Digest.Of(current.GetProperty("document").GetBytesFromBase64());
        Assert.Equal(current.GetRawText(), (await enclave.GetAsync($"v2/session/{digest}")).Body.GetRawText());
        Assert.Equal(current.GetRawText(), (await enclave.GetAsync($"v2/session/{digest.ToString().ToUpperInvariant()}")).Body.GetRawText());
        var (status, body) = await enclave.GetAsync($"v2/session/{Sha384Digest.Of("another"u8)}");
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.StartsWith("no session document of the digest ", body.GetProperty("error").GetString(), StringComparison.Ordinal);
        (status, body) = await enclave.GetAsync("v2/session/abc");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("a session document's digest has 96 hexadecimal digits; found \"abc\"", body.GetProperty("error").GetString());

        foreach (var nonce in new byte[][] { [0xfb, 0xff, 0xfe], new byte[64], [] })
        {
            (status, body) = await enclave.GetAsync($"v2/attestation?nonce={System.Buffers.Text.Base64Url.EncodeToString(nonce)}");
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.True(UnverifiedDocument.TryParse(body.GetProperty("document").GetBytesFromBase64(), out var document, out _));
            Assert.Equal(nonce, document!.Nonce.GetValueOrDefault().ToArray());
            Assert.True(SessionStatement.TryParse(document.UserData!.Value.Span, out var statement, out _));
            Assert.Equal(enclave.Workload.Manifest.Digest, statement!.Models);
            Assert.Equal(enclave.Workload.Manifest.Encode(), body.GetProperty("manifest").GetBytesFromBase64());
        }
    }

    [Fact]
    public async Task A_session_that_cannot_sign_answers_503_and_comes_back()
    {
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await using var enclave = await RunningEnclave.StartAsync(TestModels.AddConstant(1), time: time);
        enclave.Nsm.Before = _ => throw new IOException("the device is gone");
        await AdvanceAsync(time, TimeSpan.FromMinutes(61));
        var request = new InferRequest { Inputs = [Tensors.Floats("x", 1)] };
        using (var refused = await enclave.PostAsync(request))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.True(refused.Headers.RetryAfter!.Delta > TimeSpan.Zero);
            Assert.Contains("the session document is ", await RunningEnclave.ReadErrorAsync(refused), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await enclave.GetAsync("v2/health/ready")).Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await enclave.GetAsync("v2/models/model/ready")).Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await enclave.GetAsync("v2/attestation")).Status);
        Assert.Equal(HttpStatusCode.OK, (await enclave.GetAsync("v2/health/live")).Status);
        enclave.Nsm.Before = null;
        await AdvanceAsync(time, TimeSpan.FromMinutes(2));
        Assert.Equal(0UL, (await enclave.InferAsync(request)).Claim.Sequence);
    }

    [Fact]
    public async Task Direct_evidence_from_a_failing_NSM_is_503_and_the_enclave_goes_on()
    {
        await using var enclave = await RunningEnclave.StartAsync(TestModels.AddConstant(1));
        var request = new InferRequest { Inputs = [Tensors.Floats("x", 1)] };
        enclave.Nsm.Before = _ => throw new IOException("/dev/nsm is gone");
        using (var refused = await enclave.PostAsync(request with { Evidence = EvidenceRequest.Direct }))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Equal("the NSM gives no attestation document now; try again later", await RunningEnclave.ReadErrorAsync(refused));
        }

        var answer = await enclave.InferAsync(request);
        Assert.Equal([2f], answer.Output.Values<float>());
    }

    private static async Task AdvanceAsync(ManualTime time, TimeSpan by)
    {
        for (var step = TimeSpan.Zero; step < by; step += TimeSpan.FromMinutes(1))
        {
            time.Advance(TimeSpan.FromMinutes(1));
            for (var patience = 0; time.Waiting == 0 && patience < 5000; patience++)
            {
                await Task.Delay(1, TestContext.Current.CancellationToken);
            }
        }
    }
}

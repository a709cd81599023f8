using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Nitro.Attestation.Inference;
using Nitro.Enclave.Tests.Support;
using Nitro.OpenInference;

namespace Nitro.Enclave.Tests.Http;

/// <summary>Whatever callers send, over real HTTP: a refusal that names the cause, and an enclave that goes on.</summary>
public sealed class BadInputTests
{
    private const string Infer = "v2/models/model/infer";
    private const string Sound = """{"inputs":[{"name":"indices","datatype":"INT64","shape":[1],"data":[0]}]}""";

    public static TheoryData<string, int, string> Bodies => new()
    {
        { "", 400, "JSON" },
        { "{", 400, "JSON" },
        { "[]", 400, "object" },
        { "null", 400, "object" },
        { "{}", 400, "inputs is missing" },
        { Sound + "x", 400, "JSON" },
        { Sound.Replace("INT64", "INT65", StringComparison.Ordinal), 400, "INT65" },
        { Sound.Replace("INT64", "FP16", StringComparison.Ordinal), 400, "FP16" },
        { Sound.Replace("INT64", "INT32", StringComparison.Ordinal), 400, "input \"indices\": expected datatype INT64, found INT32" },
        { Sound.Replace("[1]", "[2]", StringComparison.Ordinal), 400, "indices" },
        { Sound.Replace("[1]", "[1,1]", StringComparison.Ordinal), 400, "expected shape [-1] (-1: any size), found [1,1]" },
        { Sound.Replace("[1]", "[-1]", StringComparison.Ordinal), 400, "indices" },
        { Sound.Replace("[1]", "[99999999999999999999]", StringComparison.Ordinal), 400, "shape" },
        { Sound.Replace("[1]", "[2147483647,2147483647]", StringComparison.Ordinal), 400, "indices" },
        { Sound.Replace("[0]", "[NaN]", StringComparison.Ordinal), 400, "JSON" },
        { Sound.Replace("[0]", "[1e999]", StringComparison.Ordinal), 400, "indices" },
        { Sound.Replace("[0]", "[0.5]", StringComparison.Ordinal), 400, "indices" },
        { Sound.Replace("[0]", "[\"0\"]", StringComparison.Ordinal), 400, "indices" },
        { Sound.Replace("\"indices\"", "\"other\"", StringComparison.Ordinal), 400, "unknown input \"other\": the model \"model\" takes \"indices\"" },
        { """{"inputs":[]}""", 400, "the input \"indices\" (INT64 [-1]) is missing" },
        { Doubled(), 400, "indices" },
        { With("\"outputs\":[{\"name\":\"z\"}]"), 400, "unknown output \"z\": the model \"model\" gives \"y\"" },
        { With("\"outputs\":[{\"name\":\"y\"},{\"name\":\"y\"}]"), 400, "twice" },
        { With("\"parameters\":{\"temperature\":1}"), 400, "temperature" },
        { With("\"parameters\":{\"evidence\":\"sealed\"}"), 400, "sealed" },
        { With("\"parameters\":{\"nonce\":\"not base64!\"}"), 400, "nonce" },
        { With($"\"parameters\":{{\"nonce\":\"{Convert.ToBase64String(new byte[65])}\"}}"), 400, "65 bytes" },
        { With("\"extra\":1"), 400, "extra" },
        { With("\"id\":\"a\",\"id\":\"b\""), 400, "id" },
        { With($"\"id\":\"{new string('i', 257)}\""), 400, "id" },
        { Sound.Replace("[0]", "[3]", StringComparison.Ordinal), 422, "cannot process this input: " },
        { Sound.Replace("[0]", "[-9223372036854775808]", StringComparison.Ordinal), 422, "cannot process this input: " },
        { new string('[', 100_000), 400, "" },
        { "{\"inputs\":" + new string('[', 5000) + new string(']', 5000) + "}", 400, "" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_body_that_is_no_question_to_this_model_is_refused(string body, int status, string cause)
    {
        await using var enclave = await RunningEnclave.StartAsync(TestModels.Lookup());
        var (found, error) = await enclave.RefusedAsync(Post(Infer, Encoding.UTF8.GetBytes(body)));
        Assert.Equal(status, (int)found);
        Assert.Contains(cause, error, StringComparison.Ordinal);
        Assert.True(error.Length < 1000, error);

        // No number was spent on the refusal.
        Assert.Equal(0UL, (await enclave.InferAsync(new InferRequest { Inputs = [Tensors.Longs("indices", 0)] })).Claim.Sequence);
        Assert.DoesNotContain("fail", enclave.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "", 404, "nothing is at \"/\"")]
    [InlineData("GET", "v1/models/model", 404, "nothing is at")]
    [InlineData("GET", "v2/", 404, "nothing is at")]
    [InlineData("GET", "v2/models", 404, "nothing is at")]
    [InlineData("GET", "v2/models/model/", 404, "nothing is at")]
    [InlineData("GET", "v2/models/model/versions", 404, "nothing is at")]
    [InlineData("GET", "v2//models/model", 404, "nothing is at")]
    [InlineData("GET", "V2/health/live", 404, "nothing is at")]
    [InlineData("GET", "v2/models/other", 404, "there is no model \"other\"")]
    [InlineData("GET", "v2/models/MODEL", 404, "there is no model \"MODEL\"")]
    [InlineData("GET", "v2/models/model%2Finfer", 404, "there is no model")]
    [InlineData("GET", "v2/models/%0a%1b[31m", 404, "there is no model")]
    [InlineData("GET", "v2/models/model/versions/2", 404, "the model \"model\" has no version \"2\"; it has 1")]
    [InlineData("POST", "v2/models/other/infer", 404, "there is no model \"other\"")]
    [InlineData("POST", "v2/models/model/versions/2/infer", 404, "has no version \"2\"")]
    [InlineData("POST", "v2/models/model/generate", 404, "nothing is at")]
    [InlineData("GET", "v2/models/model/infer", 405, "GET is not for this path; use POST")]
    [InlineData("PUT", "v2/models/model/infer", 405, "use POST")]
    [InlineData("POST", "v2/models/model", 405, "use GET")]
    [InlineData("POST", "v2/session", 405, "use GET")]
    [InlineData("DELETE", "v2", 405, "use GET")]
    [InlineData("POST", "v2/attestation", 405, "use GET")]
    [InlineData("INVENTED", "v2/health/live", 405, "INVENTED is not for this path")]
    [InlineData("GET", "v2/attestation?nonce=!", 400, "nonce: expected 0 to 64 bytes in base64url")]
    [InlineData("GET", "v2/attestation?nonce=AA==", 400, "without padding")]
    [InlineData("GET", "v2/attestation?nonce=A", 400, "nonce: expected")]
    [InlineData("GET", "v2/attestation?nonce=a%20b", 400, "nonce: expected")]
    [InlineData("GET", "v2/attestation?nonce=AA&nonce=AA", 400, "once")]
    [InlineData("GET", "v2/attestation?user_data=AA", 400, "unknown query parameter \"user_data\"; only nonce is known")]
    public async Task A_path_or_method_that_leads_nowhere_says_so(string method, string path, int status, string cause)
    {
        await using var enclave = await RunningEnclave.StartAsync(TestModels.Lookup());
        var (found, error) = await enclave.RefusedAsync(new HttpRequestMessage(new HttpMethod(method), new Uri("http://enclave/" + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true })));
        Assert.Equal(status, (int)found);
        Assert.Contains(cause, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_nonce_has_64_bytes_at_most()
    {
        await using var enclave = await RunningEnclave.StartAsync(TestModels.Lookup());
        var request = new InferRequest { Inputs = [Tensors.Longs("indices", 0)], Nonce = new byte[64] };
        Assert.Equal(64, (await enclave.InferAsync(request)).Claim.Nonce.Length);
        Assert.Equal(HttpStatusCode.OK, (await enclave.GetAsync($"v2/attestation?nonce={new string('A', 86)}")).Status);
        var (status, _) = await enclave.RefusedAsync(new HttpRequestMessage(HttpMethod.Get, $"v2/attestation?nonce={new string('A', 87)}"));
        Assert.Equal(HttpStatusCode.BadRequest, status);
    }

    [Fact]
    public async Task A_method_that_is_not_for_a_path_is_told_which_is()
    {
        await using var enclave = await RunningEnclave.StartAsync(TestModels.Lookup());
        using var answer = await enclave.Client.GetAsync(new Uri(Infer, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal("POST", Assert.Single(answer.Content.Headers.Allow));
        using var head = new HttpRequestMessage(HttpMethod.Head, "v2/health/live");
        using var headAnswer = await enclave.Client.SendAsync(head, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, headAnswer.StatusCode);
    }

    [Theory]
    [InlineData("Inference-Header-Content-Length", "-1")]
    [InlineData("Inference-Header-Content-Length", "1e1")]
    [InlineData("Inference-Header-Content-Length", "99999999999999999999")]
    [InlineData("Inference-Header-Content-Length", "1000000")]
    [InlineData("Inference-Header-Content-Length", "5")]
    [InlineData("Inference-Header-Content-Length", "")]
    public async Task A_wrong_length_of_the_JSON_part_is_refused(string name, string value)
    {
        await using var enclave = await RunningEnclave.StartAsync(TestModels.Lookup());
        var request = Post(Infer, Encoding.UTF8.GetBytes(Sound));
        request.Content!.Headers.TryAddWithoutValidation(name, value);
        var (status, _) = await enclave.RefusedAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, status);
    }

    [Fact]
    public async Task Encoded_bodies_are_refused()
    {
        await using var enclave = await RunningEnclave.StartAsync(TestModels.Lookup());
        var request = Post(Infer, Encoding.UTF8.GetBytes(Sound));
        request.Content!.Headers.ContentEncoding.Add("gzip");
        var (status, error) = await enclave.RefusedAsync(request);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, status);
        Assert.Contains("\"gzip\"", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_JSON_cannot_carry_is_an_error_that_names_binary_output()
    {
        await using var enclave = await RunningEnclave.StartAsync(TestModels.DivideByZero());
        var request = new InferRequest { Inputs = [Tensors.Floats("x", 1, -1, 0)] };
        using (var refused = await enclave.PostAsync(request))
        {
            Assert.InRange((int)refused.StatusCode, 400, 499);
            var error = await RunningEnclave.ReadErrorAsync(refused);
            Assert.Contains("\"y\"", error, StringComparison.Ordinal);
            Assert.Contains("binary", error, StringComparison.Ordinal);
        }

        var answer = await enclave.InferAsync(request with { BinaryOutputDefault = true });
        var values = answer.Output.Values<float>();
        Assert.Equal([float.PositiveInfinity, float.NegativeInfinity], values[..2]);
        Assert.True(float.IsNaN(values[2]));
        Assert.Equal(0UL, answer.Claim.Sequence);
    }

    [Fact]
    public async Task A_body_has_a_limit_whether_it_says_its_length_or_not()
    {
        await using var enclave = await RunningEnclave.StartAsync(TestModels.Identity(TestModels.Uint8), settings => settings with { MaximumBodyBytes = 100_000 });
        foreach (var chunked in new[] { false, true })
        {
            using (var fits = await enclave.Client.SendAsync(Padded(100_000, chunked), TestContext.Current.CancellationToken))
            {
                Assert.Equal(HttpStatusCode.OK, fits.StatusCode);
            }

            foreach (var size in new[] { 100_001, 5_000_000 })
            {
                var (status, error) = await enclave.RefusedAsync(Padded(size, chunked));
                Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
                Assert.Equal("the request's body has more than 100000 bytes, which is the most that this enclave takes", error);
            }
        }

        static HttpRequestMessage Padded(int size, bool chunked)
        {
            var json = """{"inputs":[{"name":"x","datatype":"UINT8","shape":[1,1],"data":[1]}]}""";
            var request = Post(Infer, Encoding.UTF8.GetBytes(json.PadRight(size)));
            request.Headers.TransferEncodingChunked = chunked;
            return request;
        }
    }

    [Fact]
    public async Task Tensors_have_a_limit_of_their_own()
    {
        // JSON can say more tensor in fewer bytes, and a model can answer more than it was asked.
        await using var enclave = await RunningEnclave.StartAsync(TestModels.Identity(TestModels.Double), settings => settings with { MaximumTensorBytes = 8_000 });
        Assert.Equal(8000, (await enclave.InferAsync(new InferRequest { Inputs = [Tensors.Of("x", Datatype.Fp64, [1, 1000], new double[1000])] })).Output.Data.Length);
        using (var refused = await enclave.PostAsync(new InferRequest { Inputs = [Tensors.Of("x", Datatype.Fp64, [1, 1001], new double[1001])] }))
        {
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
            Assert.Equal("the inputs have 8008 bytes as tensors, of which 8000 is the most that this enclave takes", await RunningEnclave.ReadErrorAsync(refused));
        }

        await using var filling = await RunningEnclave.StartAsync(TestModels.Fill(), settings => settings with { MaximumTensorBytes = 8_000 });
        using (var refused = await filling.PostAsync(new InferRequest { Inputs = [Tensors.Longs("shape", 2001)] }))
        {
            Assert.Equal(HttpStatusCode.InternalServerError, refused.StatusCode);
            Assert.Contains("the output \"y\" has 8004 bytes or more", await RunningEnclave.ReadErrorAsync(refused), StringComparison.Ordinal);
        }

        Assert.Equal(8000, (await filling.InferAsync(new InferRequest { Inputs = [Tensors.Longs("shape", 2000)] })).Output.Data.Length);
    }

    [Fact]
    public async Task A_shape_that_asks_for_all_memory_does_not_get_it()
    {
        await using var enclave = await RunningEnclave.StartAsync(TestModels.Fill());
        foreach (var shape in new long[][] { [1 << 20, 1 << 20], [long.MaxValue], [-1], [1 << 30] })
        {
            using var refused = await enclave.PostAsync(new InferRequest { Inputs = [Tensors.Longs("shape", shape)] });
            Assert.True(refused.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.UnprocessableEntity, refused.StatusCode.ToString());
            await RunningEnclave.ReadErrorAsync(refused);
        }

        Assert.Equal(4, (await enclave.InferAsync(new InferRequest { Inputs = [Tensors.Longs("shape", 1)] })).Output.Data.Length);
    }

    [Fact]
    public async Task A_run_without_end_is_ended()
    {
        await using var enclave = await RunningEnclave.StartAsync(TestModels.Loop(), settings => settings with { MaximumDuration = TimeSpan.FromSeconds(1), ConcurrentRuns = 1 });
        using (var refused = await enclave.PostAsync(new InferRequest { Inputs = [Tensors.Of("count", Datatype.Int64, [], long.MaxValue)] }))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Equal("the request took longer than 1 s", await RunningEnclave.ReadErrorAsync(refused));
        }

        Assert.Equal(0UL, (await enclave.InferAsync(new InferRequest { Inputs = [Tensors.Of("count", Datatype.Int64, [], 3L)] })).Claim.Sequence);
    }

    [Fact]
    public async Task Callers_who_leave_stop_their_runs_and_take_nothing_along()
    {
        await using var enclave = await RunningEnclave.StartAsync(TestModels.Loop(), settings => settings with { ConcurrentRuns = 1, MaximumRequests = 8 });
        for (var caller = 0; caller < 12; caller++)
        {
            using var leave = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
            var endless = new InferRequest { Inputs = [Tensors.Of("count", Datatype.Int64, [], long.MaxValue)] }.Encode(binary: false);
            using var content = new ReadOnlyMemoryContent(endless.Body);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => enclave.Client.PostAsync(new Uri(Infer, UriKind.Relative), content, leave.Token));
        }

        // The one place to run and the places to wait are free again.
        Assert.Equal(0UL, (await enclave.InferAsync(new InferRequest { Inputs = [Tensors.Of("count", Datatype.Int64, [], 3L)] })).Claim.Sequence);
    }

    [Fact]
    public async Task Connections_that_break_or_stall_do_no_harm()
    {
        await using var enclave = await RunningEnclave.StartAsync(TestModels.Lookup());
        string[] beginnings =
        [
            "", "G", "\0\0\0\0", "\u0016\u0003\u0001 TLS", "GET", "GET / HTTP/1.1\r\n", "GET / HTTP/9.9\r\n\r\n",
            "POST /v2/models/model/infer HTTP/1.1\r\nHost: e\r\nContent-Length: 1000\r\n\r\n{",
            "POST /v2/models/model/infer HTTP/1.1\r\nHost: e\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "POST /v2/models/model/infer HTTP/1.1\r\nHost: e\r\nContent-Length: -5\r\n\r\n",
            "POST /v2/models/model/infer HTTP/1.1\r\nHost: e\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "GET /v2 HTTP/1.1\r\nHost: e\r\n" + string.Concat(Enumerable.Range(0, 100).Select(number => $"X-{number}: y\r\n")) + "\r\n",
            "GET /" + new string('a', 10_000) + " HTTP/1.1\r\nHost: e\r\n\r\n",
        ];
        var stalled = new List<Socket>();
        foreach (var beginning in beginnings)
        {
            foreach (var leave in new[] { true, false })
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(enclave.Address.ToEndPoint(), TestContext.Current.CancellationToken);
                await socket.SendAsync(Encoding.Latin1.GetBytes(beginning), TestContext.Current.CancellationToken);
                if (leave)
                {
                    socket.Dispose();
                }
                else
                {
                    stalled.Add(socket);
                }
            }
        }

        Assert.Equal(0UL, (await enclave.InferAsync(new InferRequest { Inputs = [Tensors.Longs("indices", 0)] })).Claim.Sequence);
        stalled.ForEach(socket => socket.Dispose());
        Assert.Equal(1UL, (await enclave.InferAsync(new InferRequest { Inputs = [Tensors.Longs("indices", 0)] })).Claim.Sequence);
        Assert.DoesNotContain("fail", enclave.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Random_bytes_never_get_more_than_a_reason()
    {
        await using var enclave = await RunningEnclave.StartAsync(TestModels.Lookup());
        var random = new Random(7);
        var sound = Encoding.UTF8.GetBytes(Sound);
        for (var round = 0; round < 200; round++)
        {
            var body = (byte[])sound.Clone();
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                body[random.Next(body.Length)] = (byte)random.Next(256);
            }

            var request = Post(Infer, body[..random.Next(body.Length + 1)]);
            if (round % 3 == 0)
            {
                request.Content!.Headers.Add(NitroHeaders.InferenceHeaderContentLength, random.Next(body.Length + 2).ToString(CultureInfo.InvariantCulture));
            }

            using (request)
            {
                using var answer = await enclave.Client.SendAsync(request, TestContext.Current.CancellationToken);
                if (answer.StatusCode != HttpStatusCode.OK)
                {
                    Assert.InRange((int)answer.StatusCode, 400, 499);
                    await RunningEnclave.ReadErrorAsync(answer);
                }
            }
        }

        Assert.DoesNotContain("fail", enclave.Output, StringComparison.Ordinal);
    }

    private static HttpRequestMessage Post(string path, byte[] body) => new(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };

    private static string With(string member) => Sound[..^1] + "," + member + "}";

    private static string Doubled()
    {
        const string Input = """{"name":"indices","datatype":"INT64","shape":[1],"data":[0]}""";
        return $$"""{"inputs":[{{Input}},{{Input}}]}""";
    }
}

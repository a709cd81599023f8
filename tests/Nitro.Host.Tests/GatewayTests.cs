using System.Net;
using System.Security.Cryptography;
using Nitro.Attestation;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Attestation.Inference;
using Nitro.OpenInference;

namespace Nitro.Host.Tests;

public sealed class GatewayTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_answer_comes_with_an_id_under_which_all_of_its_evidence_is_found(bool binary)
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var request = GatewayFixture.Request();
        var (status, id, _) = await fixture.AskAsync(request, binary);
        Assert.Equal(HttpStatusCode.OK, status);
        var evidence = await fixture.ReadEvidenceAsync(id!);
        Assert.Equal(EvidenceKind.Session, evidence.Kind);
        Assert.True(evidence.Document.Span.SequenceEqual(fixture.Enclave.Document.Span));
        Assert.Equal(FakeEnclave.Manifest.Encode(), evidence.Manifest.ToArray());
        Assert.Equal(request.ToInput().Encode(), evidence.Input!.Value.ToArray());
        Assert.True(Attestation.Claims.Receipt.TryParse(evidence.Receipt.Span, out var receipt, out _));
        Assert.Equal(receipt!.Claim.Input, InferenceInput.ComputeDigest(evidence.Input.Value.Span, evidence.InputSalt!.Value.Span));
        Assert.Equal(receipt.Claim.Output, InferenceOutput.ComputeDigest(evidence.Output!.Value.Span, evidence.OutputSalt!.Value.Span));
    }

    [Fact]
    public async Task Direct_evidence_that_was_asked_for_is_kept()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var (_, id, _) = await fixture.AskAsync(GatewayFixture.Request(evidence: EvidenceRequest.Direct));
        var evidence = await fixture.ReadEvidenceAsync(id!);
        Assert.Equal(EvidenceKind.Direct, evidence.Kind);
        Assert.True(evidence.Receipt.IsEmpty);
        Assert.True(Attestation.Claims.Claim.TryParse(evidence.Document.Span, out _, out _));
    }

    [Fact]
    public async Task Without_content_the_salts_alone_are_kept()
    {
        await using var fixture = await GatewayFixture.StartAsync(settings => settings with { KeepContent = false });
        var evidence = await fixture.ReadEvidenceAsync((await fixture.AskAsync()).Id!);
        Assert.Null(evidence.Input);
        Assert.Null(evidence.Output);
        Assert.NotNull(evidence.InputSalt);
    }

    [Fact]
    public async Task Evidence_is_found_after_a_restart_and_while_the_enclave_is_gone()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var (_, id, _) = await fixture.AskAsync();
        await fixture.Enclave.StopAsync();
        await fixture.Server.DisposeAsync();
        await fixture.StartServerAsync();
        Assert.False((await fixture.ReadEvidenceAsync(id!)).Receipt.IsEmpty);
    }

    [Fact]
    public async Task An_enclave_that_is_gone_gives_a_503_that_names_it_and_one_that_returns_is_found()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await fixture.AskAsync()).Status);
        await fixture.Enclave.StopAsync();
        var (status, id, body) = await fixture.AskAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Null(id);
        Assert.Contains("is the enclave running?", GatewayFixture.Error(body), StringComparison.Ordinal);
        Assert.Contains("no evidence exists for this request", GatewayFixture.Error(body), StringComparison.Ordinal);
        await fixture.Enclave.StartAsync(fixture.EnclaveAddress);
        Assert.Equal(HttpStatusCode.OK, (await fixture.AskAsync()).Status);
    }

    [Fact]
    public async Task An_enclave_that_dies_in_the_middle_of_its_answer_gives_a_503()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        fixture.Enclave.Instead = async context =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.Body.WriteAsync(new byte[10]);
            await context.Response.Body.FlushAsync();
            context.Abort();
        };
        var (status, _, body) = await fixture.AskAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("stopped in the middle", GatewayFixture.Error(body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_enclave_that_hangs_gives_a_503_within_the_deadline()
    {
        await using var fixture = await GatewayFixture.StartAsync(settings => settings with { Deadline = TimeSpan.FromSeconds(1) });
        fixture.Enclave.Instead = context => Task.Delay(TimeSpan.FromSeconds(30), context.RequestAborted);
        var (status, _, body) = await fixture.AskAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("no answer within 1 s", GatewayFixture.Error(body), StringComparison.Ordinal);
    }

    public static TheoryData<string, string> SpoiltHeaders => new()
    {
        { NitroHeaders.Receipt + "=", "header Nitro-Receipt is missing" },
        { NitroHeaders.Receipt + "=?", "Nitro-Receipt is no base64" },
        { NitroHeaders.Receipt + "=AAAA", "Nitro-Receipt is no receipt" },
        { NitroHeaders.InputSalt + "=", "header Nitro-Input-Salt is missing" },
        { NitroHeaders.InputSalt + "=AAAA", "Nitro-Input-Salt has 3 bytes instead of 32" },
        { NitroHeaders.InputSalt + "=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "its receipt is about another input" },
        { NitroHeaders.OutputSalt + "=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "its receipt is about another output" },
        { NitroHeaders.SessionDocument + "=", "Nitro-Session-Document is missing" },
        { NitroHeaders.SessionDocument + "=" + new string('0', 96), "does not have the session document" },
    };

    [Theory]
    [MemberData(nameof(SpoiltHeaders))]
    public async Task An_answer_without_usable_evidence_is_withheld(string header, string message)
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var (name, value) = (header[..header.IndexOf('=', StringComparison.Ordinal)], header[(header.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        fixture.Enclave.Spoil = headers => headers[name] = value.Length == 0 ? default : value;
        var (status, id, body) = await fixture.AskAsync();
        Assert.Equal(HttpStatusCode.BadGateway, status);
        Assert.Null(id);
        Assert.Contains(message, GatewayFixture.Error(body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receipt_over_another_input_or_a_document_of_another_digest_is_withheld()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        fixture.Enclave.OtherInput = GatewayFixture.Request(7).ToInput();
        Assert.Contains("about another input", GatewayFixture.Error((await fixture.AskAsync()).Body), StringComparison.Ordinal);
        fixture.Enclave.OtherInput = null;
        fixture.Enclave.OtherDocument = [1, 2, 3];
        Assert.Contains("another session document", GatewayFixture.Error((await fixture.AskAsync()).Body), StringComparison.Ordinal);
        fixture.Enclave.OtherDocument = null;
        Assert.Equal(HttpStatusCode.OK, (await fixture.AskAsync()).Status);
    }

    [Fact]
    public async Task An_error_of_the_enclaves_reaches_the_caller_as_it_is()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        fixture.Enclave.Instead = async context =>
        {
            context.Response.StatusCode = 404;
            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync("{\"error\":\"there is no model x\"}"u8.ToArray());
        };
        var (status, id, body) = await fixture.AskAsync();
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Null(id);
        Assert.Equal("there is no model x", GatewayFixture.Error(body));
    }

    [Fact]
    public async Task Sixty_four_callers_share_transactions_and_fetch_the_session_once_or_so()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var ids = (await Task.WhenAll(Enumerable.Range(0, 256).Select(number => fixture.AskAsync(GatewayFixture.Request((byte)number))))).Select(one => one.Id!).ToArray();
        Assert.Equal(256, ids.Distinct().Count());
        Assert.InRange(fixture.Server.Store.Transactions, 1, 255);
        Assert.InRange(fixture.Enclave.SessionRequests, 1, 8);
        Assert.Equal(2, fixture.Server.Store.ReadPragma("synchronous"));
        for (var number = 0; number < ids.Length; number += 51)
        {
            Assert.Equal(GatewayFixture.Request((byte)number).ToInput().Encode(), (await fixture.ReadEvidenceAsync(ids[number])).Input!.Value.ToArray());
        }
    }

    [Fact]
    public async Task A_tensor_of_twenty_megabytes_travels_and_is_kept()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        var data = RandomNumberGenerator.GetBytes(20 * 1024 * 1024);
        var request = new InferRequest { Inputs = [Tensor.Create("x", Datatype.Fp32, [5 * 1024 * 1024], data)], BinaryOutputDefault = true };
        var (status, id, body) = await fixture.AskAsync(request, binary: true);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.True(body.Length > data.Length);
        Assert.Equal(Sha384Digest.Of(request.ToInput().Encode()), Sha384Digest.Of((await fixture.ReadEvidenceAsync(id!)).Input!.Value.Span));
    }

    [Fact]
    public async Task A_store_that_is_full_withholds_the_answer_with_a_503_and_keeps_what_it_has()
    {
        await using var fixture = await GatewayFixture.StartAsync(settings => settings with { MaximumStorePages = 40 });
        var first = await fixture.AskAsync();
        Assert.Equal(HttpStatusCode.OK, first.Status);
        var large = new InferRequest { Inputs = [Tensor.Create("x", Datatype.Uint8, [400_000], new byte[400_000])], BinaryOutputDefault = true };
        var (status, id, body) = await fixture.AskAsync(large, binary: true);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Null(id);
        Assert.Contains("could not store the evidence", GatewayFixture.Error(body), StringComparison.Ordinal);
        Assert.Contains("full", Assert.Single(fixture.Reported), StringComparison.OrdinalIgnoreCase);
        Assert.NotNull(await fixture.ReadEvidenceAsync(first.Id!));
        Assert.Equal(HttpStatusCode.OK, (await fixture.AskAsync()).Status);
    }

    [Theory]
    [InlineData("GET", "v2/evidence/00000000000000000000000000000000", 404)]
    [InlineData("GET", "v2/evidence/0", 400)]
    [InlineData("GET", "v2/evidence/0000000000000000000000000000000A", 400)]
    [InlineData("GET", "v2/evidence/..%2f..%2fetc%2fpasswd", 400)]
    [InlineData("GET", "v2/evidence/00000000000000000000000000000000'--", 400)]
    [InlineData("POST", "v2/evidence/00000000000000000000000000000000", 405)]
    [InlineData("GET", "v2/models/echo/infer", 405)]
    [InlineData("DELETE", "v2", 405)]
    [InlineData("GET", "", 404)]
    [InlineData("GET", "metrics", 404)]
    [InlineData("GET", "v2/models/a/b/c/d/e", 404)]
    [InlineData("GET", "v2/health/live", 200)]
    [InlineData("GET", "v2/health/ready", 200)]
    public async Task Every_path_has_its_status_and_errors_are_json(string method, string path, int status)
    {
        await using var fixture = await GatewayFixture.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        using var answer = await fixture.Http.SendAsync(request, Cancel);
        Assert.Equal(status, (int)answer.StatusCode);
        if (status != 200)
        {
            Assert.NotEmpty(GatewayFixture.Error(await answer.Content.ReadAsByteArrayAsync(Cancel)));
        }
    }

    [Fact]
    public async Task Bad_requests_are_refused_before_the_enclave_sees_them()
    {
        await using var fixture = await GatewayFixture.StartAsync(settings => settings with { MaximumBody = 1000 });
        fixture.Enclave.Instead = _ => throw new InvalidOperationException("the enclave was asked");
        using var malformed = await fixture.Http.PostAsync(new Uri("v2/models/echo/infer", UriKind.Relative), new StringContent("{"), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, malformed.StatusCode);
        using var large = await fixture.Http.PostAsync(new Uri("v2/models/echo/infer", UriKind.Relative), new ByteArrayContent(new byte[1001]), Cancel);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        Assert.Contains("at most 1000", GatewayFixture.Error(await large.Content.ReadAsByteArrayAsync(Cancel)), StringComparison.Ordinal);
        using var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.Add(NitroHeaders.InferenceHeaderContentLength, "-1");
        using var header = await fixture.Http.PostAsync(new Uri("v2/models/echo/infer", UriKind.Relative), content, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, header.StatusCode);
    }

    [Fact]
    public async Task A_token_is_asked_for_everywhere_but_for_health()
    {
        await using var fixture = await GatewayFixture.StartAsync(settings => settings with { Token = "0123456789abcdef" });
        foreach (var path in new[] { "v2", "v2/evidence/00000000000000000000000000000000", "v2/session" })
        {
            using var answer = await fixture.Http.GetAsync(new Uri(path, UriKind.Relative), Cancel);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
        }

        Assert.Equal(HttpStatusCode.Unauthorized, (await fixture.AskAsync()).Status);
        using var health = await fixture.Http.GetAsync(new Uri("v2/health/live", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        fixture.Http.DefaultRequestHeaders.Authorization = new("Bearer", "0123456789abcdeX");
        Assert.Equal(HttpStatusCode.Unauthorized, (await fixture.AskAsync()).Status);
        fixture.Http.DefaultRequestHeaders.Authorization = new("Bearer", "0123456789abcdef");
        Assert.Equal(HttpStatusCode.OK, (await fixture.AskAsync()).Status);
    }

    [Fact]
    public async Task More_callers_than_turns_wait_and_then_are_told_to_come_again()
    {
        await using var fixture = await GatewayFixture.StartAsync(settings => settings with { MaximumConcurrency = 1, MaximumWait = TimeSpan.FromMilliseconds(200) });
        var release = new TaskCompletionSource();
        fixture.Enclave.Instead = async context =>
        {
            await release.Task;
            context.Response.StatusCode = 400;
            await context.Response.Body.WriteAsync("{\"error\":\"released\"}"u8.ToArray());
        };
        var first = fixture.AskAsync();
        await Task.Delay(100, Cancel);
        var (status, _, body) = await fixture.AskAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("ask again", GatewayFixture.Error(body), StringComparison.Ordinal);
        release.SetResult();
        Assert.Equal(HttpStatusCode.BadRequest, (await first).Status);
    }
}

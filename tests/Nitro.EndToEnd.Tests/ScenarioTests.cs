using System.Net;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Harness;
using Nitro.OpenInference;
using Nitro.Verifier;

namespace Nitro.EndToEnd.Tests;

/// <summary>The main job with real processes, and what may go wrong around it.</summary>
public sealed class ScenarioTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("definite", EvidenceRequest.None, EvidenceKind.Session)]
    [InlineData("indefinite", EvidenceRequest.None, EvidenceKind.Session)]
    [InlineData("indefinite", EvidenceRequest.Direct, EvidenceKind.Direct)]
    public async Task An_answer_and_its_evidence_verify_live_and_archived(string payload, EvidenceRequest asked, EvidenceKind kind)
    {
        await using var stage = new Stage();
        var enclave = await stage.StartEnclaveAsync(options: ["--payload", payload]);
        var host = await stage.StartHostAsync(enclave);
        using var http = host.CreateClient();
        var client = new InferenceClient(http);
        var verifier = await stage.CreateVerifierAsync();

        var request = Stage.DigitRequest(0, out _) with { Evidence = asked };
        var answer = await client.AskAsync(Stage.Digits, Stage.Version, request, binary: false, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var evidence = await client.ReadEvidenceAsync(answer.EvidenceId!, Cancel);
        Assert.Equal(kind, evidence.Kind);
        var expected = Stage.Expect(request, answer.Response!);

        Assert.Null(verifier.VerifyEvidence(evidence, expected, ValidationTime.Archive).Failure);
        Assert.Null(verifier.VerifyEvidence(evidence, expected, ValidationTime.Live(DateTimeOffset.UtcNow)).Failure);
        Assert.Equal(Check.ClaimNonce, verifier.VerifyEvidence(evidence, expected with { Nonce = ByteExpectation.Exactly([1]) }, ValidationTime.Archive).Failure?.Check);
        Assert.Equal(Check.DocumentAge, verifier.VerifyEvidence(evidence, expected, ValidationTime.Live(DateTimeOffset.UtcNow.AddHours(2))).Failure?.Check);
    }

    [Fact]
    public async Task An_enclave_that_is_killed_gives_a_clear_503_and_the_host_reaches_its_successor()
    {
        await using var stage = new Stage();
        var first = await stage.StartEnclaveAsync();
        var host = await stage.StartHostAsync(first);
        using var http = host.CreateClient();
        var client = new InferenceClient(http);
        var verifier = await stage.CreateVerifierAsync();

        var request = Stage.DigitRequest(1, out _);
        var before = await client.AskAsync(Stage.Digits, Stage.Version, request, binary: true, Cancel);
        Assert.Equal(HttpStatusCode.OK, before.Status);

        // Callers are under way while it dies: each gets an answer with evidence or a 503 that says why, nothing else.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var callers = Enumerable.Range(0, 8).Select(_ => AskUntilRefusedAsync(client, stop.Token)).ToArray();
        await Task.Delay(200, Cancel);
        await first.Process.KillAsync();
        foreach (var refused in await Task.WhenAll(callers).WaitAsync(TimeSpan.FromSeconds(60), Cancel))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
            Assert.Contains("enclave", refused.Error, StringComparison.OrdinalIgnoreCase);
        }

        var evidence = await client.ReadEvidenceAsync(before.EvidenceId!, Cancel);
        Assert.Null(verifier.VerifyEvidence(evidence, Stage.Expect(request, before.Response!), ValidationTime.Archive).Failure);

        await stage.StartEnclaveAsync();
        var again = Stage.DigitRequest(2, out _);
        var after = await client.AskAsync(Stage.Digits, Stage.Version, again, binary: true, Cancel);
        Assert.Equal(HttpStatusCode.OK, after.Status);
        var later = verifier.VerifyEvidence(await client.ReadEvidenceAsync(after.EvidenceId!, Cancel), Stage.Expect(again, after.Response!), ValidationTime.Archive);
        Assert.Null(later.Failure);
        Assert.Equal(0UL, later.Inference!.Claim.Sequence);
    }

    [Fact]
    public async Task A_host_killed_after_an_answer_has_its_evidence_after_a_restart()
    {
        await using var stage = new Stage();
        var enclave = await stage.StartEnclaveAsync();
        var verifier = await stage.CreateVerifierAsync();
        var host = await stage.StartHostAsync(enclave);
        var request = Stage.DigitRequest(3, out _);
        InferenceAnswer answer;
        using (var http = host.CreateClient())
        {
            answer = await new InferenceClient(http).AskAsync(Stage.Digits, Stage.Version, request, binary: false, Cancel);
            await host.Process.KillAsync();
        }

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        await enclave.Process.KillAsync();
        var successor = await stage.StartHostAsync(enclave);
        using var second = successor.CreateClient();
        var evidence = await new InferenceClient(second).ReadEvidenceAsync(answer.EvidenceId!, Cancel);
        Assert.Null(verifier.VerifyEvidence(evidence, Stage.Expect(request, answer.Response!), ValidationTime.Archive).Failure);
    }

    [Fact]
    public async Task Sixty_four_callers_at_once_each_get_an_answer_that_verifies()
    {
        await using var stage = new Stage();
        var enclave = await stage.StartEnclaveAsync();
        var host = await stage.StartHostAsync(enclave);
        using var http = host.CreateClient();
        var client = new InferenceClient(http);
        var verifier = await stage.CreateVerifierAsync();

        var results = await Task.WhenAll(Enumerable.Range(0, 64).Select(async index =>
        {
            var request = Stage.DigitRequest(index, out _);
            var answer = await client.AskAsync(Stage.Digits, Stage.Version, request, binary: index % 2 == 0, Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            var evidence = await client.ReadEvidenceAsync(answer.EvidenceId!, Cancel);
            return verifier.VerifyEvidence(evidence, Stage.Expect(request, answer.Response!), ValidationTime.Archive);
        }));

        Assert.All(results, result => Assert.Null(result.Failure));
        Assert.Equal(Enumerable.Range(0, 64).Select(one => (ulong)one), results.Select(result => result.Inference!.Claim.Sequence).Order());
    }

    private static async Task<InferenceAnswer> AskUntilRefusedAsync(InferenceClient client, CancellationToken cancel)
    {
        while (true)
        {
            var answer = await client.AskAsync(Stage.Digits, Stage.Version, Stage.DigitRequest(0, out _), binary: true, cancel);
            if (answer.Status != HttpStatusCode.OK)
            {
                return answer;
            }
        }
    }
}

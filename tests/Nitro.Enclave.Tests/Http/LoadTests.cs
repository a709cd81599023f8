using System.Net;
using Nitro.Attestation;
using Nitro.Attestation.Inference;
using Nitro.Enclave.Tests.Support;
using Nitro.OpenInference;

namespace Nitro.Enclave.Tests.Http;

public sealed class LoadTests
{
    [Fact]
    public async Task Sixty_four_callers_at_once_get_their_own_answers_in_one_chain()
    {
        await using var enclave = await RunningEnclave.StartAsync(TestModels.AddConstant(0.5f));
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(async caller =>
        {
            var mine = new List<RunningEnclave.VerifiedAnswer>();
            for (var number = 0; number < 3; number++)
            {
                var request = new InferRequest { Inputs = [Tensors.Floats("x", caller, number)], Evidence = caller % 16 == 0 ? EvidenceRequest.Session : EvidenceRequest.None };
                var answer = await enclave.InferAsync(request, binary: caller % 2 == 0);
                Assert.Equal([caller + 0.5f, number + 0.5f], answer.Output.Values<float>());
                mine.Add(answer);
            }

            return mine;
        }));
        var chain = answers.SelectMany(one => one).OrderBy(answer => answer.Claim.Sequence).ToArray();
        Assert.Equal(Enumerable.Range(0, 192).Select(number => (ulong)number), chain.Select(answer => answer.Claim.Sequence));
        Assert.All(chain.Zip(chain.Skip(1)), pair =>
        {
            Assert.Equal(Sha384Digest.Of(pair.First.Receipt.Envelope.Payload.Span), pair.Second.Claim.Previous);
            Assert.True(pair.First.Claim.IssuedAtMs <= pair.Second.Claim.IssuedAtMs);
        });
    }

    [Fact]
    public async Task A_tensor_of_20_MB_goes_through_in_both_forms()
    {
        await using var enclave = await RunningEnclave.StartAsync(TestModels.Identity(TestModels.Float));
        var data = new byte[20_000_000];
        new Random(1).NextBytes(data);
        var request = new InferRequest { Inputs = [Tensor.Create("x", Datatype.Fp32, [5000, 1000], data)], BinaryOutputDefault = true };
        var answer = await enclave.InferAsync(request, binary: true);
        Assert.True(answer.Output.Data.Span.SequenceEqual(data));

        var numbers = Tensors.Of("x", Datatype.Fp32, [250, 10_000], [.. Enumerable.Range(0, 2_500_000).Select(number => number / 8f)]);
        answer = await enclave.InferAsync(new InferRequest { Inputs = [numbers] });
        Assert.True(answer.Output.Data.Span.SequenceEqual(numbers.Data.Span));
    }

    [Fact]
    public async Task Large_requests_wait_for_memory_and_all_are_answered()
    {
        await using var enclave = await RunningEnclave.StartAsync(
            TestModels.Identity(TestModels.Uint8), settings => settings with { MaximumBodyBytes = 3 << 20, RequestMemoryMiB = 4 });
        var request = new InferRequest { Inputs = [Tensor.Create("x", Datatype.Uint8, [1, 2_000_000], new byte[2_000_000])], BinaryOutputDefault = true };
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => enclave.InferAsync(request, binary: true)));
        Assert.All(answers, answer => Assert.Equal(2_000_000, answer.Output.Data.Length));
    }

    [Fact]
    public async Task More_requests_than_are_held_get_503_and_a_time_to_come_back()
    {
        await using var enclave = await RunningEnclave.StartAsync(
            TestModels.Loop(), settings => settings with { ConcurrentRuns = 1, MaximumRequests = 3, MaximumWait = TimeSpan.FromSeconds(60) });
        using var leave = new CancellationTokenSource();
        var endless = new InferRequest { Inputs = [Tensors.Of("count", Datatype.Int64, [], long.MaxValue)] }.Encode(binary: false);
        var callers = Enumerable.Range(0, 8).Select(_ => enclave.Client.PostAsync(
            new Uri("v2/models/model/infer", UriKind.Relative), new ReadOnlyMemoryContent(endless.Body), leave.Token)).ToList();
        for (var refused = 0; refused < 5; refused++)
        {
            var done = await Task.WhenAny(callers);
            callers.Remove(done);
            using var answer = await done;
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
            Assert.Equal("3 requests are held already; try again later", await RunningEnclave.ReadErrorAsync(answer));
        }

        Assert.Equal(HttpStatusCode.OK, (await enclave.GetAsync("v2/health/live")).Status);
        Assert.DoesNotContain(callers, caller => caller.IsCompleted);
        await leave.CancelAsync();
        foreach (var caller in callers)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => caller);
        }

        var brief = new InferRequest { Inputs = [Tensors.Of("count", Datatype.Int64, [], 1L)] };
        await EventuallyAsync(async () =>
        {
            using var answer = await enclave.PostAsync(brief);
            return answer.StatusCode == HttpStatusCode.OK;
        });
    }

    [Fact]
    public async Task A_request_that_waits_too_long_for_its_turn_gets_503()
    {
        await using var enclave = await RunningEnclave.StartAsync(
            TestModels.Loop(), settings => settings with { ConcurrentRuns = 1, MaximumWait = TimeSpan.FromSeconds(1) });
        using var leave = new CancellationTokenSource();
        var endless = new InferRequest { Inputs = [Tensors.Of("count", Datatype.Int64, [], long.MaxValue)] }.Encode(binary: false);
        var running = enclave.Client.PostAsync(new Uri("v2/models/model/infer", UriKind.Relative), new ReadOnlyMemoryContent(endless.Body), leave.Token);
        await EventuallyAsync(async () =>
        {
            using var answer = await enclave.PostAsync(new InferRequest { Inputs = [Tensors.Of("count", Datatype.Int64, [], 1L)] });
            return answer.StatusCode == HttpStatusCode.ServiceUnavailable
                && await RunningEnclave.ReadErrorAsync(answer) == "the request waited 1 s for its turn; try again later";
        });
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Requests_under_way_are_answered_when_the_enclave_stops()
    {
        await using var enclave = await RunningEnclave.StartAsync(TestModels.Loop());
        var request = new InferRequest { Inputs = [Tensors.Of("count", Datatype.Int64, [], 200_000L)] };
        var answer = enclave.PostAsync(request);
        await Task.Delay(100, TestContext.Current.CancellationToken);
        await enclave.Workload.DisposeAsync();
        using var message = await answer;
        Assert.Equal(HttpStatusCode.OK, message.StatusCode);
        Assert.False(File.Exists(enclave.Address.Path));
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        for (var patience = 0; !await condition(); patience++)
        {
            Assert.True(patience < 100);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}

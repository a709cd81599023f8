using System.Collections.Concurrent;
using System.Net;
using Microsoft.Data.Sqlite;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Harness;
using Nitro.OpenInference;
using Nitro.Verifier;

namespace Nitro.EndToEnd.Tests;

/// <summary>A host that dies in the middle of its work. What SIGKILL cannot show is a machine that loses power: the kernel still writes what the dead process gave it.</summary>
public sealed class DurabilityTests
{
    private const int Callers = 16;
    private const int Kills = 3;
    private const int Seed = 384;

    /// <summary>Long enough that every caller asks several times, short enough that the first transactions of a new session are met as well.</summary>
    private const int LatestKillMilliseconds = 250;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_killed_under_sixteen_callers_has_the_evidence_of_every_answer_that_left_it()
    {
        await using var stage = new Stage();
        var enclave = await stage.StartEnclaveAsync();
        var verifier = await stage.CreateVerifierAsync();
        var moments = new Random(Seed);
        var given = new List<(InferRequest Request, InferenceAnswer Answer)>();
        for (var kill = 0; kill < Kills; kill++)
        {
            var host = await stage.StartHostAsync(enclave);
            var received = await AskUntilKilledAsync(host, TimeSpan.FromMilliseconds(moments.Next(LatestKillMilliseconds)));
            Assert.NotEmpty(received);
            given.AddRange(received);
        }

        var successor = await stage.StartHostAsync(enclave);
        using var http = successor.CreateClient();
        var client = new InferenceClient(http);
        foreach (var (request, answer) in given)
        {
            var evidence = await client.ReadEvidenceAsync(answer.EvidenceId!, Cancel);
            Assert.Null(verifier.VerifyEvidence(evidence, Stage.Expect(request, answer.Response!), ValidationTime.Archive).Failure);
        }

        // What was stored but never reached its caller is whole as well: nothing in the store is half an answer.
        var stored = ReadIds(stage);
        Assert.Subset(stored, given.Select(one => one.Answer.EvidenceId!).ToHashSet());
        Assert.Equal(given.Count, given.Select(one => one.Answer.EvidenceId).Distinct().Count());
        var sequences = new HashSet<ulong>();
        foreach (var id in stored)
        {
            var result = verifier.VerifyEvidence(await client.ReadEvidenceAsync(id, Cancel), AsStored, ValidationTime.Archive);
            Assert.Null(result.Failure);
            Assert.True(sequences.Add(result.Inference!.Claim.Sequence), $"claim {result.Inference.Claim.Sequence} is stored twice");
        }

        // And it works on.
        var last = Stage.DigitRequest(0, out _);
        Assert.Equal(HttpStatusCode.OK, (await client.AskAsync(Stage.Digits, Stage.Version, last, binary: true, Cancel)).Status);
    }

    private static EvidenceExpectations AsStored => new()
    {
        Model = ModelExpectation.Named(Stage.Digits, Stage.Version),
        Input = InputExpectation.InEvidence,
        Output = OutputExpectation.InEvidence,
        Nonce = ByteExpectation.AnyUnsafe,
    };

    /// <summary>What the callers received in full before the host was gone; the moment counts from the first answer.</summary>
    private static async Task<IReadOnlyCollection<(InferRequest, InferenceAnswer)>> AskUntilKilledAsync(HostProcess host, TimeSpan moment)
    {
        var received = new ConcurrentQueue<(InferRequest, InferenceAnswer)>();
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var http = host.CreateClient();
        var client = new InferenceClient(http);
        var callers = Enumerable.Range(0, Callers).Select(caller => Task.Run(
            async () =>
            {
                for (var index = caller; ; index += Callers)
                {
                    var request = Stage.DigitRequest(index, out _);
                    InferenceAnswer answer;
                    try
                    {
                        answer = await client.AskAsync(Stage.Digits, Stage.Version, request, binary: index % 2 == 0, Cancel);
                    }
                    catch (Exception exception) when (exception is HttpRequestException or IOException)
                    {
                        return;
                    }

                    Assert.Equal(HttpStatusCode.OK, answer.Status);
                    received.Enqueue((request, answer));
                    first.TrySetResult();
                }
            },
            Cancel)).ToArray();

        // A caller that fails ends the wait; no caller ends by itself.
        await (await Task.WhenAny([first.Task, .. callers])).WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        await Task.Delay(moment, Cancel);
        await host.Process.KillAsync();
        await Task.WhenAll(callers).WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        return received;
    }

    private static HashSet<string> ReadIds(Stage stage)
    {
        SQLitePCL.Batteries_V2.Init();
        var file = Path.Combine(stage.Store, "evidence.db");
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT id FROM answers";
        using var rows = command.ExecuteReader();
        var ids = new HashSet<string>();
        while (rows.Read())
        {
            ids.Add(rows.GetString(0));
        }

        return ids;
    }
}

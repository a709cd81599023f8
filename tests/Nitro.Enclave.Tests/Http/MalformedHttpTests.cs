using System.Text.Json;
using Nitro.Attestation.Inference;
using Nitro.Enclave.Tests.Support;
using Nitro.OpenInference;
using Nitro.Testing;

namespace Nitro.Enclave.Tests.Http;

/// <summary>Requests that are no HTTP, over sockets of our own.</summary>
public sealed class MalformedHttpTests
{
    /// <summary>The server closes at once; this is how long a busy machine may keep it from that.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_malformed_request_is_refused_its_connection_closed_and_the_next_one_served()
    {
        await using var enclave = await RunningEnclave.StartAsync(TestModels.Lookup());
        var served = 0UL;
        foreach (var request in MalformedRequest.All("/v2/models/model/infer"))
        {
            var answer = await RawHttp.SendAsync(enclave.Address.ToEndPoint(), request.Bytes, request.Leaves, Patience, TestContext.Current.CancellationToken);
            Assert.True(request.Status == answer.Status, $"{request.Name}: {answer.Head}");
            Assert.True(request.Status == 0 || answer.Has("Connection", "close"), $"{request.Name}: {answer.Head}");
            if (request.Cause is { } cause)
            {
                using var json = JsonDocument.Parse(answer.Body);
                Assert.Contains(cause, json.RootElement.GetProperty("error").GetString(), StringComparison.Ordinal);
            }
            else
            {
                Assert.True(answer.Body.Length == 0, $"{request.Name}: {answer.Body}");
            }

            Assert.Equal(served++, (await enclave.InferAsync(new InferRequest { Inputs = [Tensors.Longs("indices", 0)] })).Claim.Sequence);
        }

        Assert.DoesNotContain("fail", enclave.Output, StringComparison.Ordinal);
    }
}

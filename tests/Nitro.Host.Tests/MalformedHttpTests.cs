using System.Net;
using System.Text;
using Nitro.Testing;

namespace Nitro.Host.Tests;

/// <summary>Requests that are no HTTP, over sockets of our own.</summary>
public sealed class MalformedHttpTests
{
    /// <summary>The server closes at once; this is how long a busy machine may keep it from that.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => [.. MalformedRequest.All("/v2/models/echo/infer").Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_malformed_request_is_refused_its_connection_closed_and_the_next_one_served(string name)
    {
        var request = MalformedRequest.All("/v2/models/echo/infer").Single(one => one.Name == name);
        await using var fixture = await GatewayFixture.StartAsync();
        var endPoint = IPEndPoint.Parse(new Uri(fixture.Server.Address).Authority);
        var answer = await RawHttp.SendAsync(endPoint, request.Bytes, request.Leaves, Patience, Cancel);
        Assert.Equal(request.Status, answer.Status);
        Assert.True(request.Status == 0 || answer.Has("Connection", "close"), answer.Head);
        if (request.Cause is { } cause)
        {
            Assert.Contains(cause, GatewayFixture.Error(Encoding.UTF8.GetBytes(answer.Body)), StringComparison.Ordinal);
        }
        else
        {
            Assert.Empty(answer.Body);
        }

        Assert.Empty(fixture.Reported);
        Assert.Equal(HttpStatusCode.OK, (await fixture.AskAsync()).Status);
    }
}

using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Nitro.Vsock.Tests;

/// <summary>Kestrel and HttpClient over both kinds of channel.</summary>
public sealed class KestrelTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nitro-vsock-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    public static TheoryData<string, string> KindsAndVersions => new()
    {
        { ChannelKinds.Unix, "1.1" },
        { ChannelKinds.Unix, "2.0" },
        { ChannelKinds.Vsock, "1.1" },
        { ChannelKinds.Vsock, "2.0" },
    };

    [Theory]
    [MemberData(nameof(KindsAndVersions))]
    public async Task Sixteen_mebibytes_travel_each_way(string kind, string version)
    {
        var address = await ChannelKinds.CreateAsync(kind, _folder.FullName);
        await using var app = await StartAsync(address, version == "2.0" ? HttpProtocols.Http2 : HttpProtocols.Http1);
        using var client = CreateClient(address, version);
        var sent = RandomNumberGenerator.GetBytes(16 * 1024 * 1024);
        using var answer = await client.PostAsync(new Uri("http://enclave/echo"), new ByteArrayContent(sent), Cancel);
        Assert.Equal(Version.Parse(version), answer.Version);
        Assert.Equal(SHA384.HashData(sent), SHA384.HashData(await answer.Content.ReadAsByteArrayAsync(Cancel)));
    }

    [Theory]
    [InlineData(ChannelKinds.Unix)]
    [InlineData(ChannelKinds.Vsock)]
    public async Task Sixty_four_at_once_are_answered(string kind)
    {
        var address = await ChannelKinds.CreateAsync(kind, _folder.FullName);
        await using var app = await StartAsync(address, HttpProtocols.Http1);
        using var client = CreateClient(address, "1.1");
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(async number =>
        {
            var sent = new byte[100_000];
            new Random(number).NextBytes(sent);
            using var answer = await client.PostAsync(new Uri("http://enclave/echo"), new ByteArrayContent(sent), Cancel);
            return (await answer.Content.ReadAsByteArrayAsync(Cancel)).AsSpan().SequenceEqual(sent);
        }));
        Assert.All(answers, Assert.True);
    }

    [Theory]
    [InlineData(ChannelKinds.Unix)]
    [InlineData(ChannelKinds.Vsock)]
    public async Task Server_sent_events_arrive_one_by_one(string kind)
    {
        var address = await ChannelKinds.CreateAsync(kind, _folder.FullName);
        await using var app = await StartAsync(address, HttpProtocols.Http1);
        using var client = CreateClient(address, "1.1");
        await using var stream = await client.GetStreamAsync(new Uri("http://enclave/events"), Cancel);
        using var reader = new StreamReader(stream);
        for (var number = 0; number < 3; number++)
        {
            // The server sends the next one only after it was asked for it: an event that is held back would end in a time-out.
            Assert.Equal($"data: {number}", await reader.ReadLineAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(10), Cancel));
            using var next = await client.PostAsync(new Uri("http://enclave/next"), null, Cancel);
        }
    }

    [Fact]
    public async Task No_send_of_kestrels_is_larger_than_the_cap()
    {
        // A SOCK_SEQPACKET socket keeps the boundaries of what was sent: each receive is one send of the other side.
        var (ours, theirs) = SeqPacketPair.Create();
        var connection = ChannelConnection.Start(theirs, new ChannelEndPoint(ChannelAddress.Parse("unix:/pair")));
        var content = RandomNumberGenerator.GetBytes(1_000_000);
        var writing = Task.Run(
            async () =>
            {
                await connection.Transport.Output.WriteAsync(content, Cancel);
                await connection.Transport.Output.CompleteAsync();
            },
            Cancel);
        var received = new MemoryStream();
        var buffer = new byte[256 * 1024];
        while (received.Length < content.Length)
        {
            var size = await ours.ReceiveAsync(buffer, SocketFlags.None, Cancel);
            Assert.InRange(size, 1, CappedWriteStream.MaximumWrite);
            received.Write(buffer, 0, size);
        }

        Assert.Equal(content, received.ToArray());
        await writing;
        await connection.DisposeAsync();
        ours.Dispose();
    }

    [Fact]
    public async Task A_caller_that_leaves_in_the_middle_of_its_request_does_no_harm()
    {
        var address = await ChannelKinds.CreateAsync(ChannelKinds.Unix, _folder.FullName);
        await using var app = await StartAsync(address, HttpProtocols.Http1);
        for (var i = 0; i < 20; i++)
        {
            await using var stream = await Channel.ConnectAsync(address, TimeSpan.FromSeconds(5), Cancel);
            await stream.WriteAsync("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nhalf"u8.ToArray(), Cancel);
        }

        using var client = CreateClient(address, "1.1");
        using var answer = await client.PostAsync(new Uri("http://enclave/echo"), new ByteArrayContent([1, 2, 3]), Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Connections_are_kept_alive_and_used_again()
    {
        var address = await ChannelKinds.CreateAsync(ChannelKinds.Unix, _folder.FullName);
        await using var app = await StartAsync(address, HttpProtocols.Http1);
        using var client = CreateClient(address, "1.1");
        var ids = new HashSet<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add(await client.GetStringAsync(new Uri("http://enclave/connection"), Cancel));
        }

        Assert.Single(ids);
    }

    [Fact]
    public async Task A_channel_works_beside_a_tcp_listener()
    {
        var address = await ChannelKinds.CreateAsync(ChannelKinds.Unix, _folder.FullName);
        await using var app = await StartAsync(address, HttpProtocols.Http1, options => options.Listen(IPAddress.Loopback, 0));
        var port = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single(one => one.Contains("127.0.0.1", StringComparison.Ordinal));
        using var tcp = new HttpClient();
        Assert.NotEmpty(await tcp.GetStringAsync(new Uri(port + "/connection"), Cancel));
        using var client = CreateClient(address, "1.1");
        Assert.NotEmpty(await client.GetStringAsync(new Uri("http://enclave/connection"), Cancel));
    }

    [Fact]
    public async Task A_server_that_stops_ends_its_connections_and_removes_its_socket()
    {
        var address = await ChannelKinds.CreateAsync(ChannelKinds.Unix, _folder.FullName);
        var app = await StartAsync(address, HttpProtocols.Http1);
        using var client = CreateClient(address, "1.1");
        Assert.NotEmpty(await client.GetStringAsync(new Uri("http://enclave/connection"), Cancel));
        await app.StopAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(10), Cancel);
        await app.DisposeAsync();
        Assert.False(File.Exists(address.Path));
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(new Uri("http://enclave/connection"), Cancel));
    }

    private static HttpClient CreateClient(ChannelAddress address, string version) => new(ChannelHttpHandler.Create(address))
    {
        DefaultRequestVersion = Version.Parse(version),
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = TimeSpan.FromSeconds(60),
    };

    private static async Task<WebApplication> StartAsync(ChannelAddress address, HttpProtocols protocols, Action<KestrelServerOptions>? more = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseChannels();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Limits.MaxRequestBodySize = 64 * 1024 * 1024;
            options.ListenChannel(address, listen => listen.Protocols = protocols);
            more?.Invoke(options);
        });
        var app = builder.Build();
        var next = new SemaphoreSlim(0);
        app.MapPost("/echo", async (HttpContext context) =>
        {
            var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            await context.Response.Body.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length), context.RequestAborted);
        });
        app.MapGet("/connection", (HttpContext context) => context.Connection.Id);
        app.MapPost("/next", () => next.Release());
        app.MapGet("/events", async (HttpContext context) =>
        {
            for (var number = 0; number < 3; number++)
            {
                await context.Response.WriteAsync($"data: {number}\n", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await next.WaitAsync(context.RequestAborted);
            }
        });
        await app.StartAsync(Cancel);
        return app;
    }
}

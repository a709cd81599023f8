using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Nitro.Testing;

namespace Nitro.Vsock.Tests;

/// <summary>The handshake of an emulated machine's vsock backend, against a stand-in that keeps it, breaks it, or is something else.</summary>
public sealed class EmulatorTests : IDisposable
{
    private const uint Port = 8000;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nitro-vsock-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string SocketPath => $"{_folder.FullName}/vm.vsock";

    private ChannelAddress Address => ChannelAddress.Parse($"emulator:{SocketPath}:{Port}");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(0u)]
    [InlineData(8000u)]
    [InlineData(4_294_967_294u)]
    public async Task The_port_is_asked_for_in_one_line_and_nothing_else_is_sent(uint port)
    {
        var asked = new TaskCompletionSource<(string Line, int Waiting)>();
        await using var backend = EmulatorBackend.Start(SocketPath, async (socket, line, cancel) =>
        {
            await Task.Delay(50, cancel);
            asked.SetResult((line, socket.Available));
            await socket.SendAsync("OK 1\n"u8.ToArray(), cancel);
        });
        await using var stream = await Channel.ConnectAsync(ChannelAddress.Parse($"emulator:{SocketPath}:{port}"), Soon, Cancel);
        Assert.Equal(($"CONNECT {port}", 0), await asked.Task);
        Assert.IsType<CappedWriteStream>(stream);
    }

    [Theory]
    [InlineData("OK 0\n")]
    [InlineData("OK 8000\n")]
    [InlineData("OK 4294967295\n")]
    public async Task Data_directly_behind_the_answer_is_not_lost(string answer)
    {
        var content = RandomNumberGenerator.GetBytes(100_000);
        await using var backend = EmulatorBackend.Start(SocketPath, async (socket, _, cancel) =>
        {
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(answer), .. content], cancel);
        });
        await using var stream = await Channel.ConnectAsync(Address, Soon, Cancel);
        var received = new MemoryStream();
        await stream.CopyToAsync(received, Cancel);
        Assert.Equal(content, received.ToArray());
    }

    [Fact]
    public async Task An_answer_that_comes_byte_by_byte_is_read_whole()
    {
        await using var backend = EmulatorBackend.Start(SocketPath, async (socket, _, cancel) =>
        {
            foreach (var one in "OK 1073741824\nx"u8.ToArray())
            {
                await socket.SendAsync(new[] { one }, cancel);
                await Task.Delay(5, cancel);
            }
        });
        await using var stream = await Channel.ConnectAsync(Address, Soon, Cancel);
        Assert.Equal('x', stream.ReadByte());
        Assert.Equal(-1, stream.ReadByte());
    }

    [Fact]
    public async Task A_port_at_which_nobody_listens_is_named()
    {
        await using var backend = EmulatorBackend.Start(SocketPath, (_, _, _) => Task.CompletedTask);
        await RefusedAsync("nobody listens at port 8000 inside the emulated machine", "is the enclave up");
    }

    [Fact]
    public async Task A_backend_that_hangs_up_at_once_means_that_nobody_listens()
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        listener.Listen();
        var closing = Task.Run(
            async () =>
            {
                for (var i = 0; i < 20; i++)
                {
                    (await listener.AcceptAsync(Cancel)).Dispose();
                }
            },
            Cancel);
        for (var i = 0; i < 20; i++)
        {
            await RefusedAsync("nobody listens at port 8000 inside the emulated machine");
        }

        await closing;
    }

    [Theory]
    [InlineData("O", "ended after \"O\"")]
    [InlineData("OK", "ended after \"OK\"")]
    [InlineData("OK 1073741824", "ended after \"OK 1073741824\"")]
    [InlineData("\n", "begins with \"\"")]
    [InlineData("OK\n", "begins with \"OK\"")]
    [InlineData("OK \n", "begins with \"OK \"")]
    [InlineData("OK 1\r\n", "begins with \"OK 1.\"")]
    [InlineData("OK -1\n", "begins with \"OK -1\"")]
    [InlineData("OK 1 2\n", "begins with \"OK 1 2\"")]
    [InlineData("ok 1\n", "begins with \"ok 1\"")]
    [InlineData("OK 4294967296\n", "begins with \"OK 4294967296\"")]
    [InlineData("OK 00000000001\n", "begins with \"OK 00000000001\"")]
    [InlineData("ERROR no\n", "begins with \"ERROR no\"")]
    [InlineData("\u001b[2J\u0007\n", "begins with \".[2J.\"")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n", "begins with \"HTTP/1.1 400 B\"")]
    public async Task Any_other_answer_is_shown_with_what_was_expected(string answer, string expected)
    {
        await using var backend = EmulatorBackend.Start(SocketPath, async (socket, _, cancel) => await socket.SendAsync(Encoding.Latin1.GetBytes(answer), cancel));
        await RefusedAsync(expected, "\"OK\", a number and a line feed");
    }

    [Fact]
    public async Task An_answer_without_end_is_read_no_further_than_an_answer_goes()
    {
        var refused = new TaskCompletionSource();
        await using var backend = EmulatorBackend.Start(SocketPath, async (socket, _, cancel) =>
        {
            var endless = new byte[64 * 1024];
            Array.Fill(endless, (byte)'O');
            try
            {
                while (true)
                {
                    await socket.SendAsync(endless, cancel);
                }
            }
            catch (SocketException)
            {
                refused.SetResult();
            }
        });
        await RefusedAsync($"begins with \"{new string('O', EmulatorHandshake.MaximumAnswer)}\"");
        await refused.Task.WaitAsync(Soon, Cancel);
    }

    [Fact]
    public async Task Random_answers_are_refused_and_never_do_more()
    {
        var random = new Random(1);
        var answer = Array.Empty<byte>();
        await using var backend = EmulatorBackend.Start(SocketPath, async (socket, _, cancel) => await socket.SendAsync(answer, cancel));
        for (var i = 0; i < 500; i++)
        {
            answer = new byte[random.Next(1, 24)];
            random.NextBytes(answer);
            if (i % 2 == 0)
            {
                "OK "u8[..Math.Min(3, answer.Length)].CopyTo(answer);
            }

            var exception = await Assert.ThrowsAsync<ChannelException>(async () => await Channel.ConnectAsync(Address, Soon, Cancel));
            Assert.DoesNotContain(exception.Message, char.IsControl);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("OK 80")]
    public async Task A_backend_that_does_not_go_on_is_left_at_the_deadline(string beginning)
    {
        await using var backend = EmulatorBackend.Start(SocketPath, async (socket, _, cancel) =>
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(beginning), cancel);
            await Task.Delay(Timeout.Infinite, cancel);
        });
        var clock = Stopwatch.StartNew();
        var exception = await Assert.ThrowsAsync<ChannelException>(async () => await Channel.ConnectAsync(Address, TimeSpan.FromMilliseconds(200), Cancel));
        Assert.Contains("no connection within 0.2 s; has the enclave started", exception.Message, StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed, TimeSpan.FromMilliseconds(150), TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task Giving_up_ends_the_handshake_as_a_cancellation()
    {
        await using var backend = EmulatorBackend.Start(SocketPath, (_, _, cancel) => Task.Delay(Timeout.Infinite, cancel));
        using var given = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        given.CancelAfter(50);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Channel.ConnectAsync(Address, Soon, given.Token));
    }

    [Fact]
    public async Task An_emulator_that_does_not_run_is_asked_for()
    {
        await RefusedAsync("there is no such socket", "is the emulator running? (make emulator-run)");
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            left.Bind(new UnixDomainSocketEndPoint(SocketPath));
            await RefusedAsync("nobody listens there", "is the emulator running? (make emulator-run)");
        }
    }

    [Fact]
    public async Task Nobody_can_listen_at_such_an_address_and_the_error_says_where_instead()
    {
        var exception = await Assert.ThrowsAsync<ChannelException>(async () => await ChannelListener.BindAsync(Address, Cancel));
        Assert.Contains("nobody can listen at it", exception.Message, StringComparison.Ordinal);
        Assert.Contains("vsock:any:8000", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"unix:{SocketPath}_8000", exception.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(SocketPath));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseChannels();
        builder.WebHost.ConfigureKestrel(options => options.ListenChannel(Address));
        await using var app = builder.Build();
        await Assert.ThrowsAsync<ChannelException>(() => app.StartAsync(Cancel));
    }

    [Fact]
    public async Task Http_travels_through_the_backend_and_a_machine_that_comes_back_is_found_again()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseChannels();
        builder.WebHost.ConfigureKestrel(options => options.ListenChannel(ChannelAddress.Parse($"unix:{_folder.FullName}/guest.sock")));
        await using var app = builder.Build();
        app.MapPost("/echo", async context =>
        {
            var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            await context.Response.Body.WriteAsync(body.ToArray());
        });
        await app.StartAsync(Cancel);
        using var client = new HttpClient(ChannelHttpHandler.Create(Address)) { BaseAddress = new Uri("http://enclave/") };
        for (var boot = 0; boot < 2; boot++)
        {
            await using (EmulatorBackend.StartRelay(SocketPath, Port, $"{_folder.FullName}/guest.sock"))
            {
                var sent = RandomNumberGenerator.GetBytes(1_000_000);
                var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
                {
                    using var answer = await client.PostAsync(new Uri("echo", UriKind.Relative), new ByteArrayContent(sent), Cancel);
                    Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                    return SHA384.HashData(await answer.Content.ReadAsByteArrayAsync(Cancel));
                }));
                Assert.All(answers, one => Assert.Equal(SHA384.HashData(sent), one));
            }

            File.Delete(SocketPath);
            await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri("echo", UriKind.Relative), Cancel));
        }
    }

    private async Task RefusedAsync(params string[] parts)
    {
        var exception = await Assert.ThrowsAsync<ChannelException>(async () => await Channel.ConnectAsync(Address, Soon, Cancel));
        Assert.StartsWith($"{Address}: ", exception.Message, StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, exception.Message, StringComparison.Ordinal));
    }
}

using System.Net.Sockets;
using System.Security.Cryptography;

namespace Nitro.Vsock.Tests;

/// <summary>Raw byte streams over both kinds of channel.</summary>
public sealed class ChannelTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nitro-vsock-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(ChannelKinds.Unix)]
    [InlineData(ChannelKinds.Vsock)]
    public async Task Bytes_travel_both_ways_and_either_end_can_close_its_half(string kind)
    {
        var address = await ChannelKinds.CreateAsync(kind, _folder.FullName);
        using var listener = await ChannelListener.BindAsync(address, Cancel);
        var sent = RandomNumberGenerator.GetBytes(16 * 1024 * 1024);
        var serving = Task.Run(
            async () =>
            {
                await using var accepted = (await listener.AcceptAsync(Cancel))!;
                var received = new MemoryStream();
                await accepted.CopyToAsync(received, Cancel);
                await accepted.WriteAsync(SHA384.HashData(received.ToArray()), Cancel);
            },
            Cancel);

        using var socket = await ChannelSocket.ConnectAsync(address, Soon, Cancel);
        await using var stream = new CappedWriteStream(new NetworkStream(socket));
        await stream.WriteAsync(sent, Cancel);
        socket.Shutdown(SocketShutdown.Send);
        var answer = new byte[48];
        await stream.ReadExactlyAsync(answer, Cancel);
        Assert.Equal(SHA384.HashData(sent), answer);
        Assert.Equal(0, await stream.ReadAsync(answer, Cancel));
        await serving;
    }

    [Fact]
    public async Task A_vsock_listener_binds_shows_its_address_and_closes()
    {
        ChannelListener listener;
        var address = ChannelAddress.Parse($"vsock:any:{ChannelKinds.NextVsock().Port}");
        try
        {
            listener = await ChannelListener.BindAsync(address, Cancel);
        }
        catch (ChannelException exception) when (exception.Message.Contains("no vsock", StringComparison.Ordinal))
        {
            Assert.Skip(exception.Message);
            throw;
        }

        var accepting = listener.AcceptAsync(Cancel);
        var again = await Assert.ThrowsAsync<ChannelException>(async () => await ChannelListener.BindAsync(address, Cancel));
        Assert.Contains(address.ToString(), again.Message, StringComparison.Ordinal);
        listener.Dispose();
        listener.Dispose();
        Assert.Null(await accepting);
        using var free = await ChannelListener.BindAsync(address, Cancel);
    }

    [Fact]
    public async Task Connecting_where_nobody_listens_says_so()
    {
        var address = ChannelAddress.Parse($"unix:{_folder.FullName}/none.sock");
        var exception = await Assert.ThrowsAsync<ChannelException>(async () => await Channel.ConnectAsync(address, Soon, Cancel));
        Assert.Contains("is the enclave running", exception.Message, StringComparison.Ordinal);
        Assert.Contains(address.ToString(), exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_file_left_behind_is_taken_over()
    {
        var address = ChannelAddress.Parse($"unix:{_folder.FullName}/stale.sock");
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            left.Bind(address.ToEndPoint());
        }

        if (!File.Exists(address.Path))
        {
            // The runtime removed it with the socket: leave one behind as a killed process does.
            using var maker = System.Diagnostics.Process.Start("python3", ["-c", $"import socket; socket.socket(socket.AF_UNIX).bind('{address.Path}')"]);
            await maker.WaitForExitAsync(Cancel);
        }

        Assert.True(File.Exists(address.Path));
        using var listener = await ChannelListener.BindAsync(address, Cancel);
        await using var stream = await Channel.ConnectAsync(address, Soon, Cancel);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(address.Path!));
        listener.Dispose();
        Assert.False(File.Exists(address.Path));
    }

    [Fact]
    public async Task A_socket_that_somebody_answers_on_is_never_taken_over()
    {
        var address = ChannelAddress.Parse($"unix:{_folder.FullName}/live.sock");
        using var first = await ChannelListener.BindAsync(address, Cancel);
        var exception = await Assert.ThrowsAsync<ChannelException>(async () => await ChannelListener.BindAsync(address, Cancel));
        Assert.Contains("another process listens there", exception.Message, StringComparison.Ordinal);
        await using var stream = await Channel.ConnectAsync(address, Soon, Cancel);
    }

    [Theory]
    [InlineData("keep me")]
    [InlineData("")]
    public async Task A_file_that_is_no_socket_is_never_removed(string content)
    {
        var path = Path.Combine(_folder.FullName, "notes.txt");
        await File.WriteAllTextAsync(path, content, Cancel);
        var exception = await Assert.ThrowsAsync<ChannelException>(async () => await ChannelListener.BindAsync(ChannelAddress.Parse("unix:" + path), Cancel));
        Assert.Contains("another kind", exception.Message, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllTextAsync(path, Cancel));
    }

    [Fact]
    public async Task A_folder_that_does_not_exist_is_named()
    {
        var exception = await Assert.ThrowsAsync<ChannelException>(async () => await ChannelListener.BindAsync(ChannelAddress.Parse($"unix:{_folder.FullName}/no/x.sock"), Cancel));
        Assert.Contains("folder does not exist", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(CappedWriteStream.MaximumWrite)]
    [InlineData(CappedWriteStream.MaximumWrite + 1)]
    [InlineData((3 * CappedWriteStream.MaximumWrite) + 7)]
    public async Task No_write_is_larger_than_the_cap_and_nothing_is_lost(int size)
    {
        Assert.True(CappedWriteStream.MaximumWrite < 32 * 1024);
        var content = RandomNumberGenerator.GetBytes(size);
        var recorder = new RecordingStream();
        await using (var capped = new CappedWriteStream(recorder))
        {
            await capped.WriteAsync(content, Cancel);
            await ((Stream)capped).WriteAsync(content.AsMemory(), Cancel);
            capped.Write(content);
            capped.Write(content, 0, content.Length);
        }

        Assert.Equal([.. content, .. content, .. content, .. content], recorder.Written.ToArray());
        Assert.All(recorder.Sizes, one => Assert.InRange(one, 1, CappedWriteStream.MaximumWrite));
        Assert.Equal(4 * ((size + CappedWriteStream.MaximumWrite - 1) / CappedWriteStream.MaximumWrite), recorder.Sizes.Count);
    }

    private sealed class RecordingStream : MemoryStream
    {
        public List<int> Sizes { get; } = [];

        public MemoryStream Written { get; } = new();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Sizes.Add(buffer.Length);
            Written.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            return ValueTask.CompletedTask;
        }
    }
}

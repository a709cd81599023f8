using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Nitro.Vsock;

/// <summary>
/// One accepted connection as Kestrel sees it: two pipes, and two loops between them and the socket. Kestrel's own socket transport may send more than
/// 32 KiB at once, which is why there is this one; no send here is larger than <see cref="CappedWriteStream.MaximumWrite"/>.
/// </summary>
internal sealed class ChannelConnection : DefaultConnectionContext
{
    /// <summary>How much may wait in each direction before the other side is made to wait: twice the largest write.</summary>
    private const int PauseThreshold = 2 * CappedWriteStream.MaximumWrite;

    private readonly Socket _socket;
    private readonly Pipe _received;
    private readonly Pipe _toSend;
    private readonly CancellationTokenSource _closed = new();
    private Task _loops = Task.CompletedTask;
    private volatile Exception? _abortReason;

    private ChannelConnection(Socket socket, EndPoint local, Pipe received, Pipe toSend)
        : base(Guid.NewGuid().ToString("N"), new DuplexPipe(received.Reader, toSend.Writer), new DuplexPipe(toSend.Reader, received.Writer))
    {
        _socket = socket;
        _received = received;
        _toSend = toSend;
        LocalEndPoint = local;
        ConnectionClosed = _closed.Token;
    }

    public static ChannelConnection Start(Socket socket, EndPoint local)
    {
        // Continuations run on the thread pool: neither loop may be held up by what Kestrel does with the bytes.
        var options = new PipeOptions(pauseWriterThreshold: PauseThreshold, resumeWriterThreshold: PauseThreshold / 2, useSynchronizationContext: false);
        var connection = new ChannelConnection(socket, local, new Pipe(options), new Pipe(options));
        connection._loops = connection.RunAsync();
        return connection;
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        _abortReason = abortReason;
        Shutdown(SocketShutdown.Both);
        _toSend.Reader.CancelPendingRead();
    }

    public override async ValueTask DisposeAsync()
    {
        await Transport.Input.CompleteAsync().ConfigureAwait(false);
        await Transport.Output.CompleteAsync().ConfigureAwait(false);
        await _loops.ConfigureAwait(false);
        _closed.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        var receiving = ReceiveAsync();
        await SendAsync().ConfigureAwait(false);

        // Kestrel has nothing more to say: what the peer still sends is of no interest to anybody.
        Shutdown(SocketShutdown.Both);
        await receiving.ConfigureAwait(false);
        _socket.Dispose();
    }

    private async Task ReceiveAsync()
    {
        Exception? error = null;
        try
        {
            while (true)
            {
                var buffer = _received.Writer.GetMemory(4096);
                var read = await _socket.ReceiveAsync(buffer, SocketFlags.None).ConfigureAwait(false);
                if (read == 0)
                {
                    break;
                }

                _received.Writer.Advance(read);
                if ((await _received.Writer.FlushAsync().ConfigureAwait(false)).IsCompleted)
                {
                    break;
                }
            }
        }
        catch (SocketException exception)
        {
            error = _abortReason ?? new ConnectionResetException(exception.Message, exception);
        }
        catch (ObjectDisposedException)
        {
            error = _abortReason ?? new ConnectionAbortedException();
        }

        await _received.Writer.CompleteAsync(error).ConfigureAwait(false);

        // Kestrel's own transport says so here too: a request whose caller is gone is given up.
        await _closed.CancelAsync().ConfigureAwait(false);
    }

    private async Task SendAsync()
    {
        Exception? error = null;
        try
        {
            while (true)
            {
                var result = await _toSend.Reader.ReadAsync().ConfigureAwait(false);
                if (result.IsCanceled)
                {
                    break;
                }

                foreach (var segment in result.Buffer)
                {
                    await SendCappedAsync(segment).ConfigureAwait(false);
                }

                _toSend.Reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            error = _abortReason ?? exception;
        }

        await _toSend.Reader.CompleteAsync(error).ConfigureAwait(false);
    }

    private async ValueTask SendCappedAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var piece = bytes[..Math.Min(bytes.Length, CappedWriteStream.MaximumWrite)];
            bytes = bytes[await _socket.SendAsync(piece, SocketFlags.None).ConfigureAwait(false)..];
        }
    }

    private void Shutdown(SocketShutdown how)
    {
        try
        {
            _socket.Shutdown(how);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The peer was faster.
        }
    }

    private sealed class DuplexPipe(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}

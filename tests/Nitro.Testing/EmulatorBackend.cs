using System.Net.Sockets;
using System.Text;

namespace Nitro.Testing;

/// <summary>
/// A stand-in for the vsock backend of an emulated machine: it listens on a Unix socket, reads the CONNECT line of whoever comes, and hands both to a script.
/// Written against the backend's documentation, with nothing of the toolkit's.
/// </summary>
public sealed class EmulatorBackend : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _ending = new();
    private readonly Func<Socket, string, CancellationToken, Task> _script;
    private readonly Task _accepting;

    private EmulatorBackend(string path, Func<Socket, string, CancellationToken, Task> script)
    {
        _script = script;
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen(128);
        _accepting = AcceptAsync();
    }

    /// <summary>A backend that does with each connection, and with the line it sent, what the script says; the connection closes when the script ends.</summary>
    public static EmulatorBackend Start(string path, Func<Socket, string, CancellationToken, Task> script) => new(path, script);

    /// <summary>A backend whose machine has one listener, at a port, which is really at another Unix socket; other ports are refused as the real one does.</summary>
    public static EmulatorBackend StartRelay(string path, uint port, string target) => new(path, async (socket, line, cancel) =>
    {
        using var guest = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        if (line != $"CONNECT {port}")
        {
            return;
        }

        try
        {
            await guest.ConnectAsync(new UnixDomainSocketEndPoint(target), cancel);
        }
        catch (SocketException)
        {
            return;
        }

        await socket.SendAsync(Encoding.ASCII.GetBytes("OK 1073741824\n"), cancel);
        await Task.WhenAll(PumpAsync(socket, guest, cancel), PumpAsync(guest, socket, cancel));
    });

    /// <summary>Ends every connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _ending.Dispose();
    }

    private static async Task PumpAsync(Socket from, Socket to, CancellationToken cancel)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReceiveAsync(buffer, cancel) is var read and > 0)
        {
            for (var rest = buffer.AsMemory(0, read); !rest.IsEmpty;)
            {
                rest = rest[await to.SendAsync(rest, cancel)..];
            }
        }

        to.Shutdown(SocketShutdown.Send);
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptAsync(_ending.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                var line = new StringBuilder();
                var one = new byte[1];
                while (await socket.ReceiveAsync(one, _ending.Token) == 1 && one[0] != '\n')
                {
                    line.Append((char)one[0]);
                }

                await _script(socket, line.ToString(), _ending.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The other side left, or the test is over.
            }
        }
    }
}

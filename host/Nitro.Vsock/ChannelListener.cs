using System.Globalization;
using System.Net.Sockets;

namespace Nitro.Vsock;

/// <summary>
/// Listens on a channel and accepts byte streams. A Unix socket's file is open to its owner alone, is removed at the end, and is taken over from a process
/// that left it behind, never from one that still answers. Thread-safe.
/// </summary>
public sealed class ChannelListener : IDisposable
{
    private const int Backlog = 512;
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(1);

    private readonly Socket _socket;
    private int _disposed;

    private ChannelListener(Socket socket, ChannelAddress address)
    {
        _socket = socket;
        Address = address;
    }

    /// <summary>Where it listens.</summary>
    public ChannelAddress Address { get; }

    /// <summary>Begins to listen.</summary>
    /// <exception cref="ChannelException">It cannot; the message says why and what to do.</exception>
    public static async ValueTask<ChannelListener> BindAsync(ChannelAddress address, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.Kind == ChannelKind.Emulator)
        {
            throw new ChannelException(string.Create(
                CultureInfo.InvariantCulture,
                $"{address}: this address leads into an emulated machine, and nobody can listen at it; inside the machine listen at vsock:any:{address.Port}, and for what the machine connects to at CID 2 listen at unix:{address.Path}_{address.Port}"));
        }

        if (address.IsUnix)
        {
            await RemoveStaleFileAsync(address, cancel).ConfigureAwait(false);
        }

        var socket = ChannelSocket.Create(address);
        try
        {
            socket.Bind(address.ToEndPoint());
            if (address.IsUnix)
            {
                File.SetUnixFileMode(address.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            socket.Listen(Backlog);
            return new ChannelListener(socket, address);
        }
        catch (Exception exception) when (exception is SocketException or IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            throw new ChannelException($"{address}: {Explain(exception, address)}", exception);
        }
    }

    /// <summary>The next connection as a stream whose writes are capped; null once the listener is disposed.</summary>
    public async ValueTask<Stream?> AcceptAsync(CancellationToken cancel)
    {
        var socket = await AcceptSocketAsync(cancel).ConfigureAwait(false);
        return socket is null ? null : new CappedWriteStream(new NetworkStream(socket, ownsSocket: true));
    }

    /// <summary>Stops listening; open connections stay.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _socket.Dispose();
        if (Address.IsUnix)
        {
            File.Delete(Address.Path);
        }
    }

    internal async ValueTask<Socket?> AcceptSocketAsync(CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                return await _socket.AcceptAsync(cancel).ConfigureAwait(false);
            }
            catch (SocketException) when (Volatile.Read(ref _disposed) == 0)
            {
                // The peer left between connecting and being accepted.
            }
            catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
            {
                return null;
            }
        }
    }

    private static async ValueTask RemoveStaleFileAsync(ChannelAddress address, CancellationToken cancel)
    {
        if (!File.Exists(address.Path))
        {
            return;
        }

        if ((File.GetAttributes(address.Path!) & FileAttributes.ReparsePoint) != 0 || SocketFile.IsOtherKind(address.Path!))
        {
            throw new ChannelException($"{address}: there is a file of another kind; choose another path");
        }

        try
        {
            using var probe = await ChannelSocket.ConnectAsync(address, ProbeTimeout, cancel).ConfigureAwait(false);
        }
        catch (ChannelException)
        {
            File.Delete(address.Path!);
            return;
        }

        throw new ChannelException($"{address}: another process listens there; stop it, or choose another path");
    }

    private static string Explain(Exception exception, ChannelAddress address) => exception switch
    {
        SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } => "another process listens there; stop it, or choose another address",
        SocketException { SocketErrorCode: SocketError.AccessDenied } or UnauthorizedAccessException => "permission denied; choose a folder (or for vsock a port above 1023) that this user may use",
        _ when address.IsUnix && !Directory.Exists(Path.GetDirectoryName(address.Path)) => "its folder does not exist; make it first",
        _ => exception.Message,
    };
}

using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Nitro.Vsock;

/// <summary>Sockets of each kind, and what their failures mean.</summary>
internal static partial class ChannelSocket
{
    private const int SockStream = 1;
    private const int SockCloseOnExec = 0x80000;

    /// <summary>An unbound socket for an address.</summary>
    public static Socket Create(ChannelAddress address)
    {
        if (address.Kind != ChannelKind.Vsock)
        {
            return new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        }

        // .NET has no name for AF_VSOCK: the descriptor is made here, and wrapped.
        var descriptor = OpenSocket(VsockEndPoint.AddressFamilyNumber, SockStream | SockCloseOnExec, 0);
        return descriptor >= 0
            ? new Socket(new SafeSocketHandle(descriptor, ownsHandle: true))
            : throw new ChannelException($"{address}: this machine has no vsock ({new Win32Exception(Marshal.GetLastPInvokeError()).Message}); load the kernel's vsock modules, or use unix:/path");
    }

    /// <summary>Connects within a time: a vsock connection to a machine that does not exist may hang. An emulator's handshake is a part of it.</summary>
    public static async ValueTask<Socket> ConnectAsync(ChannelAddress address, TimeSpan timeout, CancellationToken cancel)
    {
        var socket = Create(address);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(timeout);
        try
        {
            await socket.ConnectAsync(address.ToEndPoint(), deadline.Token).ConfigureAwait(false);
            if (address.Kind == ChannelKind.Emulator)
            {
                await EmulatorHandshake.RunAsync(socket, address, deadline.Token).ConfigureAwait(false);
            }

            return socket;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new ChannelException($"{address}: {Explain(exception, address)}", exception);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            socket.Dispose();
            var ask = address.Kind == ChannelKind.Emulator ? "has the enclave started, and is that its port?" : "is the enclave running, and is the CID its own?";
            throw new ChannelException($"{address}: no connection within {timeout.TotalSeconds} s; {ask}");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string Explain(SocketException exception, ChannelAddress address) => exception.SocketErrorCode switch
    {
        SocketError.AccessDenied => "permission denied; run as the user that owns the socket",
        _ when address.Path is { } path && !File.Exists(path) => $"there is no such socket; {NotRunning(address)}",

        // vsock says "reset" where TCP says "refused".
        SocketError.ConnectionRefused or SocketError.ConnectionReset => $"nobody listens there; {NotRunning(address)}",
        _ => $"{exception.Message} ({exception.SocketErrorCode})",
    };

    private static string NotRunning(ChannelAddress address) =>
        address.Kind == ChannelKind.Emulator ? "is the emulator running? (make emulator-run)" : "is the enclave running?";

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int OpenSocket(int domain, int type, int protocol);
}

using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Nitro.Vsock;

/// <summary>Sockets of either kind, and what their failures mean.</summary>
internal static partial class ChannelSocket
{
    private const int SockStream = 1;
    private const int SockCloseOnExec = 0x80000;

    /// <summary>An unbound socket for an address.</summary>
    public static Socket Create(ChannelAddress address)
    {
        if (address.IsUnix)
        {
            return new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        }

        // .NET has no name for AF_VSOCK: the descriptor is made here, and wrapped.
        var descriptor = OpenSocket(VsockEndPoint.AddressFamilyNumber, SockStream | SockCloseOnExec, 0);
        return descriptor >= 0
            ? new Socket(new SafeSocketHandle(descriptor, ownsHandle: true))
            : throw new ChannelException($"{address}: this machine has no vsock ({new Win32Exception(Marshal.GetLastPInvokeError()).Message}); load the kernel's vsock modules, or use unix:/path");
    }

    /// <summary>Connects within a time: a vsock connection to a machine that does not exist may hang.</summary>
    public static async ValueTask<Socket> ConnectAsync(ChannelAddress address, TimeSpan timeout, CancellationToken cancel)
    {
        var socket = Create(address);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(timeout);
        try
        {
            await socket.ConnectAsync(address.ToEndPoint(), deadline.Token).ConfigureAwait(false);
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
            throw new ChannelException($"{address}: no connection within {timeout.TotalSeconds} s; is the enclave running, and is the CID its own?");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string Explain(SocketException exception, ChannelAddress address) => exception.SocketErrorCode switch
    {
        // vsock says "reset" where TCP says "refused".
        SocketError.ConnectionRefused or SocketError.ConnectionReset => "nobody listens there; is the enclave running?",
        SocketError.AddressNotAvailable when address.IsUnix => "there is no such socket; is the enclave running?",
        SocketError.AccessDenied => "permission denied; run as the user that owns the socket",
        _ when address.IsUnix && !File.Exists(address.Path) => "there is no such socket; is the enclave running?",
        _ => $"{exception.Message} ({exception.SocketErrorCode})",
    };

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int OpenSocket(int domain, int type, int protocol);
}

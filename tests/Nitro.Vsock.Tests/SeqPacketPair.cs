using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Nitro.Vsock.Tests;

/// <summary>Two connected sockets that keep message boundaries (socketpair(2), SOCK_SEQPACKET).</summary>
internal static partial class SeqPacketPair
{
    private const int AfUnix = 1;
    private const int SockSeqPacket = 5;

    public static (Socket, Socket) Create()
    {
        var descriptors = new int[2];
        Assert.Equal(0, SocketPair(AfUnix, SockSeqPacket, 0, descriptors));
        return (new Socket(new SafeSocketHandle(descriptors[0], ownsHandle: true)), new Socket(new SafeSocketHandle(descriptors[1], ownsHandle: true)));
    }

    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    private static partial int SocketPair(int domain, int type, int protocol, [Out] int[] descriptors);
}

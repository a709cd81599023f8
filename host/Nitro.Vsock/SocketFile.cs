using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Nitro.Vsock;

/// <summary>
/// What lies at a Unix socket's path: .NET takes a socket for a file, and connecting says the same of a file as of a socket that nobody
/// listens at.
/// </summary>
public static partial class SocketFile
{
    private const int CurrentFolder = -100, TypeMask = 1;
    private const int StatusSize = 256, ModeAt = 28;
    private const int KindMask = 0xF000, Socket = 0xC000;

    /// <summary>Whether something else than a socket lies there, links followed. Nothing, or what may not be looked at, is not.</summary>
    public static bool IsOtherKind(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        Span<byte> status = stackalloc byte[StatusSize];
        return Statx(CurrentFolder, path, flags: 0, TypeMask, ref MemoryMarshal.GetReference(status)) == 0
            && (BinaryPrimitives.ReadUInt16LittleEndian(status[ModeAt..]) & KindMask) != Socket;
    }

    /// <summary>statx(2), whose structure is the same on every architecture.</summary>
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte status);
}

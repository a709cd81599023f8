using Nitro.Files;

namespace Nitro.Vsock;

/// <summary>
/// What lies at a Unix socket's path: .NET takes a socket for a file, and connecting says the same of a file as of a socket that nobody
/// listens at.
/// </summary>
public static class SocketFile
{
    /// <summary>Whether something else than a socket lies there, links followed. Nothing, or what may not be looked at, is not.</summary>
    public static bool IsOtherKind(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return FileStatus.TryRead(path, followLinks: true, out var status) && status.Kind != FileStatus.Socket;
    }
}

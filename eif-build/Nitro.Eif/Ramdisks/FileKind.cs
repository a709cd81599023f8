using System.Runtime.InteropServices;
using Nitro.Files;

namespace Nitro.Eif.Ramdisks;

/// <summary>What lies at a path: .NET takes a pipe for a file, and opening one waits for ever.</summary>
internal static class FileKind
{
    /// <summary>The kind of what lies there, or null when a ramdisk cannot hold it.</summary>
    /// <exception cref="IOException">It is gone, or may not be looked at.</exception>
    public static RamdiskEntryKind? Of(string path, bool followLinks = false)
    {
        if (!FileStatus.TryRead(path, followLinks, out var status))
        {
            throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        var kind = (RamdiskEntryKind)status.Kind;
        return Enum.IsDefined(kind) ? kind : null;
    }

    /// <summary>What tells a file from every other, links followed, whatever name it goes by. Null when there is none.</summary>
    public static FileStatus? Identity(string path) => FileStatus.TryRead(path, followLinks: true, out var status) ? status : null;
}

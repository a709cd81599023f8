using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Nitro.Eif.Ramdisks;

/// <summary>What lies at a path: .NET takes a pipe for a file, and opening one waits for ever.</summary>
internal static partial class FileKind
{
    private const int CurrentFolder = -100, NoFollow = 0x100, TypeMask = 1, ModeAt = 28, KindMask = 0xF000;

    /// <summary>The kind of what lies there, or null when a ramdisk cannot hold it.</summary>
    /// <exception cref="IOException">It is gone, or may not be looked at.</exception>
    public static RamdiskEntryKind? Of(string path, bool followLinks = false)
    {
        Span<byte> status = stackalloc byte[256];
        if (Statx(CurrentFolder, path, followLinks ? 0 : NoFollow, TypeMask, ref MemoryMarshal.GetReference(status)) != 0)
        {
            throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        var kind = (RamdiskEntryKind)(BinaryPrimitives.ReadUInt16LittleEndian(status[ModeAt..]) & KindMask);
        return Enum.IsDefined(kind) ? kind : null;
    }

    /// <summary>statx(2), whose structure is the same on every architecture.</summary>
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte status);
}

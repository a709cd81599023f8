using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Nitro.Eif.Ramdisks;

/// <summary>What lies at a path: .NET takes a pipe for a file, and opening one waits for ever.</summary>
internal static partial class FileKind
{
    private const int CurrentFolder = -100, NoFollow = 0x100, KindMask = 0xF000;
    private const int TypeMask = 1, InodeMask = 0x100, ModeAt = 28, InodeAt = 32, DeviceMajorAt = 136, DeviceMinorAt = 140, StatusSize = 256;

    /// <summary>The kind of what lies there, or null when a ramdisk cannot hold it.</summary>
    /// <exception cref="IOException">It is gone, or may not be looked at.</exception>
    public static RamdiskEntryKind? Of(string path, bool followLinks = false)
    {
        Span<byte> status = stackalloc byte[StatusSize];
        Read(path, followLinks, TypeMask, status);
        var kind = (RamdiskEntryKind)(BinaryPrimitives.ReadUInt16LittleEndian(status[ModeAt..]) & KindMask);
        return Enum.IsDefined(kind) ? kind : null;
    }

    /// <summary>What tells a file from every other, links followed, whatever name it goes by: device and inode. Null when there is none.</summary>
    public static (uint Major, uint Minor, ulong Inode)? Identity(string path)
    {
        Span<byte> status = stackalloc byte[StatusSize];
        try
        {
            Read(path, followLinks: true, InodeMask, status);
        }
        catch (IOException)
        {
            return null;
        }

        return (
            BinaryPrimitives.ReadUInt32LittleEndian(status[DeviceMajorAt..]),
            BinaryPrimitives.ReadUInt32LittleEndian(status[DeviceMinorAt..]),
            BinaryPrimitives.ReadUInt64LittleEndian(status[InodeAt..]));
    }

    private static void Read(string path, bool followLinks, uint mask, Span<byte> status)
    {
        if (Statx(CurrentFolder, path, followLinks ? 0 : NoFollow, mask, ref MemoryMarshal.GetReference(status)) != 0)
        {
            throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>statx(2), whose structure is the same on every architecture.</summary>
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte status);
}

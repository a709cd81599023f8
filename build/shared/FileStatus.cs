using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Nitro.Files;

/// <summary>
/// What lies at a path, by statx(2). .NET takes a pipe, a device or a socket for a file, and two names of one file for two files. Compiled
/// into whatever asks.
/// </summary>
/// <param name="Kind">S_IFMT of the mode (inode(7)).</param>
/// <param name="DeviceMajor">With the other two, what tells a file from every other, whatever name it goes by.</param>
/// <param name="DeviceMinor">See <paramref name="DeviceMajor"/>.</param>
/// <param name="Inode">See <paramref name="DeviceMajor"/>.</param>
internal readonly partial record struct FileStatus(int Kind, uint DeviceMajor, uint DeviceMinor, ulong Inode)
{
    public const int Regular = 0x8000, Socket = 0xC000;

    private const int CurrentFolder = -100, NoFollow = 0x100;
    private const uint TypeAndInode = 0x1 | 0x100;
    private const int Size = 256, ModeAt = 28, InodeAt = 32, DeviceMajorAt = 136, DeviceMinorAt = 140, KindMask = 0xF000;

    /// <summary>Looks at a path.</summary>
    /// <param name="path">The path.</param>
    /// <param name="followLinks">Whether what a link leads to is looked at, or the link.</param>
    /// <param name="status">What lies there.</param>
    /// <returns>False when nothing does, or it may not be looked at: <see cref="Marshal.GetLastPInvokeErrorMessage"/> says which.</returns>
    /// <exception cref="EntryPointNotFoundException">This system has no statx.</exception>
    /// <exception cref="DllNotFoundException">This system has no libc of that name.</exception>
    public static bool TryRead(string path, bool followLinks, out FileStatus status)
    {
        Span<byte> bytes = stackalloc byte[Size];
        var isThere = Statx(CurrentFolder, path, followLinks ? 0 : NoFollow, TypeAndInode, ref MemoryMarshal.GetReference(bytes)) == 0;
        status = new FileStatus(
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[ModeAt..]) & KindMask,
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[DeviceMajorAt..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[DeviceMinorAt..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[InodeAt..]));
        return isThere;
    }

    /// <summary>Its structure is the same on every architecture.</summary>
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte status);
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Nitro.Verifier.Cli;

/// <summary>What a name leads to, links followed: on Linux the file itself, by device and inode, so that hard links are one as well; elsewhere its path.</summary>
internal readonly partial record struct FileIdentity
{
    private const int CurrentFolder = -100;

    /// <summary>STATX_TYPE and STATX_INO (statx(2)); the device is always told.</summary>
    private const int Wanted = 0x1 | 0x100;

    private const int StatusSize = 256, ModeAt = 28, InodeAt = 32, DeviceAt = 136;
    private const int KindMask = 0xF000, Regular = 0x8000;

    private FileIdentity(string value, bool isRegular) => (Value, IsRegular) = (value, isRegular);

    private string Value { get; }

    /// <summary>Whether it is a file like any other: not a device, pipe or socket.</summary>
    public bool IsRegular { get; }

    /// <summary>What lies there, or null when nothing does that may be looked at.</summary>
    public static FileIdentity? Of(string path)
    {
        Span<byte> status = stackalloc byte[StatusSize];
        try
        {
            if (Statx(CurrentFolder, path, flags: 0, Wanted, ref MemoryMarshal.GetReference(status)) != 0)
            {
                return null;
            }
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            return File.Exists(path) ? new FileIdentity(FinalPath(path), isRegular: !path.StartsWith("/dev/", StringComparison.Ordinal)) : null;
        }

        var value = $"{Convert.ToHexString(status.Slice(DeviceAt, 8))} {Convert.ToHexString(status.Slice(InodeAt, 8))}";
        return new FileIdentity(value, (BinaryPrimitives.ReadUInt16LittleEndian(status[ModeAt..]) & KindMask) == Regular);
    }

    /// <summary>The path with a link at its end followed, which is where a new file takes the old one's place.</summary>
    public static string FinalPath(string path) =>
        new FileInfo(path).LinkTarget is null ? Path.GetFullPath(path) : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;

    /// <summary>statx(2), whose structure is the same on every architecture.</summary>
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte status);
}

using Nitro.Files;

namespace Nitro.Verifier.Cli;

/// <summary>
/// What a name leads to, links followed: on Linux the file itself, by device and inode, so that hard links are one as well; elsewhere its
/// path.
/// </summary>
/// <param name="Status">The file; null where there is no statx(2).</param>
/// <param name="Path">Its path where that is all there is.</param>
/// <param name="IsRegular">Whether it is a file like any other: not a device, pipe or socket.</param>
internal readonly record struct FileIdentity(FileStatus? Status, string? Path, bool IsRegular)
{
    /// <summary>What lies there, or null when nothing does that may be looked at.</summary>
    public static FileIdentity? Of(string path)
    {
        try
        {
            return FileStatus.TryRead(path, followLinks: true, out var status)
                ? new FileIdentity(status, null, status.Kind == FileStatus.Regular)
                : null;
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            return File.Exists(path) ? new FileIdentity(null, OutputFile.FinalPath(path), !path.StartsWith("/dev/", StringComparison.Ordinal)) : null;
        }
    }
}

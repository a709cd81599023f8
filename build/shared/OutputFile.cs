using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Nitro.Files;

/// <summary>A file that is written in whole or not at all. Compiled into every command that writes one.</summary>
internal static class OutputFile
{
    /// <summary>
    /// Writes a file under a name of its own first, in the same folder, then renames it. The permissions of a file that is replaced stay,
    /// and Ctrl-C leaves nothing behind.
    /// </summary>
    /// <param name="target">Its name, links followed, in a folder that is there.</param>
    /// <param name="write">Writes the content, and may read it again.</param>
    /// <returns>What <paramref name="write"/> gave.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write there.</exception>
    public static T Replace<T>(string target, Func<FileStream, T> write)
    {
        var temporary = $"{target}.{RandomNumberGenerator.GetHexString(12, lowercase: true)}.part";
        var signals = new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT }
            .Select(signal => PosixSignalRegistration.Create(signal, _ => File.Delete(temporary))).ToArray();
        try
        {
            T result;
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 18))
            {
                result = write(stream);
                stream.Flush(flushToDisk: true);
            }

            if (!OperatingSystem.IsWindows() && File.Exists(target))
            {
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(target));
            }

            File.Move(temporary, target, overwrite: true);
            return result;
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new UnauthorizedAccessException($"{target} may not be written by this user", exception);
        }
        finally
        {
            if (Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(temporary))))
            {
                File.Delete(temporary);
            }

            Array.ForEach(signals, signal => signal.Dispose());
        }
    }

    /// <summary>The path with a link at its end followed, which is where a new file takes the old one's place.</summary>
    public static string FinalPath(string path) => new FileInfo(path).LinkTarget is null
        ? Path.GetFullPath(path)
        : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
}

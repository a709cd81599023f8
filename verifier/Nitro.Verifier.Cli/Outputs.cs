using System.Security.Cryptography;

namespace Nitro.Verifier.Cli;

/// <summary>The file that a command writes.</summary>
internal static class Outputs
{
    /// <summary>
    /// Writes a file that is complete or not there: under a name of its own first, in the same folder, then renamed. A symbolic link stays one, a file's
    /// permissions stay. A device or pipe, such as /dev/stdout, is written to as it is.
    /// </summary>
    /// <param name="output">Its name.</param>
    /// <param name="content">The whole of it.</param>
    /// <param name="inputs">What the command has read: none of these files is ever replaced.</param>
    /// <exception cref="UsageException">It is one of the inputs, a folder, or the folder that it would lie in is not there.</exception>
    public static void Write(string output, byte[] content, Inputs inputs)
    {
        if (output.Length == 0 || output.Contains('\0', StringComparison.Ordinal) || Directory.Exists(output))
        {
            throw new UsageException(output.Length == 0 ? "the output's name is empty" : $"{output} is {(Directory.Exists(output) ? "a folder" : "no file's name")}: name the file to write");
        }

        var existing = FileIdentity.Of(output);
        if (existing is { } one && inputs.Names.FirstOrDefault(input => FileIdentity.Of(input) == one) is { } taken)
        {
            throw new UsageException($"the output {output} is also an input ({taken}), which it would replace: name another file");
        }

        if (existing is { IsRegular: false })
        {
            File.WriteAllBytes(output, content);
            return;
        }

        var target = FileIdentity.FinalPath(output);
        if (!Directory.Exists(Path.GetDirectoryName(target)))
        {
            throw new UsageException($"there is no folder {Path.GetDirectoryName(target)} to write {Path.GetFileName(target)} into: make it first");
        }

        Replace(target, content);
    }

    private static void Replace(string target, byte[] content)
    {
        var temporary = $"{target}.{RandomNumberGenerator.GetHexString(12, lowercase: true)}.part";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            if (!OperatingSystem.IsWindows() && File.Exists(target))
            {
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(target));
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new UnauthorizedAccessException($"{target} may not be written by this user", exception);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}

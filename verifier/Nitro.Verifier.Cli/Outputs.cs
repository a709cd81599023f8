using Nitro.Files;

namespace Nitro.Verifier.Cli;

/// <summary>The file that a command writes.</summary>
internal static class Outputs
{
    /// <summary>
    /// Writes a file that is complete or not there (<see cref="OutputFile"/>). A symbolic link stays one. A device or pipe, such as /dev/stdout, is
    /// written to as it is.
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

        var target = OutputFile.FinalPath(output);
        if (!Directory.Exists(Path.GetDirectoryName(target)))
        {
            throw new UsageException($"there is no folder {Path.GetDirectoryName(target)} to write {Path.GetFileName(target)} into: make it first");
        }

        OutputFile.Replace(target, stream =>
        {
            stream.Write(content);
            return content.Length;
        });
    }
}

using Nitro.Eif.Reading;

namespace Nitro.Eif.Cli;

/// <summary>Reads the images that a command line names.</summary>
internal static class Images
{
    /// <summary>Reads an image with a bar; "-" is standard input.</summary>
    /// <exception cref="RefusedException">It is no image.</exception>
    public static EifDescription Read(CommandContext context, string name, bool allowWrongCrc = false)
    {
        using var stream = name == "-" ? context.Input : Open(name);
        using var bar = new ProgressBar(context, "measuring", stream.CanSeek ? stream.Length : 0);
        return EifReader.TryRead(stream, new EifReadOptions { Progress = bar, AllowWrongCrcUnsafe = allowWrongCrc }, out var description, out var error)
            ? description
            : throw new RefusedException($"{(name == "-" ? "standard input" : name)} is no enclave image: {error}");
    }

    public static FileStream Open(string name) => Directory.Exists(name)
        ? throw new UsageException($"{name} is a folder, not an image")
        : new FileStream(name, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);

    /// <summary>
    /// Writes a file that is complete or not there: under a name of its own first, in the same folder, then renamed.
    /// </summary>
    public static T Replace<T>(string name, Func<FileStream, T> write)
    {
        if (Directory.Exists(name))
        {
            throw new UsageException($"{name} is a folder: name the file to write");
        }

        var temporary = $"{name}.{Environment.ProcessId}.part";
        try
        {
            T result;
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 18))
            {
                result = write(stream);
            }

            File.Move(temporary, name, overwrite: true);
            return result;
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}

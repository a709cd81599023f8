using Nitro.Eif.Format;
using Nitro.Eif.Ramdisks;
using Nitro.Eif.Reading;
using Nitro.Files;

namespace Nitro.Eif.Cli;

/// <summary>Reads the images that a command line names.</summary>
internal static class Images
{
    /// <summary>Bytes of a key, a certificate or a description at most: all of them have some thousands.</summary>
    private const int MaximumSmall = 1 << 20;

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

    /// <summary>Opens an image's file, or what else can be read once from its start to its end, such as a pipe.</summary>
    public static FileStream Open(string name) => name.Length == 0 ? throw new UsageException("an image's name is empty")
        : Directory.Exists(name) ? throw new UsageException($"{name} is a folder, not an image")
        : Existing(name, FileOptions.SequentialScan);

    /// <exception cref="UsageException">It is not there.</exception>
    private static FileStream Existing(string name, FileOptions options = FileOptions.None)
    {
        try
        {
            return new FileStream(name, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, options);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException($"there is no file {name}");
        }
    }

    /// <summary>
    /// The whole of a small file, such as a key, which may be a pipe: of what has no end no more is read than would be accepted.
    /// </summary>
    /// <exception cref="UsageException">It is a folder, or has more bytes.</exception>
    public static byte[] ReadSmall(string name)
    {
        using var stream = Directory.Exists(name) ? throw new UsageException($"{name} is a folder, and a file is needed") : Existing(name);
        var content = new byte[MaximumSmall + 1];
        var got = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return got <= MaximumSmall
            ? content[..got]
            : throw new UsageException($"{name} has more than {MaximumSmall} bytes, which no key, certificate or description has");
    }

    /// <summary>Refuses an output that one of the inputs is as well, by whatever name: it would take the place of, say, the key.</summary>
    public static void RefuseOver(string output, params IEnumerable<string?> inputs)
    {
        if (FileKind.Identity(output) is { } identity
            && inputs.FirstOrDefault(input => !string.IsNullOrEmpty(input) && FileKind.Identity(input) == identity) is { } taken)
        {
            throw new UsageException($"the output {output} is also an input ({taken}), which it would replace: name another file");
        }
    }

    /// <summary>Refuses to put something else in the place of an image, which may be signed and the only one.</summary>
    public static void RefuseOverImage(string output)
    {
        var start = new byte[EifHeader.Magic.Length];
        if (File.Exists(output) && !IsSpecial(output))
        {
            using var stream = File.OpenRead(output);
            if (stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && EifHeader.Magic.SequenceEqual(start))
            {
                throw new UsageException($"the output {output} is an enclave image, which it would replace: name another file");
            }
        }
    }

    /// <summary>Refuses what a command that reads its image more than once cannot take.</summary>
    public static void RequireFile(string command, string name)
    {
        if (name == "-" || IsSpecial(name))
        {
            throw new UsageException(
                $"{command} reads its image more than once: {(name == "-" ? "standard input" : $"{name}, which is no regular file,")} will not do");
        }
    }

    /// <summary>Whether something lies there, links followed, that is neither file nor folder: a pipe would be waited for, a device replaced.</summary>
    public static bool IsSpecial(string name)
    {
        try
        {
            return File.Exists(name) && FileKind.Of(name, followLinks: true) is null;
        }
        catch (IOException)
        {
            // A link into nothing, or what may not be looked at: opening it says which.
            return false;
        }
    }

    /// <summary>
    /// Writes a file that is complete or not there (<see cref="OutputFile"/>). A symbolic link stays one.
    /// </summary>
    public static T Replace<T>(string name, Func<FileStream, T> write)
    {
        if (name.Length == 0 || Directory.Exists(name) || IsSpecial(name))
        {
            var what = Directory.Exists(name) ? "a folder" : "no regular file";
            throw new UsageException(name.Length == 0 ? "the output's name is empty" : $"{name} is {what}: name the file to write");
        }

        var target = OutputFile.FinalPath(name);
        return Directory.Exists(Path.GetDirectoryName(target))
            ? OutputFile.Replace(target, write)
            : throw new UsageException($"there is no folder {Path.GetDirectoryName(target)} for the output {Path.GetFileName(target)}: make it first");
    }
}

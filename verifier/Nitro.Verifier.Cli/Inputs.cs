namespace Nitro.Verifier.Cli;

/// <summary>The files that a command line names: files, the files of folders, and "-" for standard input.</summary>
internal sealed class Inputs(Stream standardInput)
{
    /// <summary>The largest file that is read: that of an evidence file.</summary>
    private const long MaximumSize = Nitro.Attestation.EvidenceFiles.Evidence.MaximumSize;

    private readonly List<string> _names = [];
    private bool _standardInputIsRead;

    /// <summary>The files that were read, standard input left out.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Every file that the arguments name, folders in the order of their names; files of a folder that begin with a dot are left out.</summary>
    /// <exception cref="UsageException">A name that is neither file nor folder, or a folder without files.</exception>
    public static IReadOnlyList<string> Expand(IEnumerable<string> arguments, string pattern)
    {
        var files = new List<string>();
        foreach (var argument in arguments)
        {
            if (Directory.Exists(argument))
            {
                var found = List(argument, pattern);
                files.AddRange(found.Length > 0 ? found : throw new UsageException($"the folder {argument} holds no {pattern}"));
            }
            else
            {
                files.Add(argument);
            }
        }

        return files;
    }

    private static string[] List(string folder, string pattern)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, pattern).Where(file => !Path.GetFileName(file).StartsWith('.')).Order(StringComparer.Ordinal)];
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new UnauthorizedAccessException($"the folder {folder} may not be read by this user", exception);
        }
    }

    /// <summary>The content of a file, or of standard input for "-".</summary>
    /// <exception cref="UsageException">No such file, or one that is too large, or standard input a second time.</exception>
    public byte[] Read(string name)
    {
        if (name != "-")
        {
            _names.Add(name);
        }
        else if (_standardInputIsRead)
        {
            throw new UsageException("standard input is named twice, and can be read once: save it to a file");
        }

        _standardInputIsRead |= name == "-";

        try
        {
            using var stream = name == "-" ? standardInput : File.OpenRead(name);
            using var content = new MemoryStream();
            var buffer = new byte[81920];
            for (int read; (read = stream.Read(buffer)) > 0;)
            {
                content.Write(buffer, 0, read);
                if (content.Length > MaximumSize)
                {
                    throw new UsageException($"{Shown(name)} has more than {MaximumSize} bytes, which is more than any evidence has");
                }
            }

            return content.ToArray();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException($"there is no file {name}");
        }
        catch (ArgumentException)
        {
            throw new UsageException($"{(name.Length == 0 ? "an empty text" : name)} is no file's name");
        }
        catch (UnauthorizedAccessException exception)
        {
            throw Directory.Exists(name)
                ? new UsageException($"{name} is a folder, and a file is needed")
                : new UnauthorizedAccessException($"{name} may not be read by this user", exception);
        }
    }

    /// <summary>The name as messages show it.</summary>
    public static string Shown(string name) => name == "-" ? "standard input" : name;
}

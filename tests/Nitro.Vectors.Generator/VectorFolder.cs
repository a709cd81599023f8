namespace Nitro.Vectors.Generator;

/// <summary>The folder in which vectors are kept.</summary>
public static class VectorFolder
{
    /// <summary>What in the folder is not as it is generated: one line each.</summary>
    public static IReadOnlyList<string> Compare(VectorSet set, string folder)
    {
        List<string> differences = [];
        foreach (var (path, content) in set.Files)
        {
            var file = Path.Combine(folder, path);
            if (!File.Exists(file))
            {
                differences.Add($"{path}: missing");
            }
            else if (!File.ReadAllBytes(file).AsSpan().SequenceEqual(content))
            {
                differences.Add($"{path}: differs");
            }
        }

        differences.AddRange(Strays(set, folder).Select(path => $"{path}: not generated"));
        return differences;
    }

    /// <summary>Makes the folder hold exactly the set, beside what people wrote there: the folder's own files other than the
    /// index.</summary>
    public static void Write(VectorSet set, string folder)
    {
        foreach (var path in Strays(set, folder))
        {
            File.Delete(Path.Combine(folder, path));
        }

        foreach (var (path, content) in set.Files)
        {
            var file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, content);
        }
    }

    private static List<string> Strays(VectorSet set, string folder) =>
    [
        .. VectorSet.Folders.Select(name => Path.Combine(folder, name)).Where(Directory.Exists)
            .SelectMany(one => Directory.EnumerateFiles(one, "*", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
            .Where(path => !set.Files.ContainsKey(path))
            .Order(StringComparer.Ordinal),
    ];
}

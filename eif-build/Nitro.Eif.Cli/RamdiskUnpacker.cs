using System.Globalization;
using System.Text;
using Nitro.Eif.Ramdisks;

namespace Nitro.Eif.Cli;

/// <summary>
/// Writes a ramdisk's files into a folder. Nothing lands outside it: every part of a path is a name, every folder on the way is one that
/// was made here, and links are made last, when nothing is written through them any more. Devices, pipes and sockets are left out: a copy
/// of them would be of no use, and takes root.
/// </summary>
internal sealed class RamdiskUnpacker(string folder)
{
    private const UnixFileMode Passed = (UnixFileMode)0b111_101_101;
    private const UnixFileMode OwnerOfFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOfFolder = OwnerOfFile | UnixFileMode.UserExecute;

    private readonly HashSet<string> _folders = new(StringComparer.Ordinal) { "" };
    private readonly Dictionary<string, string> _links = new(StringComparer.Ordinal);
    private int _emptyNames, _special;

    /// <summary>Unpacks one ramdisk.</summary>
    /// <param name="content">The ramdisk; closed.</param>
    /// <param name="ramdisk">Its name, for messages.</param>
    /// <param name="errors">For warnings.</param>
    /// <param name="stop">Asked before every file.</param>
    /// <exception cref="RefusedException">It is no ramdisk, or one that would write elsewhere.</exception>
    public void Unpack(Stream content, string ramdisk, TextWriter errors, CancellationToken stop)
    {
        Directory.CreateDirectory(folder);
        try
        {
            using var reader = RamdiskReader.Open(content);
            while (reader.Next() is { } entry)
            {
                stop.ThrowIfCancellationRequested();
                if (entry.Path is not ("." or "/"))
                {
                    Write(reader, entry);
                }
            }
        }
        catch (RamdiskException exception)
        {
            throw new RefusedException($"the files of {ramdisk} cannot be unpacked: {exception.Message}");
        }

        foreach (var (path, target) in _links.Where(link => link.Value.Length > 0 && !link.Value.Contains('\0', StringComparison.Ordinal)))
        {
            File.CreateSymbolicLink(path, target);
        }

        // Copies of the content would let a small archive fill the disk.
        Warn(_emptyNames, "of the empty files of", "are further names of others (hard links), which have the content");
        Warn(_special, "entries of", "are devices, pipes or sockets, and were left out");

        void Warn(int count, string what, string why)
        {
            if (count > 0)
            {
                errors.WriteLine(string.Create(CultureInfo.InvariantCulture, $"warning: {count} {what} {ramdisk} {why}"));
            }
        }
    }

    /// <summary>Writes one entry over what an earlier one of the same path left: the later counts, as it does for the kernel.</summary>
    private void Write(RamdiskReader reader, ArchivedEntry entry)
    {
        var path = CheckPath(entry.Path);
        var target = Path.Combine(folder, path);
        if (entry.Kind == RamdiskEntryKind.Folder ? File.Exists(target) : _folders.Contains(path))
        {
            throw new RamdiskException($"\"{path}\" is a folder and something else");
        }

        _links.Remove(target);
        var permissions = (UnixFileMode)entry.Permissions & Passed;
        switch (entry.Kind)
        {
            case RamdiskEntryKind.Folder:
                Directory.CreateDirectory(target, permissions | OwnerOfFolder);
                _folders.Add(path);
                break;
            case RamdiskEntryKind.File:
                _emptyNames += entry is { Links: > 1, Size: 0 } ? 1 : 0;
                File.Delete(target);
                using (var output = new FileStream(target, new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    UnixCreateMode = permissions | OwnerOfFile,
                }))
                {
                    reader.CopyContent(output);
                }

                break;
            case RamdiskEntryKind.Link:
                File.Delete(target);
                using (var text = new MemoryStream())
                {
                    reader.CopyContent(text);
                    _links[target] = Encoding.UTF8.GetString(text.ToArray());
                }

                break;
            default:
                _special++;
                break;
        }
    }

    /// <summary>The path without what stands for the root, once each part of it is a name and the folders above it were made here.</summary>
    private string CheckPath(string path)
    {
        var parts = path.Split('/');
        if (parts[0].Length == 0)
        {
            parts = parts[1..];
        }

        if (parts is [".", _, ..])
        {
            parts = parts[1..];
        }

        if (parts.Length == 0 || parts.Any(part => part is "" or "." or ".."))
        {
            throw new RamdiskException($"the path \"{path}\" leads elsewhere");
        }

        return _folders.Contains(string.Join('/', parts[..^1]))
            ? string.Join('/', parts)
            : throw new RamdiskException($"\"{path}\" lies in no folder that comes before it");
    }
}

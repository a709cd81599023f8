using System.CommandLine;
using System.Globalization;
using System.Text;
using Nitro.Eif.Format;
using Nitro.Eif.Ramdisks;

namespace Nitro.Eif.Cli;

/// <summary><c>nitro-eif extract</c>: an image's sections, and on request the files of its ramdisks, into a folder.</summary>
internal static class ExtractCommand
{
    private const int FolderMode = 0b111_101_101;

    public static Command Create(CommandContext context)
    {
        var image = new Argument<string>("IMAGE") { Description = "The image." };
        var folder = new Argument<string>("FOLDER") { Description = "Where to; it is made, and must be empty if it is there." };
        var files = new Option<bool>("--files")
        {
            Description = "Unpack the ramdisks as well, into ramdisk-0.files, ramdisk-1.files and so on.",
        };
        var command = new Command("extract", "Take an image apart into kernel, cmdline, ramdisks, metadata.json, signature.cbor and signing-certificate.pem.") { image, folder, files };
        command.SetAction(parsed =>
        {
            var (name, target) = (parsed.GetValue(image)!, parsed.GetValue(folder)!);
            Images.RequireFile("extract", name);
            if (target.Length == 0)
            {
                throw new UsageException("the folder's name is empty");
            }

            if (File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any()))
            {
                throw new UsageException($"{target} is there already and not an empty folder");
            }

            var description = Images.Read(context, name);
            Directory.CreateDirectory(target);
            var ramdisks = 0;
            foreach (var section in description.Sections)
            {
                var file = section.Type switch
                {
                    EifSectionType.Ramdisk => string.Create(CultureInfo.InvariantCulture, $"ramdisk-{ramdisks++}"),
                    EifSectionType.Metadata => "metadata.json",
                    EifSectionType.Signature => "signature.cbor",
                    _ => section.Type.Name(),
                };
                using (var content = new SectionStream(Images.Open(name), section))
                using (var output = new FileStream(Path.Combine(target, file), FileMode.CreateNew))
                {
                    content.CopyTo(output);
                }

                if (section.Type == EifSectionType.Ramdisk && parsed.GetValue(files))
                {
                    Unpack(() => new SectionStream(Images.Open(name), section), Path.Combine(target, file + ".files"), file, context.Errors);
                }

                context.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{section.Size,12}  {Path.Combine(target, file)}"));
            }

            if (description.Signature is { } signature)
            {
                File.WriteAllBytes(Path.Combine(target, "signing-certificate.pem"), signature.CertificatePem.ToArray());
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>
    /// Nothing lands outside the folder: every part of a path is a name, every folder on the way is one that was made here, and links are
    /// made last, when nothing is written through them any more.
    /// </summary>
    private static void Unpack(Func<Stream> open, string folder, string ramdisk, TextWriter errors)
    {
        Directory.CreateDirectory(folder);
        var made = new HashSet<string>(StringComparer.Ordinal) { "" };
        var emptyNames = 0;
        var links = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var reader = RamdiskReader.Open(open());
            while (reader.Next() is { } entry)
            {
                if (entry.Path is "." or "/")
                {
                    continue;
                }

                var path = CheckPath(entry.Path, made);
                var target = Path.Combine(folder, path);
                if (entry.Kind == RamdiskEntryKind.Folder ? File.Exists(target) : made.Contains(path))
                {
                    throw new RamdiskException($"\"{path}\" is a folder and something else");
                }

                // The later entry counts, as it does for the kernel.
                links.Remove(target);
                switch (entry.Kind)
                {
                    case RamdiskEntryKind.Folder:
                        Directory.CreateDirectory(target, (UnixFileMode)(entry.Permissions & FolderMode) | UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                        made.Add(path);
                        break;
                    case RamdiskEntryKind.File:
                        emptyNames += entry is { Links: > 1, Size: 0 } ? 1 : 0;
                        File.Delete(target);
                        using (var output = new FileStream(target, new FileStreamOptions
                        {
                            Mode = FileMode.CreateNew,
                            Access = FileAccess.Write,
                            UnixCreateMode = (UnixFileMode)(entry.Permissions & FolderMode) | UnixFileMode.UserRead | UnixFileMode.UserWrite,
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
                            links[target] = Encoding.UTF8.GetString(text.ToArray());
                        }

                        break;
                    default:
                        // Devices, pipes and sockets: a copy of them would be of no use, and takes root.
                        break;
                }
            }

            foreach (var (path, target) in links.Where(link => link.Value.Length > 0 && !link.Value.Contains('\0', StringComparison.Ordinal)))
            {
                File.CreateSymbolicLink(path, target);
            }

            if (emptyNames > 0)
            {
                // Copies of the content would let a small archive fill the disk.
                errors.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"warning: {emptyNames} of the empty files of {ramdisk} are further names of others (hard links), which have the content"));
            }
        }
        catch (RamdiskException exception)
        {
            throw new RefusedException($"the files of {ramdisk} cannot be unpacked: {exception.Message}");
        }
    }

    private static string CheckPath(string path, HashSet<string> made)
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

        var parent = string.Join('/', parts[..^1]);
        return made.Contains(parent) ? string.Join('/', parts) : throw new RamdiskException($"\"{path}\" lies in no folder that comes before it");
    }
}

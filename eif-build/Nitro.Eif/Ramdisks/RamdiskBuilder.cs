using System.Formats.Tar;
using System.Text;
using Nitro.Eif.Writing;

namespace Nitro.Eif.Ramdisks;

/// <summary>Collects the entries of a ramdisk. The order of adding does not matter. Not thread-safe.</summary>
public sealed class RamdiskBuilder
{
    /// <summary>Bytes of a path at most: Linux's <c>PATH_MAX</c> with its NUL.</summary>
    public const int MaximumPath = 4095;

    /// <summary>Bytes of a file at most: the archive's field has 32 bits.</summary>
    public const long MaximumFile = uint.MaxValue;

    private const int DefaultFolderMode = 0b111_101_101, DefaultFileMode = 0b110_100_100, ExecutableMode = 0b111_101_101, LinkMode = 0b111_111_111;

    private readonly SortedDictionary<string, RamdiskEntry> _entries = new(ByBytes.Instance);

    /// <summary>A folder, with those above it; adding it again is no error.</summary>
    /// <param name="path">From the root, such as <c>rootfs/tmp</c>.</param>
    /// <param name="mode">Its permission bits; those of a folder that is already there stay.</param>
    public RamdiskBuilder AddFolder(string path, int mode = DefaultFolderMode)
    {
        path = Normal(path);
        if (_entries.TryGetValue(path, out var there))
        {
            return there.Kind == RamdiskEntryKind.Folder ? this : throw new ArgumentException($"{path} is there already, as something other than a folder");
        }

        return Put(new RamdiskEntry(path, RamdiskEntryKind.Folder, mode, null), replace: false);
    }

    /// <summary>A file, with the folders above it.</summary>
    /// <exception cref="ArgumentException">The path cannot be used or is taken, or the file is too large.</exception>
    public RamdiskBuilder AddFile(string path, EifSource content, bool executable = false)
    {
        ArgumentNullException.ThrowIfNull(content);
        return Put(new RamdiskEntry(Normal(path), RamdiskEntryKind.File, executable ? ExecutableMode : DefaultFileMode, content), replace: false);
    }

    /// <summary>A symbolic link, with the folders above it. Its target is not looked at.</summary>
    public RamdiskBuilder AddLink(string path, string target)
    {
        ArgumentException.ThrowIfNullOrEmpty(target);
        return Put(new RamdiskEntry(Normal(path), RamdiskEntryKind.Link, LinkMode, EifSource.FromBytes(Encoding.UTF8.GetBytes(target))), replace: false);
    }

    /// <summary>
    /// Everything in a folder. A file may be executed by all if its owner may execute it, and is readable by all: what a umask took away
    /// must not show in the measurements. Links stay links.
    /// </summary>
    /// <exception cref="ArgumentException">Something in it is neither file, folder nor link, or has a name that is no UTF-8.</exception>
    public RamdiskBuilder AddTree(string prefix, string folder)
    {
        AddFolder(prefix);
        foreach (var found in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = 0, RecurseSubdirectories = false, MatchType = MatchType.Simple }))
        {
            if (found.Name.Contains('\uFFFD', StringComparison.Ordinal))
            {
                throw new ArgumentException($"the name of {found.FullName} is no UTF-8");
            }

            var path = $"{prefix}/{found.Name}";
            switch (FileKind.Of(found.FullName))
            {
                case RamdiskEntryKind.Link:
                    AddLink(path, found.LinkTarget!);
                    break;
                case RamdiskEntryKind.Folder:
                    AddTree(path, found.FullName);
                    break;
                case RamdiskEntryKind.File:
                    AddFile(path, EifSource.FromFile(found.FullName), (found.UnixFileMode & UnixFileMode.UserExecute) != 0);
                    break;
                default:
                    throw new ArgumentException($"{found.FullName} is neither file, folder nor symbolic link, and cannot be put into a ramdisk");
            }
        }

        return this;
    }

    /// <summary>
    /// Everything in a tar archive, such as <c>docker export</c> writes. Permission bits are the archive's, owners and times are not kept.
    /// Where a path occurs twice the later entry counts, as in unpacking.
    /// </summary>
    /// <param name="prefix">Where it goes.</param>
    /// <param name="open">Gives the archive, uncompressed and seekable; called once for each file.</param>
    /// <exception cref="ArgumentException">It is no tar archive, or has an entry that a ramdisk cannot hold.</exception>
    public RamdiskBuilder AddTar(string prefix, Func<Stream> open)
    {
        ArgumentNullException.ThrowIfNull(open);
        AddFolder(prefix);
        using var stream = open();
        using var reader = new TarReader(stream);
        try
        {
            while (reader.GetNextEntry() is { } entry)
            {
                AddTarEntry(prefix, entry, open);
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new ArgumentException($"this is no tar archive that can be read: {exception.Message}", exception);
        }

        return this;
    }

    /// <summary>The ramdisk of what was added.</summary>
    public Ramdisk Build() => new([.. _entries.Values]);

    private void AddTarEntry(string prefix, TarEntry entry, Func<Stream> open)
    {
        var name = string.Join('/', entry.Name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."));
        var path = Normal(name.Length == 0 ? prefix : $"{prefix}/{name}");
        var mode = (int)entry.Mode & 0xFFF;
        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                if (name.Length > 0)
                {
                    Put(new RamdiskEntry(path, RamdiskEntryKind.Folder, mode, null), replace: true);
                }

                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                var content = entry.Length == 0 ? EifSource.FromBytes(default) : EifSource.FromPart(open, entry.DataOffset, entry.Length);
                Put(new RamdiskEntry(path, RamdiskEntryKind.File, mode, content), replace: true);
                break;
            case TarEntryType.SymbolicLink:
                Put(new RamdiskEntry(path, RamdiskEntryKind.Link, LinkMode, EifSource.FromBytes(Encoding.UTF8.GetBytes(entry.LinkName))), replace: true);
                break;
            case TarEntryType.HardLink:
                var target = Normal($"{prefix}/{string.Join('/', entry.LinkName.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."))}");
                Put(_entries.TryGetValue(target, out var linked) && linked.Kind == RamdiskEntryKind.File
                    ? linked with { Path = path }
                    : throw new ArgumentException($"{entry.Name} is a hard link to {entry.LinkName}, which is no file of the archive before it"), replace: true);
                break;
            case TarEntryType.GlobalExtendedAttributes:
                break;
            default:
                throw new ArgumentException($"{entry.Name} is a {entry.EntryType}, which a ramdisk here cannot hold; the kernel makes devices by itself");
        }
    }

    private RamdiskBuilder Put(RamdiskEntry entry, bool replace)
    {
        if (entry.Content?.Length > MaximumFile)
        {
            throw new ArgumentException($"{entry.Path} has {entry.Content.Length} bytes; a ramdisk holds files of up to {MaximumFile}");
        }

        if (_entries.TryGetValue(entry.Path, out var there) && !(replace && (there.Kind == entry.Kind || there.Kind != RamdiskEntryKind.Folder)))
        {
            throw new ArgumentException($"{entry.Path} is there already");
        }

        var slash = entry.Path.LastIndexOf('/');
        if (slash > 0)
        {
            AddFolder(entry.Path[..slash]);
        }

        _entries[entry.Path] = entry;
        return this;
    }

    private static string Normal(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (path.Split('/').Any(part => part is "" or "." or "..") || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException($"\"{path}\" is no path inside a ramdisk: parts between slashes, none of them empty, . or ..");
        }

        return Encoding.UTF8.GetByteCount(path) <= MaximumPath ? path : throw new ArgumentException($"the path \"{path[..64]}…\" has more than {MaximumPath} bytes");
    }

    /// <summary>
    /// Paths by the bytes of their UTF-8. A folder's path is a prefix of what is in it, so it comes before.
    /// </summary>
    private sealed class ByBytes : IComparer<string>
    {
        public static ByBytes Instance { get; } = new();

        public int Compare(string? x, string? y) => Encoding.UTF8.GetBytes(x!).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y!));
    }
}

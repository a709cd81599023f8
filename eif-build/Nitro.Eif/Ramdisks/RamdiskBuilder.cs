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

    private const int DefaultFolderMode = 0b111_101_101, DefaultFileMode = 0b110_100_100, ExecutableMode = 0b111_101_101;
    private const int LinkMode = 0b111_111_111, AllModes = 0b111_111_111_111;

    /// <summary>Half of a surrogate pair is an ArgumentException, rather than another character.</summary>
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly SortedDictionary<string, RamdiskEntry> _entries = new(ByBytes.Instance);

    /// <summary>A folder, with those above it; adding it again is no error.</summary>
    /// <param name="path">From the root, such as <c>rootfs/tmp</c>.</param>
    /// <param name="mode">Its permission bits, 0 to 7777 octal; those of a folder that is already there stay.</param>
    /// <exception cref="ArgumentException">The path or the mode cannot be used, or something other than a folder is there.</exception>
    public RamdiskBuilder AddFolder(string path, int mode = DefaultFolderMode)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(mode);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mode, AllModes);
        path = Normal(path);
        if (_entries.TryGetValue(path, out var there))
        {
            return there.Kind == RamdiskEntryKind.Folder ? this : throw new ArgumentException($"{path} is there already, as something other than a folder");
        }

        return Put(new RamdiskEntry(path, RamdiskEntryKind.Folder, mode, null), replace: false);
    }

    /// <summary>A file, with the folders above it.</summary>
    /// <exception cref="ArgumentException">The path cannot be used or is taken, or the file is too large.</exception>
    /// <exception cref="IOException">The content's length cannot be read.</exception>
    public RamdiskBuilder AddFile(string path, EifSource content, bool executable = false)
    {
        ArgumentNullException.ThrowIfNull(content);
        return Put(new RamdiskEntry(Normal(path), RamdiskEntryKind.File, executable ? ExecutableMode : DefaultFileMode, content), replace: false);
    }

    /// <summary>A symbolic link, with the folders above it. Whether something is where it leads is not looked at.</summary>
    /// <param name="path">From the root.</param>
    /// <param name="target">1 to 4,095 bytes of UTF-8 without a NUL.</param>
    /// <exception cref="ArgumentException">The path cannot be used or is taken, or the target cannot be one.</exception>
    public RamdiskBuilder AddLink(string path, string target) => Put(
        new RamdiskEntry(Normal(path), RamdiskEntryKind.Link, LinkMode, Target(path, target)), replace: false);

    /// <summary>
    /// Everything in a folder. A file may be executed by all if its owner may execute it, and is readable by all: what a umask took away
    /// must not show in the measurements. Setuid, setgid and sticky bits are not kept. Links stay links, and names of one file become files.
    /// </summary>
    /// <param name="prefix">Where it goes.</param>
    /// <param name="folder">The folder's path; its files are read when the ramdisk is written.</param>
    /// <exception cref="ArgumentException">Something in it is neither file, folder nor link, or has a name that is no UTF-8.</exception>
    /// <exception cref="IOException">Something in it is gone.</exception>
    /// <exception cref="UnauthorizedAccessException">Something in it may not be read: it is never left out without a word.</exception>
    public RamdiskBuilder AddTree(string prefix, string folder)
    {
        AddFolder(prefix);
        foreach (var found in new DirectoryInfo(folder).EnumerateFileSystemInfos(
            "*", new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false, MatchType = MatchType.Simple }))
        {
            RequireText(found.FullName, found.Name);
            var path = $"{prefix}/{found.Name}";
            switch (FileKind.Of(found.FullName))
            {
                case RamdiskEntryKind.Link:
                    AddLink(path, RequireText(found.FullName, found.LinkTarget ?? throw new IOException($"{found.FullName} is no link any more")));
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
    /// <exception cref="ArgumentException">It is no tar archive, is cut off or has nothing in it, or has an entry that a ramdisk cannot hold.</exception>
    public RamdiskBuilder AddTar(string prefix, Func<Stream> open)
    {
        ArgumentNullException.ThrowIfNull(open);
        AddFolder(prefix);
        using var stream = open();
        using var reader = new TarReader(stream);
        var entries = 0;
        try
        {
            for (; reader.GetNextEntry() is { } entry; entries++)
            {
                if (entry.DataOffset + entry.Length > stream.Length)
                {
                    throw new EndOfStreamException($"it ends inside {entry.Name}");
                }

                AddTarEntry(prefix, entry, open);
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException
            or InvalidOperationException or NotSupportedException or OverflowException)
        {
            throw new ArgumentException($"this is no tar archive that can be read: {Compressor(stream) ?? exception.Message}", exception);
        }

        return entries > 0 ? this : throw new ArgumentException("this is no tar archive that can be read: there is nothing in it");
    }

    /// <summary>The ramdisk of what was added.</summary>
    public Ramdisk Build() => new([.. _entries.Values]);

    /// <summary>Asked only of what is no archive: one may begin with a file's name that looks like this.</summary>
    private static string? Compressor(Stream stream)
    {
        var start = new byte[6];
        stream.Position = 0;
        stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return RamdiskReader.Compression(start) is { } name ? $"it is compressed by {name}, so unpack it to a plain .tar first" : null;
    }

    private void AddTarEntry(string prefix, TarEntry entry, Func<Stream> open)
    {
        RequireText(entry.Name, entry.Name);
        RequireText(entry.Name, entry.LinkName);
        if (entry is PaxTarEntry pax && pax.ExtendedAttributes.Keys.Any(key => key.StartsWith("GNU.sparse", StringComparison.Ordinal)))
        {
            throw new ArgumentException($"{entry.Name} is kept as a sparse file, with a map of its holes in its content: write the archive without --sparse");
        }

        var name = string.Join('/', entry.Name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."));
        var path = Normal(name.Length == 0 ? prefix : $"{prefix}/{name}");
        var mode = (int)entry.Mode & AllModes;
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
                Put(new RamdiskEntry(path, RamdiskEntryKind.Link, LinkMode, Target(path, entry.LinkName)), replace: true);
                break;
            case TarEntryType.HardLink:
                var target = Normal(
                    $"{prefix}/{string.Join('/', entry.LinkName.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."))}");
                Put(_entries.TryGetValue(target, out var linked) && linked.Kind == RamdiskEntryKind.File
                    ? linked with { Path = path }
                    : throw new ArgumentException(
                        $"{entry.Name} is a hard link to {entry.LinkName}, which is no file of the archive before it"), replace: true);
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

        return Strict.GetByteCount(path) <= MaximumPath ? path : throw new ArgumentException($"the path \"{path[..64]}…\" has more than {MaximumPath} bytes");
    }

    /// <summary>.NET reads bytes that are no UTF-8 as U+FFFD: written out again it would be another name.</summary>
    private static string RequireText(string where, string text) => text.Contains('\uFFFD', StringComparison.Ordinal)
        ? throw new ArgumentException($"{where} has a name or a link's target that is no UTF-8")
        : text;

    private static EifSource Target(string path, string target)
    {
        ArgumentException.ThrowIfNullOrEmpty(target);
        var bytes = Strict.GetBytes(target);
        return bytes.Length <= MaximumPath && !bytes.Contains((byte)0)
            ? EifSource.FromBytes(bytes)
            : throw new ArgumentException($"the link {path} has a target of {bytes.Length} bytes or with a NUL; {MaximumPath} without one are possible");
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

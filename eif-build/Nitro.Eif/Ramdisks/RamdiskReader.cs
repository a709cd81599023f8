using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Nitro.Eif.Ramdisks;

/// <summary>
/// Reads the entries of a ramdisk that nobody vouches for, as the kernel would: cpio archives in the "newc" format, one after another, plain
/// or compressed by gzip. In memory it keeps one entry. Not thread-safe.
/// </summary>
/// <remarks>Source: the kernel's documentation, driver-api/early-userspace/buffer-format.</remarks>
public sealed class RamdiskReader : IDisposable
{
    /// <summary>Entries at most; an enclave's root filesystem has some thousands.</summary>
    public const int MaximumEntries = 1_000_000;

    /// <summary>
    /// Bytes that a compressed ramdisk may grow to beyond <see cref="MaximumGrowth"/> times its own: a few hundred kilobytes of gzip must not
    /// fill a disk. What is not compressed has no bound but its own size.
    /// </summary>
    public const long UnpackedAllowance = 1L << 30;

    /// <summary>How many times its own size a compressed ramdisk may have beside the allowance. Programs and models take 2 to 5 times.</summary>
    public const int MaximumGrowth = 64;

    /// <summary>
    /// Bytes of all names and link targets together: who compares or unpacks keeps them, and a few megabytes of gzip can hold gigabytes of
    /// them.
    /// </summary>
    public const long MaximumText = 128L << 20;

    /// <summary>Bytes of a name with its NUL, and of a link's target, at most: the kernel's <c>PATH_MAX</c>, beyond which it leaves an entry out.</summary>
    public const int MaximumName = 4096;

    private const int HeaderSize = 110, BufferSize = 1 << 16;
    private const string Trailer = "TRAILER!!!";

    private readonly Stream _stream;
    private readonly long _maximum;
    private readonly byte[] _head = new byte[HeaderSize];
    private long _position, _left, _text;
    private int _entries;

    private RamdiskReader(Stream stream, long maximum) => (_stream, _maximum) = (new BufferedStream(stream, BufferSize), maximum);

    /// <summary>Begins to read.</summary>
    /// <param name="ramdisk">Seekable, at its start. It is closed with the reader, and at once when it is refused.</param>
    /// <exception cref="RamdiskException">It is compressed by something that is not read here.</exception>
    public static RamdiskReader Open(Stream ramdisk)
    {
        ArgumentNullException.ThrowIfNull(ramdisk);
        var magic = new byte[6];
        var got = ramdisk.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        ramdisk.Position -= got;
        switch (Compression(magic))
        {
            case null:
                return new RamdiskReader(ramdisk, long.MaxValue);
            case "gzip":
                return new RamdiskReader(
                    new GZipStream(ramdisk, CompressionMode.Decompress), UnpackedAllowance + ((ramdisk.Length - ramdisk.Position) * MaximumGrowth));
            case var name:
                ramdisk.Dispose();
                throw new RamdiskException($"it is compressed by {name}, which is not read here");
        }
    }

    /// <summary>The next entry, or null at the end. What is left of the one before is skipped.</summary>
    /// <exception cref="RamdiskException">What stands there is no entry.</exception>
    public ArchivedEntry? Next()
    {
        Skip();
        while (true)
        {
            if (!ReadHead())
            {
                return null;
            }

            var entry = ReadEntry();
            if (entry.Path != Trailer)
            {
                return ++_entries <= MaximumEntries ? entry : throw new RamdiskException($"it has more than {MaximumEntries} entries");
            }

            Skip();
        }
    }

    /// <summary>Writes the current entry's content somewhere, once.</summary>
    /// <exception cref="RamdiskException">The archive ends before it does.</exception>
    public void CopyContent(Stream destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var buffer = new byte[(int)Math.Clamp(_left, 1, 1 << 16)];
        while (_left > 0)
        {
            var got = Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, _left)));
            if (got == 0)
            {
                throw new RamdiskException(string.Create(CultureInfo.InvariantCulture, $"it ends {_left} bytes before its last entry does"));
            }

            destination.Write(buffer, 0, got);
            _left -= got;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    /// <summary>What compresses something that begins like this, or null for what looks plain.</summary>
    internal static string? Compression(ReadOnlySpan<byte> magic) => magic switch
    {
        [0x1f, 0x8b, ..] => "gzip",
        [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0] => "xz",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "zstd",
        [0x02, 0x21, 0x4c, 0x18, ..] => "lz4",
        [(byte)'B', (byte)'Z', (byte)'h', ..] => "bzip2",
        [0x5d, 0, 0, ..] => "lzma",
        [0x89, (byte)'L', (byte)'Z', (byte)'O', ..] => "lzo",
        _ => null,
    };

    /// <summary>Finds the next header; between archives there may be zero bytes, in multiples of four.</summary>
    private bool ReadHead()
    {
        while (true)
        {
            AlignTo4();
            var got = ReadFully(_head.AsSpan(0, 4));
            if (got == 0)
            {
                return false;
            }

            if (got == 4 && !_head.AsSpan(0, 4).ContainsAnyExcept((byte)0))
            {
                continue;
            }

            if (ReadFully(_head.AsSpan(4)) < HeaderSize - 4)
            {
                throw new RamdiskException(string.Create(CultureInfo.InvariantCulture, $"it ends inside an entry's header, at byte {_position}"));
            }

            if (!_head.AsSpan(0, 6).SequenceEqual("070701"u8) && !_head.AsSpan(0, 6).SequenceEqual("070702"u8))
            {
                throw new RamdiskException(
                    string.Create(CultureInfo.InvariantCulture, $"there is no entry of a newc cpio archive at byte {_position - HeaderSize}"));
            }

            return true;
        }
    }

    private ArchivedEntry ReadEntry()
    {
        var size = Field(6);
        var nameSize = Field(11);
        if (nameSize is < 1 or > MaximumName)
        {
            throw new RamdiskException(
                string.Create(CultureInfo.InvariantCulture, $"a name of {nameSize} bytes, before byte {_position}; 1 to {MaximumName} are possible"));
        }

        var name = new byte[nameSize];
        if (ReadFully(name) < name.Length)
        {
            throw new RamdiskException("it ends inside a name");
        }

        AlignTo4();
        _left = size;
        var isLink = (Field(1) & 0xF000) == (int)RamdiskEntryKind.Link;
        if (isLink && size > MaximumName)
        {
            throw new RamdiskException(
                string.Create(CultureInfo.InvariantCulture, $"a link's target of {size} bytes, at byte {_position}; {MaximumName} are possible"));
        }

        _text += nameSize + (isLink ? size : 0);
        if (_text > MaximumText)
        {
            throw new RamdiskException(string.Create(CultureInfo.InvariantCulture, $"its names and links have more than {MaximumText} bytes"));
        }

        var text = name.AsSpan(..^1);
        return name[^1] == 0 && !text.Contains((byte)0)
            ? new ArchivedEntry(Encoding.UTF8.GetString(text), (int)Field(1), Field(2), Field(3), Field(5), size, Field(4))
            : throw new RamdiskException(string.Create(CultureInfo.InvariantCulture, $"a name that does not end with its only NUL, before byte {_position}"));
    }

    private long Field(int index) =>
        long.TryParse(Encoding.ASCII.GetString(_head, 6 + (8 * index), 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new RamdiskException(
                string.Create(CultureInfo.InvariantCulture, $"a header whose field {index} is no hexadecimal number, before byte {_position}"));

    private void Skip()
    {
        if (_left > 0)
        {
            CopyContent(Stream.Null);
        }
    }

    private void AlignTo4()
    {
        Span<byte> padding = stackalloc byte[3];
        ReadFully(padding[..(int)(-_position & 3)]);
    }

    private int ReadFully(Span<byte> buffer)
    {
        var done = 0;
        while (done < buffer.Length && Read(buffer[done..]) is > 0 and var got)
        {
            done += got;
        }

        return done;
    }

    private int Read(Span<byte> buffer)
    {
        try
        {
            var got = _stream.Read(buffer);
            _position += got;
            return _position <= _maximum
                ? got
                : throw new RamdiskException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"unpacked it has more than {_maximum} bytes, {MaximumGrowth} times its own and a GiB: it was made to fill a disk"));
        }
        catch (InvalidDataException exception)
        {
            throw new RamdiskException($"its gzip is damaged: {exception.Message}", exception);
        }
    }
}

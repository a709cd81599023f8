namespace Nitro.Eif.Writing;

/// <summary>Where a section's content, or a file's of a ramdisk, comes from. Immutable; it can be read any number of times.</summary>
public abstract class EifSource
{
    private protected EifSource()
    {
    }

    /// <summary>Bytes in memory, which the caller must not change.</summary>
    public static EifSource FromBytes(ReadOnlyMemory<byte> content) => new Memory(content);

    /// <summary>A file, opened whenever it is read.</summary>
    public static EifSource FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new Slice(() => File.OpenRead(path), 0, null);
    }

    /// <summary>A part of what a stream holds.</summary>
    /// <param name="open">Gives a stream that can seek; it is disposed after each reading.</param>
    /// <param name="offset">Bytes from its start.</param>
    /// <param name="length">Bytes of the part.</param>
    public static EifSource FromPart(Func<Stream> open, long offset, long length)
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return new Slice(open, offset, length);
    }

    /// <summary>Its bytes.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    /// <exception cref="UnauthorizedAccessException">It is a file that may not be read.</exception>
    public abstract long Length { get; }

    /// <summary>Writes the content.</summary>
    /// <exception cref="IOException">It cannot be read, or changed its size.</exception>
    /// <exception cref="UnauthorizedAccessException">It is a file that may not be read.</exception>
    internal abstract void CopyTo(Stream destination);

    private sealed class Memory(ReadOnlyMemory<byte> content) : EifSource
    {
        public override long Length => content.Length;

        internal override void CopyTo(Stream destination) => destination.Write(content.Span);
    }

    private sealed class Slice(Func<Stream> open, long offset, long? length) : EifSource
    {
        public override long Length
        {
            get
            {
                if (length is { } known)
                {
                    return known;
                }

                using var stream = open();
                return stream.Length;
            }
        }

        internal override void CopyTo(Stream destination)
        {
            using var stream = open();
            stream.Position = offset;
            var left = length ?? stream.Length;
            var buffer = new byte[(int)Math.Clamp(left, 1, 1 << 18)];
            while (left > 0)
            {
                var got = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
                if (got == 0)
                {
                    throw new EndOfStreamException($"the source ended {left} bytes early: something else is writing to it");
                }

                destination.Write(buffer, 0, got);
                left -= got;
            }
        }
    }
}

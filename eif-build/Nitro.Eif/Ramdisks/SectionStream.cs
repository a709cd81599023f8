namespace Nitro.Eif.Ramdisks;

/// <summary>A section's data, as a stream that reads and seeks in it. It owns the image's stream.</summary>
public sealed class SectionStream : Stream
{
    private readonly Stream _image;
    private readonly long _offset;
    private long _position;

    /// <param name="image">The image, seekable; closed with this stream.</param>
    /// <param name="section">One that was read from this image.</param>
    public SectionStream(Stream image, Format.EifSection section)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(section);
        (_image, _offset, Length) = (image, section.Offset, section.Size);
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length { get; }

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => _position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    /// <exception cref="EndOfStreamException">The image ends inside the section: it is another one than was read, or was cut off since.</exception>
    public override int Read(Span<byte> buffer)
    {
        var wanted = (int)Math.Clamp(Length - _position, 0, buffer.Length);
        _image.Position = _offset + _position;
        var got = _image.Read(buffer[..wanted]);
        if (got == 0 && wanted > 0)
        {
            throw new EndOfStreamException($"the image ends {Length - _position} bytes before its section does: something else is writing to it");
        }

        _position += got;
        return got;
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => _position,
        _ => Length,
    };

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _image.Dispose();
        }

        base.Dispose(disposing);
    }
}

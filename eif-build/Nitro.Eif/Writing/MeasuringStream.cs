using Nitro.Eif.Reading;

namespace Nitro.Eif.Writing;

/// <summary>Writes to the image and to the measurements at once.</summary>
internal sealed class MeasuringStream(Stream output, MeasuringPass pass, MeasuringPass.Route route, IProgress<long>? progress) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        output.Write(buffer);
        pass.Take(buffer, route);
        progress?.Report(output.Position);
    }
}

using Nitro.Eif.Reading;

namespace Nitro.Eif.Writing;

/// <summary>Writes to the image and to the measurements at once.</summary>
internal sealed class MeasuringStream(Stream output, MeasuringPass pass, MeasuringPass.Route route, IProgress<long>? progress) : WriteOnlyStream
{
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        output.Write(buffer);
        pass.Take(buffer, route);
        progress?.Report(output.Position);
    }
}

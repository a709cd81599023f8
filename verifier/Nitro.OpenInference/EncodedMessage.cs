namespace Nitro.OpenInference;

/// <summary>A message as it goes over HTTP.</summary>
/// <param name="Body">The body.</param>
/// <param name="HeaderLength">The value of Inference-Header-Content-Length; null for a body that is JSON alone.</param>
public sealed record EncodedMessage(ReadOnlyMemory<byte> Body, int? HeaderLength)
{
    /// <summary>The body's media type.</summary>
    public string ContentType => HeaderLength is null ? "application/json" : "application/octet-stream";
}

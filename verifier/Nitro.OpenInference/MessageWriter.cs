using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Nitro.Attestation.Inference;

namespace Nitro.OpenInference;

/// <summary>What writing requests and answers has in common.</summary>
internal static class MessageWriter
{
    /// <summary>The bodies are JSON documents of their own, never part of a page: escaping for HTML would only make them longer.</summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The JSON, with the binary tensors behind it.</summary>
    public static EncodedMessage Assemble(ArrayBufferWriter<byte> json, IReadOnlyList<Tensor> behind)
    {
        if (behind.Count == 0)
        {
            return new EncodedMessage(json.WrittenMemory, null);
        }

        var body = new byte[json.WrittenCount + behind.Sum(tensor => tensor.Data.Length)];
        json.WrittenSpan.CopyTo(body);
        var at = json.WrittenCount;
        foreach (var tensor in behind)
        {
            tensor.Data.Span.CopyTo(body.AsSpan(at));
            at += tensor.Data.Length;
        }

        return new EncodedMessage(body, json.WrittenCount);
    }
}

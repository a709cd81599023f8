using System.Buffers;
using System.Text.Json;

namespace Nitro.OpenInference;

/// <summary>Writes requests.</summary>
internal static class RequestWriter
{
    public static EncodedMessage Write(InferRequest request, bool binary)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, MessageWriter.Options))
        {
            json.WriteStartObject();
            if (request.Id is not null)
            {
                json.WriteString("id", request.Id);
            }

            WriteParameters(json, request);
            json.WriteStartArray("inputs");
            try
            {
                foreach (var input in request.Inputs)
                {
                    TensorWriter.Write(json, input, binary, "input");
                }
            }
            catch (MessageException exception)
            {
                throw new ArgumentException(exception.Message, nameof(request), exception);
            }

            json.WriteEndArray();
            WriteOutputs(json, request.Outputs);
            json.WriteEndObject();
        }

        return MessageWriter.Assemble(buffer, binary ? request.Inputs : []);
    }

    private static void WriteParameters(Utf8JsonWriter json, InferRequest request)
    {
        if (request is { Nonce.IsEmpty: true, Evidence: EvidenceRequest.None, BinaryOutputDefault: false })
        {
            return;
        }

        json.WriteStartObject("parameters");
        if (!request.Nonce.IsEmpty)
        {
            json.WriteBase64String("nonce", request.Nonce.Span);
        }

        if (request.Evidence != EvidenceRequest.None)
        {
            json.WriteString("evidence", request.Evidence == EvidenceRequest.Direct ? "direct" : "session");
        }

        if (request.BinaryOutputDefault)
        {
            json.WriteBoolean("binary_data_output", true);
        }

        json.WriteEndObject();
    }

    private static void WriteOutputs(Utf8JsonWriter json, IReadOnlyList<RequestedOutput> outputs)
    {
        if (outputs.Count == 0)
        {
            return;
        }

        json.WriteStartArray("outputs");
        foreach (var output in outputs)
        {
            json.WriteStartObject();
            json.WriteString("name", output.Name);
            if (output.Binary is { } binary)
            {
                json.WriteStartObject("parameters");
                json.WriteBoolean("binary_data", binary);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}

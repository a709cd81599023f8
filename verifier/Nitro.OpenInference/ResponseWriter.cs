using System.Buffers;
using System.Text.Json;
using Nitro.Attestation.Inference;

namespace Nitro.OpenInference;

/// <summary>Writes answers.</summary>
internal static class ResponseWriter
{
    public static EncodedMessage Write(InferResponse response, InferRequest request)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var behind = new List<Tensor>();
        using (var json = new Utf8JsonWriter(buffer, MessageWriter.Options))
        {
            json.WriteStartObject();
            json.WriteString("model_name", response.ModelName);
            json.WriteString("model_version", response.ModelVersion);
            if (response.Id is not null)
            {
                json.WriteString("id", response.Id);
            }

            if (response.Evidence is not null)
            {
                json.WriteStartObject("parameters");
                json.WriteString("evidence", response.Evidence);
                json.WriteEndObject();
            }

            json.WriteStartArray("outputs");
            foreach (var output in response.Outputs)
            {
                var binary = request.WantsBinary(output.Name);
                TensorWriter.Write(json, output, binary, "output");
                if (binary)
                {
                    behind.Add(output);
                }
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return MessageWriter.Assemble(buffer, behind);
    }
}

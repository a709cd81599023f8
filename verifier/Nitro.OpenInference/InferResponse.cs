using Nitro.Attestation.Inference;

namespace Nitro.OpenInference;

/// <summary>A model's answer. Immutable over memory that the caller must not change.</summary>
public sealed record InferResponse
{
    /// <summary>The model's name in the enclave's manifest.</summary>
    public required string ModelName { get; init; }

    /// <summary>The model's version in the enclave's manifest.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>The request's id.</summary>
    public string? Id { get; init; }

    /// <summary>The tensors.</summary>
    public required IReadOnlyList<Tensor> Outputs { get; init; }

    /// <summary>The text of an evidence file, when the request asked for one.</summary>
    public string? Evidence { get; init; }

    /// <summary>The canonical form, of which evidence holds the digest.</summary>
    public InferenceOutput ToOutput() => InferenceOutput.Create(Outputs);

    /// <summary>Reads an answer. Never throws, whatever the bytes. Binary tensors are slices of the body, not copies.</summary>
    /// <param name="body">The HTTP body.</param>
    /// <param name="inferenceHeaderContentLength">The value of that header; null when there is none.</param>
    /// <param name="response">The answer.</param>
    /// <param name="error">Why there is none.</param>
    public static bool TryParse(ReadOnlyMemory<byte> body, int? inferenceHeaderContentLength, out InferResponse? response, out ProtocolError? error) =>
        MessageReader.TryRead(body, inferenceHeaderContentLength, Read, out response, out error);

    /// <summary>Writes the answer, each output in JSON or binary as the request asks.</summary>
    /// <param name="request">The request that this answers.</param>
    /// <param name="message">The message.</param>
    /// <param name="error">Why there is none: an output that JSON cannot carry was asked for in JSON.</param>
    public bool TryEncode(InferRequest request, out EncodedMessage? message, out ProtocolError? error)
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            (message, error) = (ResponseWriter.Write(this, request), null);
            return true;
        }
        catch (MessageException exception)
        {
            (message, error) = (null, exception.ToError());
            return false;
        }
    }

    private static InferResponse Read(ReadOnlySpan<byte> text, ref BinaryTail tail)
    {
        var json = new JsonText(text);
        json.BeginObject("the answer");
        string? name = null;
        string? version = null;
        string? id = null;
        string? evidence = null;
        List<Tensor>? outputs = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (json.TryNextMember("the answer", seen, out var member))
        {
            switch (member)
            {
                case "model_name":
                    name = json.String("model_name");
                    break;
                case "model_version":
                    version = json.String("model_version");
                    break;
                case "id":
                    id = MessageReader.ReadId(ref json);
                    break;
                case "parameters":
                    evidence = ReadEvidence(ref json);
                    break;
                case "outputs":
                    outputs = MessageReader.ReadTensors(ref json, text, "outputs", "output", ref tail);
                    break;
                default:
                    throw new MessageException($"there is no member {Quoted.Show(member)} in an answer");
            }
        }

        json.RequireEnd();
        if (name is null || version is null || outputs is null)
        {
            throw new MessageException($"the member {(name is null ? "model_name" : version is null ? "model_version" : "outputs")} is missing");
        }

        return new InferResponse { ModelName = name, ModelVersion = version, Id = id, Outputs = outputs, Evidence = evidence };
    }

    private static string? ReadEvidence(ref JsonText json)
    {
        string? evidence = null;
        json.BeginObject("parameters");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (json.TryNextMember("parameters", seen, out var name))
        {
            evidence = name == "evidence" ? json.String("parameters.evidence") : throw new MessageException($"unknown parameter {Quoted.Show(name)} of an answer");
        }

        return evidence;
    }
}

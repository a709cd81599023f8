using Nitro.Attestation.Claims;
using Nitro.Attestation.Inference;

namespace Nitro.OpenInference;

/// <summary>A question to a model. Immutable over memory that the caller must not change.</summary>
public sealed record InferRequest
{
    /// <summary>The most tensors, and the most outputs asked for.</summary>
    public const int MaximumTensors = 1024;

    /// <summary>The most characters of an id.</summary>
    public const int MaximumId = 256;

    /// <summary>The caller's name for the request, echoed in the answer; not bound in evidence.</summary>
    public string? Id { get; init; }

    /// <summary>The caller's nonce, 0 to 64 bytes; the claim holds it.</summary>
    public ReadOnlyMemory<byte> Nonce { get; init; }

    /// <summary>What evidence the answer itself is to carry.</summary>
    public EvidenceRequest Evidence { get; init; }

    /// <summary>The tensors, in the caller's order, each name once.</summary>
    public required IReadOnlyList<Tensor> Inputs { get; init; }

    /// <summary>The outputs asked for, each name once; none for all.</summary>
    public IReadOnlyList<RequestedOutput> Outputs { get; init; } = [];

    /// <summary>Whether outputs that do not say otherwise are to be binary.</summary>
    public bool BinaryOutputDefault { get; init; }

    /// <summary>The canonical form, of which evidence holds the digest: the same for JSON and binary.</summary>
    public InferenceInput ToInput() => InferenceInput.Create(Inputs, Outputs.Select(output => output.Name));

    /// <summary>Whether an output is to be binary.</summary>
    public bool WantsBinary(string output) => Outputs.FirstOrDefault(one => one.Name == output)?.Binary ?? BinaryOutputDefault;

    /// <summary>Reads a request. Never throws, whatever the bytes. Binary tensors are slices of the body, not copies.</summary>
    /// <param name="body">The HTTP body.</param>
    /// <param name="inferenceHeaderContentLength">The value of that header; null when there is none.</param>
    /// <param name="request">The request.</param>
    /// <param name="error">Why there is none.</param>
    public static bool TryParse(ReadOnlyMemory<byte> body, int? inferenceHeaderContentLength, out InferRequest? request, out ProtocolError? error) =>
        MessageReader.TryRead(body, inferenceHeaderContentLength, Read, out request, out error);

    /// <summary>Writes the request.</summary>
    /// <param name="binary">Whether tensors stand behind the JSON; otherwise all are written in JSON.</param>
    /// <exception cref="ArgumentException">A value that JSON cannot carry: NaN, infinity, or BYTES that are not UTF-8. Send those in binary.</exception>
    public EncodedMessage Encode(bool binary) => RequestWriter.Write(this, binary);

    private static InferRequest Read(ReadOnlySpan<byte> text, ref BinaryTail tail)
    {
        var json = new JsonText(text);
        json.BeginObject("the request");
        var request = new InferRequest { Inputs = [] };
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (json.TryNextMember("the request", seen, out var member))
        {
            request = member switch
            {
                "id" => request with { Id = MessageReader.ReadId(ref json) },
                "parameters" => ReadParameters(ref json, request),
                "inputs" => request with { Inputs = MessageReader.ReadTensors(ref json, text, "inputs", "input", ref tail) },
                "outputs" => request with { Outputs = ReadOutputs(ref json) },
                _ => throw new MessageException($"there is no member {Quoted.Show(member)} in a request; known are id, parameters, inputs and outputs"),
            };
        }

        json.RequireEnd();
        return seen.Contains("inputs") ? request : throw new MessageException("the member inputs is missing");
    }

    private static InferRequest ReadParameters(ref JsonText json, InferRequest request)
    {
        json.BeginObject("parameters");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (json.TryNextMember("parameters", seen, out var name))
        {
            request = name switch
            {
                "nonce" => request with { Nonce = ReadNonce(json.String("parameters.nonce")) },
                "evidence" => request with { Evidence = ReadEvidence(json.String("parameters.evidence")) },
                "binary_data_output" => request with { BinaryOutputDefault = json.Boolean("parameters.binary_data_output") },
                _ => throw new MessageException($"unknown parameter {Quoted.Show(name)}; known are nonce, evidence and binary_data_output"),
            };
        }

        return request;
    }

    private static byte[] ReadNonce(string text)
    {
        var bytes = new byte[text.Length];
        if (text.Any(char.IsWhiteSpace) || !Convert.TryFromBase64String(text, bytes, out var size))
        {
            throw new MessageException("parameters.nonce is not base64");
        }

        return size <= Claim.MaximumNonce
            ? bytes[..size]
            : throw new MessageException(FormattableString.Invariant($"parameters.nonce has {size} bytes; at most {Claim.MaximumNonce} are taken: send a digest of it"));
    }

    private static EvidenceRequest ReadEvidence(string text) => text switch
    {
        "session" => EvidenceRequest.Session,
        "direct" => EvidenceRequest.Direct,
        _ => throw new MessageException($"parameters.evidence is {Quoted.Show(text)}; it is \"session\" or \"direct\""),
    };

    private static List<RequestedOutput> ReadOutputs(ref JsonText json)
    {
        json.BeginArray("outputs");
        var outputs = new List<RequestedOutput>();
        while (json.TryNextItem())
        {
            var output = ReadOutput(ref json);
            if (outputs.Exists(one => one.Name == output.Name))
            {
                throw new MessageException($"output {Quoted.Show(output.Name)} is asked for twice");
            }

            if (outputs.Count == MaximumTensors)
            {
                throw new MessageException(FormattableString.Invariant($"outputs: at most {MaximumTensors}"));
            }

            outputs.Add(output);
        }

        return outputs;
    }

    private static RequestedOutput ReadOutput(ref JsonText json)
    {
        json.BeginObject("output");
        string? name = null;
        bool? binary = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (json.TryNextMember("output", seen, out var member))
        {
            switch (member)
            {
                case "name":
                    name = json.String("output.name");
                    break;
                case "parameters":
                    binary = ReadBinary(ref json);
                    break;
                default:
                    throw new MessageException($"there is no member {Quoted.Show(member)} in an output that is asked for; known are name and parameters");
            }
        }

        return string.IsNullOrEmpty(name) || System.Text.Encoding.UTF8.GetByteCount(name) > Tensor.MaximumName
            ? throw new MessageException(FormattableString.Invariant($"output.name: expected 1 to {Tensor.MaximumName} bytes of UTF-8"))
            : new RequestedOutput(name, binary);
    }

    private static bool? ReadBinary(ref JsonText json)
    {
        bool? binary = null;
        json.BeginObject("output.parameters");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (json.TryNextMember("output.parameters", seen, out var name))
        {
            binary = name == "binary_data"
                ? json.Boolean("output.parameters.binary_data")
                : throw new MessageException($"unknown parameter {Quoted.Show(name)} of an output; known is binary_data");
        }

        return binary;
    }
}

using System.Collections.ObjectModel;
using System.Formats.Cbor;
using Nitro.Attestation.Cbor;

namespace Nitro.Attestation.Inference;

/// <summary>
/// What a model was asked: parameters, the outputs asked for, and the tensors. Its encoding is the CBOR array [parameters, requested outputs, tensors];
/// a claim holds the digest of ["nitro/input/1", salt, parameters, requested outputs, tensors]. JSON and binary forms of one request give the same. Immutable.
/// </summary>
/// <remarks>No parameter that changes an answer exists yet, so the parameters are an empty map; those of transport (binary data, nonce, evidence) are not bound here.</remarks>
public sealed class InferenceInput
{
    private const string Header = "nitro/input/1";

    private readonly Tensor[] _tensors;

    private InferenceInput(string[] requestedOutputs, Tensor[] tensors)
    {
        RequestedOutputs = new ReadOnlyCollection<string>(requestedOutputs);
        _tensors = tensors;
        Tensors = new ReadOnlyCollection<Tensor>(tensors);
    }

    /// <summary>The names of the outputs asked for, sorted; none when all were.</summary>
    public IReadOnlyList<string> RequestedOutputs { get; }

    /// <summary>The tensors, sorted by name.</summary>
    public IReadOnlyList<Tensor> Tensors { get; }

    /// <summary>Makes an input from parts in any order.</summary>
    /// <exception cref="ArgumentException">A name twice, too many tensors or outputs, or an output's name that has not 1 to 255 bytes of
    /// UTF-8.</exception>
    public static InferenceInput Create(IEnumerable<Tensor> tensors, IEnumerable<string> requestedOutputs)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(requestedOutputs);
        string[] outputs = [.. requestedOutputs];
        if (outputs.Length > TensorList.MaximumTensors || outputs.Distinct(StringComparer.Ordinal).Count() != outputs.Length)
        {
            throw new ArgumentException($"At most {TensorList.MaximumTensors} requested outputs, each once.", nameof(requestedOutputs));
        }

        if (Array.Exists(outputs, name => name is null || Utf8Text.Length(name) is < 1 or > Tensor.MaximumName))
        {
            throw new ArgumentException($"A requested output's name has 1 to {Tensor.MaximumName} bytes of UTF-8.",
                nameof(requestedOutputs));
        }

        Array.Sort(outputs, Utf8Order.Compare);
        return new InferenceInput(outputs, TensorList.Sort(tensors, nameof(tensors)));
    }

    /// <summary>Reads an encoding that <see cref="Encode"/> could have written. Never throws, whatever the bytes.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> data, out InferenceInput? input, out FormatError? error)
    {
        var reader = new StrictCborReader(data.Span);
        reader.ReadArrayHead("input", 3, 3);
        reader.ReadMapHead("input parameters", 0, 0);
        var outputs = new string[reader.ReadArrayHead("requested outputs", 0, TensorList.MaximumTensors)];
        for (var i = 0; i < outputs.Length && !reader.Failed; i++)
        {
            var at = reader.Position;
            outputs[i] = reader.ReadText("requested output", 1, Tensor.MaximumName);
            if (i > 0 && Utf8Order.Compare(outputs[i - 1], outputs[i]) >= 0)
            {
                reader.FailAt(at, "requested output", "names in order, each once", $"\"{outputs[i]}\" out of order");
            }
        }

        var tensors = TensorList.Read(ref reader, data);
        reader.Finish("input");
        error = reader.Error;
        input = reader.Failed ? null : new InferenceInput(outputs, tensors);
        return input is not null;
    }

    /// <summary>The encoding, without the salt.</summary>
    /// <exception cref="OverflowException">The tensors together have more bytes than an array can hold.</exception>
    public byte[] Encode()
    {
        var writer = new CborWriter(CborConformanceMode.Canonical, initialCapacity: TensorList.Bound(_tensors) + (RequestedOutputs.Count * (Tensor.MaximumName + 2)));
        writer.WriteStartArray(3);
        writer.WriteStartMap(0);
        writer.WriteEndMap();
        writer.WriteStartArray(RequestedOutputs.Count);
        foreach (var output in RequestedOutputs)
        {
            writer.WriteTextString(output);
        }

        writer.WriteEndArray();
        TensorList.Write(writer, _tensors);
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>The digest that a claim holds of an encoded input.</summary>
    /// <param name="encoded">What <see cref="Encode"/> gives; bytes from outside have to pass <see cref="TryParse"/> first.</param>
    /// <param name="salt">The input's salt, 32 bytes.</param>
    /// <exception cref="ArgumentException">The salt has another size, or what is encoded is no array of this form.</exception>
    public static Sha384Digest ComputeDigest(ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> salt) => SaltedDigest.Compute(Header, salt, encoded, items: 3);
}

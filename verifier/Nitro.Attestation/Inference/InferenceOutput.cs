using System.Collections.ObjectModel;
using System.Formats.Cbor;
using Nitro.Attestation.Cbor;

namespace Nitro.Attestation.Inference;

/// <summary>
/// What a model answered: the tensors. Its encoding is the CBOR array [tensors]; a claim holds the digest of ["nitro/output/1", salt, tensors]. Immutable.
/// </summary>
public sealed class InferenceOutput
{
    private const string Header = "nitro/output/1";

    private readonly Tensor[] _tensors;

    private InferenceOutput(Tensor[] tensors)
    {
        _tensors = tensors;
        Tensors = new ReadOnlyCollection<Tensor>(tensors);
    }

    /// <summary>The tensors, sorted by name.</summary>
    public IReadOnlyList<Tensor> Tensors { get; }

    /// <summary>Makes an output from tensors in any order.</summary>
    /// <exception cref="ArgumentException">A name twice, or too many tensors.</exception>
    public static InferenceOutput Create(IEnumerable<Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        return new InferenceOutput(TensorList.Sort(tensors, nameof(tensors)));
    }

    /// <summary>Reads an encoding that <see cref="Encode"/> could have written. Never throws, whatever the bytes.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> data, out InferenceOutput? output, out FormatError? error)
    {
        var reader = new StrictCborReader(data.Span);
        reader.ReadArrayHead("output", 1, 1);
        var tensors = TensorList.Read(ref reader, data);
        reader.Finish("output");
        error = reader.Error;
        output = reader.Failed ? null : new InferenceOutput(tensors);
        return output is not null;
    }

    /// <summary>The encoding, without the salt.</summary>
    /// <exception cref="OverflowException">The tensors together have more bytes than an array can hold.</exception>
    public byte[] Encode()
    {
        var writer = new CborWriter(CborConformanceMode.Canonical, initialCapacity: TensorList.Bound(_tensors));
        writer.WriteStartArray(1);
        TensorList.Write(writer, _tensors);
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>The digest that a claim holds of an encoded output.</summary>
    /// <param name="encoded">What <see cref="Encode"/> gives; bytes from outside have to pass <see cref="TryParse"/> first.</param>
    /// <param name="salt">The output's salt, 32 bytes.</param>
    /// <exception cref="ArgumentException">The salt has another size, or what is encoded is no array of this form.</exception>
    public static Sha384Digest ComputeDigest(ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> salt) => SaltedDigest.Compute(Header, salt, encoded, items: 1);
}

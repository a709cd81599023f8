using System.Formats.Cbor;
using Nitro.Attestation.Cbor;

namespace Nitro.Attestation.Inference;

/// <summary>The tensors of an input or an output as they are bound: each name once, sorted by UTF-8 bytes, [name, datatype, shape, bytes].</summary>
internal static class TensorList
{
    public const int MaximumTensors = 1024;

    public static Tensor[] Sort(IEnumerable<Tensor> tensors, string parameter)
    {
        Tensor[] sorted = [.. tensors];
        if (sorted.Length > MaximumTensors)
        {
            throw new ArgumentException($"At most {MaximumTensors} tensors, not {sorted.Length}.", parameter);
        }

        if (Array.Exists(sorted, tensor => tensor is null))
        {
            throw new ArgumentException("A tensor is null.", parameter);
        }

        Array.Sort(sorted, (left, right) => Utf8Order.Compare(left.Name, right.Name));
        for (var i = 1; i < sorted.Length; i++)
        {
            if (sorted[i - 1].Name == sorted[i].Name)
            {
                throw new ArgumentException($"The tensor \"{sorted[i].Name}\" is there twice.", parameter);
            }
        }

        return sorted;
    }

    /// <summary>An upper bound of what <see cref="Write"/> writes, so that large tensors are copied once.</summary>
    public static int Bound(Tensor[] tensors) => checked(tensors.Sum(tensor => tensor.Data.Length + (3 * Tensor.MaximumName) + (9 * (Tensor.MaximumRank + 4))) + 16);

    public static void Write(CborWriter writer, Tensor[] tensors)
    {
        writer.WriteStartArray(tensors.Length);
        foreach (var tensor in tensors)
        {
            writer.WriteStartArray(4);
            writer.WriteTextString(tensor.Name);
            writer.WriteTextString(tensor.Datatype.Name());
            writer.WriteStartArray(tensor.Shape.Count);
            foreach (var dimension in tensor.Shape)
            {
                writer.WriteInt64(dimension);
            }

            writer.WriteEndArray();
            writer.WriteByteString(tensor.Data.Span);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    public static Tensor[] Read(ref StrictCborReader reader, ReadOnlyMemory<byte> data)
    {
        var tensors = new Tensor[reader.ReadArrayHead("tensors", 0, MaximumTensors)];
        for (var i = 0; i < tensors.Length && !reader.Failed; i++)
        {
            var at = reader.Position;
            reader.ReadArrayHead("tensor", 4, 4);
            var nameAt = reader.Position;
            var name = reader.ReadText("tensor name", 1, Tensor.MaximumName);
            var datatypeAt = reader.Position;
            var datatypeName = reader.ReadText("tensor datatype", 1, 16);
            if (!DatatypeExtensions.TryParse(datatypeName, out var datatype))
            {
                reader.FailAt(datatypeAt, "tensor datatype", string.Join(", ", DatatypeExtensions.AllNames), $"\"{datatypeName}\"");
            }

            var shape = new long[reader.ReadArrayHead("tensor shape", 0, Tensor.MaximumRank)];
            for (var dimension = 0; dimension < shape.Length; dimension++)
            {
                shape[dimension] = reader.ReadInteger("tensor shape");
            }

            var content = reader.ReadBytes("tensor data", 0, int.MaxValue);
            if (reader.Failed)
            {
                break;
            }

            if (!Tensor.TryCreate(name, datatype, shape, data.Slice(reader.Position - content.Length, content.Length), out var tensor, out var error))
            {
                reader.FailAt(at, error!.Where, error.Expected, error.Found);
            }
            else if (i > 0 && Utf8Order.Compare(tensors[i - 1].Name, name) >= 0)
            {
                reader.FailAt(nameAt, "tensor name", "names in order, each once", $"\"{name}\" out of order");
            }
            else
            {
                tensors[i] = tensor!;
            }
        }

        return tensors;
    }
}

using System.Text.Json;
using Nitro.Attestation.Inference;

namespace Nitro.OpenInference;

/// <summary>Reads one tensor object of a message: name, shape, datatype, and data in JSON or behind it.</summary>
internal static class TensorMember
{
    /// <summary>The most dimensions that are read; a tensor may have no more.</summary>
    private const int MaximumRank = Tensor.MaximumRank;

    public static Tensor Read(ref JsonText json, ReadOnlySpan<byte> text, string kind, ref BinaryTail tail)
    {
        json.BeginObject(kind);
        string? name = null;
        Datatype? datatype = null;
        long[]? shape = null;
        int? binarySize = null;
        byte[]? data = null;
        Utf8JsonReader dataAt = default;
        var dataIsAhead = false;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (json.TryNextMember(kind, seen, out var member))
        {
            switch (member)
            {
                case "name":
                    name = ReadName(ref json, kind);
                    break;
                case "datatype":
                    datatype = ReadDatatype(ref json, Where(kind, name));
                    break;
                case "shape":
                    shape = ReadShape(ref json, Where(kind, name));
                    break;
                case "parameters":
                    binarySize = ReadBinarySize(ref json, Where(kind, name));
                    break;
                case "data" when datatype is { } known && shape is not null:
                    var reader = json.Reader;
                    data = JsonTensorReader.Read(ref reader, text.Length, Where(kind, name), known, shape);
                    json.Resume(reader);
                    break;
                case "data":
                    dataAt = json.SkipValue();
                    dataIsAhead = true;
                    break;
                default:
                    throw new MessageException($"{Where(kind, name)}: there is no member {Quoted.Show(member)} in a tensor");
            }
        }

        if (name is null || datatype is null || shape is null)
        {
            throw new MessageException($"{Where(kind, name)}: the member {(name is null ? "name" : datatype is null ? "datatype" : "shape")} is missing");
        }

        var where = Where(kind, name);
        if (dataIsAhead)
        {
            data = JsonTensorReader.Read(ref dataAt, text.Length, where, datatype.Value, shape);
        }

        if ((data is null) == (binarySize is null))
        {
            throw new MessageException($"{where}: {(data is null ? "neither data nor" : "both data and")} parameters.binary_data_size {(data is null ? "is" : "are")} there; state one");
        }

        var content = data ?? tail.Take(where, binarySize!.Value);
        return Tensor.TryCreate(name, datatype.Value, shape, content, out var tensor, out var error)
            ? tensor!
            : throw new MessageException($"{where}: {error!.Where}: expected {error.Expected}, found {error.Found}");
    }

    private static string Where(string kind, string? name) => name is null ? kind : $"{kind} {Quoted.Show(name)}";

    private static string ReadName(ref JsonText json, string kind)
    {
        var name = json.String($"{kind}.name");
        var size = System.Text.Encoding.UTF8.GetByteCount(name);
        return size is >= 1 and <= Tensor.MaximumName
            ? name
            : throw new MessageException(FormattableString.Invariant($"{kind}.name: expected 1 to {Tensor.MaximumName} bytes of UTF-8, found {size}"));
    }

    private static Datatype ReadDatatype(ref JsonText json, string where)
    {
        var name = json.String($"{where}: datatype");
        return DatatypeExtensions.TryParse(name, out var datatype)
            ? datatype
            : throw new MessageException($"{where}: unknown datatype {Quoted.Show(name)}; known are {string.Join(", ", DatatypeExtensions.AllNames)}");
    }

    private static long[] ReadShape(ref JsonText json, string where)
    {
        json.BeginArray($"{where}: shape");
        var shape = new List<long>();
        while (json.TryNextItem())
        {
            if (shape.Count == MaximumRank)
            {
                throw new MessageException(FormattableString.Invariant($"{where}: shape has more than {MaximumRank} dimensions"));
            }

            shape.Add(json.Integer($"{where}: shape", 0, int.MaxValue));
        }

        return [.. shape];
    }

    private static int? ReadBinarySize(ref JsonText json, string where)
    {
        int? size = null;
        json.BeginObject($"{where}: parameters");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (json.TryNextMember($"{where}: parameters", seen, out var parameter))
        {
            size = parameter == "binary_data_size"
                ? (int)json.Integer($"{where}: binary_data_size", 0, int.MaxValue)
                : throw new MessageException($"{where}: unknown parameter {Quoted.Show(parameter)}; a tensor that carries data has binary_data_size");
        }

        return size;
    }
}

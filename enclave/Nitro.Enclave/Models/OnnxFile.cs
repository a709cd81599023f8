using System.Text;
using Nitro.Attestation;

namespace Nitro.Enclave.Models;

/// <summary>
/// What has to be known of an ONNX file before the runtime gets it, and what the runtime does not tell: whether all its data lies in the
/// file itself, and which of its inputs and outputs state no rank. Immutable.
/// </summary>
/// <remarks>
/// Source: onnx/onnx.proto, every message that can hold a TensorProto. ONNX Runtime, given a buffer, reads external data from paths
/// relative to the current directory; the digest of the buffer would not cover them.
/// </remarks>
public sealed class OnnxFile
{
    /// <summary>The deepest nesting of messages: protobuf's own limit (CodedInputStream's default recursion limit).</summary>
    public const int MaximumDepth = 100;

    private const string WholeModel = "model";

    private OnnxFile(HashSet<string> unranked) => Unranked = unranked;

    private enum Message
    {
        Model,
        Graph,
        Node,
        Attribute,
        Tensor,
        SparseTensor,
        Function,
        TrainingInfo,
    }

    /// <summary>
    /// Whether the fault is that of the whole file: the outermost message is none, or has no graph. So it is with texts, other formats and
    /// files that were cut off; of faults further in, <see cref="FormatError.Where"/> names the way.
    /// </summary>
    internal static bool IsOfTheWhole(FormatError error) => error.Where is ProtobufReader.Where or WholeModel;

    /// <summary>The names of the graph's inputs and outputs whose type states no shape: tensors of any rank.</summary>
    public IReadOnlySet<string> Unranked { get; }

    /// <summary>Reads a file's structure. Never throws, whatever the bytes.</summary>
    /// <param name="data">The whole file.</param>
    /// <param name="file">What is known of it, when it is an ONNX file that holds all its data.</param>
    /// <param name="error">Otherwise what is wrong: no protobuf, no graph, or the first tensor whose data lies elsewhere.</param>
    public static bool TryRead(ReadOnlySpan<byte> data, out OnnxFile? file, out FormatError? error)
    {
        file = null;
        var unranked = new HashSet<string>(StringComparer.Ordinal);
        error = Check(data, 0, Message.Model, 0) ?? ReadGraphs(data, unranked);
        if (error is not null)
        {
            return false;
        }

        file = new OnnxFile(unranked);
        return true;
    }

    /// <summary>The message in a field, when it can lead to a tensor.</summary>
    private static Message? Child(Message parent, int field) => (parent, field) switch
    {
        (Message.Model, 7) => Message.Graph,
        (Message.Model, 20) => Message.TrainingInfo,
        (Message.Model, 25) => Message.Function,
        (Message.Graph, 1) => Message.Node,
        (Message.Graph, 5) => Message.Tensor,
        (Message.Graph, 15) => Message.SparseTensor,
        (Message.Node, 5) => Message.Attribute,
        (Message.Attribute, 5 or 10) => Message.Tensor,
        (Message.Attribute, 6 or 11) => Message.Graph,
        (Message.Attribute, 22 or 23) => Message.SparseTensor,
        (Message.SparseTensor, 1 or 2) => Message.Tensor,
        (Message.TrainingInfo, 1 or 2) => Message.Graph,
        (Message.Function, 7) => Message.Node,
        (Message.Function, 11) => Message.Attribute,
        _ => null,
    };

    private static FormatError? Check(ReadOnlySpan<byte> message, int offset, Message kind, int depth)
    {
        if (depth > MaximumDepth)
        {
            return new FormatError("messages", offset, FormattableString.Invariant($"at most {MaximumDepth} nested in each other"), "more");
        }

        var reader = new ProtobufReader(message, offset);
        while (reader.TryReadField(out var field))
        {
            if (kind == Message.Tensor && IsExternal(field))
            {
                return External(message, offset);
            }

            // A known field of another wire type is an unknown field to protobuf's readers, and leads nowhere.
            if (field.Type == WireType.LengthDelimited && Child(kind, field.Number) is { } child
                && Check(field.Bytes, field.Offset, child, depth + 1) is { } error)
            {
                // The way to the fault is named while leaving it, so that sound files pay nothing for names.
                return error with { Where = Label(kind, message) + error.Where };
            }
        }

        return reader.Error;
    }

    /// <summary>
    /// Whether this field of a TensorProto says that its data is elsewhere: data_location (14) other than DEFAULT, or any external_data
    /// (13). Readers take the low 32 bits of an enum's varint, so every number but 0 counts.
    /// </summary>
    private static bool IsExternal(in ProtobufField field) => field.Number == 13 || (field.Number == 14 && field.Value != 0);

    private static FormatError External(ReadOnlySpan<byte> tensor, int offset)
    {
        var location = "";
        var reader = new ProtobufReader(tensor, offset);
        while (reader.TryReadField(out var field))
        {
            if (field.Number == 13 && ProtobufReader.FindText(field.Bytes, 1) == "location")
            {
                location = ProtobufReader.FindText(field.Bytes, 2);
            }
        }

        return new FormatError(
            $"tensor \"{ProtobufReader.FindText(tensor, 8)}\"",
            offset,
            "data in the model file itself, which is all that the model's digest covers",
            $"external data{(location.Length == 0 ? "" : $" in \"{location}\"")} (save the model as one file)");
    }

    private static string Label(Message kind, ReadOnlySpan<byte> message) => kind switch
    {
        Message.Graph => $"graph \"{ProtobufReader.FindText(message, 2)}\", ",
        Message.Node => $"node \"{ProtobufReader.FindText(message, 3)}\" ({ProtobufReader.FindText(message, 4)}), ",
        Message.Attribute => $"attribute \"{ProtobufReader.FindText(message, 1)}\", ",
        Message.Function => $"function \"{ProtobufReader.FindText(message, 1)}\", ",
        Message.SparseTensor => "sparse tensor, ",
        Message.TrainingInfo => "training info, ",
        _ => "",
    };

    /// <summary>
    /// Finds the values without a rank in the graph, which protobuf merges from all its occurrences; an error when there is none.
    /// </summary>
    private static FormatError? ReadGraphs(ReadOnlySpan<byte> model, HashSet<string> unranked)
    {
        var found = false;
        var reader = new ProtobufReader(model, 0);
        while (reader.TryReadField(out var field))
        {
            if (field is { Number: 7, Type: WireType.LengthDelimited })
            {
                found = true;
                ReadValues(field.Bytes, unranked);
            }
        }

        return found ? null : new FormatError(WholeModel, -1, "an ONNX model (a ModelProto) with a graph", "none");
    }

    private static void ReadValues(ReadOnlySpan<byte> graph, HashSet<string> unranked)
    {
        var reader = new ProtobufReader(graph, 0);
        while (reader.TryReadField(out var field))
        {
            if (field is not { Number: 11 or 12, Type: WireType.LengthDelimited })
            {
                continue;
            }

            var name = "";
            var ranked = false;
            var value = new ProtobufReader(field.Bytes, 0);
            while (value.TryReadField(out var part))
            {
                switch (part.Number)
                {
                    case 1:
                        name = Encoding.UTF8.GetString(part.Bytes);
                        break;
                    case 2:
                        ranked |= HasShape(part.Bytes);
                        break;
                    default:
                        break;
                }
            }

            if (!ranked)
            {
                unranked.Add(name);
            }
        }
    }

    /// <summary>Whether a TypeProto has a tensor_type (1) that has a shape (2).</summary>
    private static bool HasShape(ReadOnlySpan<byte> type)
    {
        var found = false;
        var reader = new ProtobufReader(type, 0);
        while (reader.TryReadField(out var field))
        {
            if (field.Number != 1)
            {
                continue;
            }

            var tensor = new ProtobufReader(field.Bytes, 0);
            while (tensor.TryReadField(out var part))
            {
                found |= part is { Number: 2, Type: WireType.LengthDelimited };
            }
        }

        return found;
    }
}

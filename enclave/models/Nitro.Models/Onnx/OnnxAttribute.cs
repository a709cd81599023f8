namespace Nitro.Models.Onnx;

/// <summary>
/// A named setting of a node (ONNX's <c>AttributeProto</c>). Immutable, except that a graph is written as it stands when the model is.
/// </summary>
public sealed class OnnxAttribute
{
    // AttributeProto.AttributeType
    private const int TypeFloat = 1;
    private const int TypeInt = 2;
    private const int TypeString = 3;
    private const int TypeTensor = 4;
    private const int TypeGraph = 5;
    private const int TypeFloats = 6;
    private const int TypeInts = 7;
    private const int TypeStrings = 8;

    private readonly int type;
    private readonly Action<ProtobufWriter> writeValue;

    private OnnxAttribute(string name, int type, Action<ProtobufWriter> writeValue)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        this.type = type;
        this.writeValue = writeValue;
    }

    /// <summary>The name, as the operator's specification gives it.</summary>
    public string Name { get; }

    /// <summary>A whole number.</summary>
    public static OnnxAttribute Int(string name, long value) => new(name, TypeInt, writer => writer.Int64(3, value));

    /// <summary>A list of whole numbers.</summary>
    public static OnnxAttribute Ints(string name, params ReadOnlySpan<long> values)
    {
        var copy = values.ToArray();
        return new(name, TypeInts, writer =>
        {
            foreach (var value in copy)
            {
                writer.Int64(8, value);
            }
        });
    }

    /// <summary>A number.</summary>
    public static OnnxAttribute Float(string name, float value) => new(name, TypeFloat, writer => writer.Float(2, value));

    /// <summary>A list of numbers.</summary>
    public static OnnxAttribute Floats(string name, params ReadOnlySpan<float> values)
    {
        var copy = values.ToArray();
        return new(name, TypeFloats, writer =>
        {
            foreach (var value in copy)
            {
                writer.Float(7, value);
            }
        });
    }

    /// <summary>A text.</summary>
    public static OnnxAttribute String(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(name, TypeString, writer => writer.Text(4, value));
    }

    /// <summary>A list of texts.</summary>
    public static OnnxAttribute Strings(string name, params ReadOnlySpan<string> values)
    {
        var copy = values.ToArray();
        return new(name, TypeStrings, writer =>
        {
            foreach (var value in copy)
            {
                writer.Text(9, value);
            }
        });
    }

    /// <summary>A tensor.</summary>
    public static OnnxAttribute Tensor(string name, OnnxTensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(name, TypeTensor, writer => writer.Message(5, value.WriteTo));
    }

    /// <summary>A graph inside the node, such as the branches of <c>If</c>.</summary>
    public static OnnxAttribute Graph(string name, OnnxGraphBuilder value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(name, TypeGraph, writer => writer.Message(6, value.WriteTo));
    }

    internal void WriteTo(ProtobufWriter writer)
    {
        writer.Text(1, Name);
        writeValue(writer);
        writer.Int64(20, type);
    }
}

namespace Nitro.Models.Onnx;

/// <summary>
/// Collects the parts of a graph (ONNX's <c>GraphProto</c>): inputs, outputs, initializers and nodes, written in the order in which they
/// were added. It does not judge whether they make sense together (names that nobody gives, operators that do not exist): that is for
/// whoever loads the model, and tests of loaders want such models. Not thread-safe.
/// </summary>
public sealed class OnnxGraphBuilder
{
    private readonly List<Action<ProtobufWriter>> inputs = [];
    private readonly List<Action<ProtobufWriter>> outputs = [];
    private readonly List<Action<ProtobufWriter>> nodes = [];
    private readonly List<OnnxTensor> initializers = [];

    /// <summary>An empty graph.</summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public OnnxGraphBuilder(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
    }

    /// <summary>The graph's name.</summary>
    public string Name { get; }

    /// <summary>What the graph is, for people; empty by default.</summary>
    public string DocString { get; set; } = "";

    /// <summary>Adds a tensor that the caller gives; a scalar where there are no dimensions.</summary>
    public OnnxGraphBuilder Input(string name, OnnxElementType type, params ReadOnlySpan<OnnxDimension> dimensions)
    {
        inputs.Add(TensorValue(name, type, dimensions));
        return this;
    }

    /// <summary>Adds a tensor that the caller gets; a scalar where there are no dimensions.</summary>
    public OnnxGraphBuilder Output(string name, OnnxElementType type, params ReadOnlySpan<OnnxDimension> dimensions)
    {
        outputs.Add(TensorValue(name, type, dimensions));
        return this;
    }

    /// <summary>Adds an output that is a sequence of tensors, which is not a tensor.</summary>
    public OnnxGraphBuilder SequenceOutput(string name, OnnxElementType type)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);

        // TypeProto.sequence_type, whose elem_type is a TypeProto with a tensor_type of unknown shape.
        outputs.Add(writer => WriteValue(writer, name, value => value.Message(4, sequence => sequence.Message(1, element =>
            element.Message(1, tensor => tensor.Int64(1, (long)type))))));
        return this;
    }

    /// <summary>Adds a constant tensor that nodes use by its name.</summary>
    /// <exception cref="ArgumentException">The tensor has no name.</exception>
    public OnnxGraphBuilder Initializer(OnnxTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.Name.Length == 0)
        {
            throw new ArgumentException("An initializer needs a name for nodes to use it by.", nameof(tensor));
        }

        initializers.Add(tensor);
        return this;
    }

    /// <summary>
    /// Adds an operator of ONNX's own set. Nodes must be added in an order in which every input is there before it is used.
    /// </summary>
    /// <param name="operatorType">The operator, such as <c>Conv</c>.</param>
    /// <param name="inputNames">Names of its inputs; an empty name leaves out an optional one.</param>
    /// <param name="outputNames">Names of its outputs.</param>
    /// <param name="attributes">Its settings.</param>
    public OnnxGraphBuilder Node(
        string operatorType,
        ReadOnlySpan<string> inputNames,
        ReadOnlySpan<string> outputNames,
        params ReadOnlySpan<OnnxAttribute> attributes) =>
        Node("", operatorType, inputNames, outputNames, attributes);

    /// <summary>Adds an operator of any domain's set; the model must import that domain.</summary>
    /// <param name="domain">The operator set's domain; empty for ONNX's own.</param>
    /// <param name="operatorType">The operator.</param>
    /// <param name="inputNames">Names of its inputs; an empty name leaves out an optional one.</param>
    /// <param name="outputNames">Names of its outputs.</param>
    /// <param name="attributes">Its settings.</param>
    public OnnxGraphBuilder Node(
        string domain,
        string operatorType,
        ReadOnlySpan<string> inputNames,
        ReadOnlySpan<string> outputNames,
        params ReadOnlySpan<OnnxAttribute> attributes)
    {
        ArgumentNullException.ThrowIfNull(domain);
        ArgumentException.ThrowIfNullOrEmpty(operatorType);
        var (inputCopy, outputCopy, attributeCopy) = (inputNames.ToArray(), outputNames.ToArray(), attributes.ToArray());
        nodes.Add(writer =>
        {
            foreach (var input in inputCopy)
            {
                writer.Text(1, input);
            }

            foreach (var output in outputCopy)
            {
                writer.Text(2, output);
            }

            writer.Text(4, operatorType);
            foreach (var attribute in attributeCopy)
            {
                writer.Message(5, attribute.WriteTo);
            }

            writer.OptionalText(7, domain);
        });
        return this;
    }

    internal void WriteTo(ProtobufWriter writer)
    {
        foreach (var node in nodes)
        {
            writer.Message(1, node);
        }

        writer.Text(2, Name);
        foreach (var initializer in initializers)
        {
            writer.Message(5, initializer.WriteTo);
        }

        writer.OptionalText(10, DocString);
        foreach (var input in inputs)
        {
            writer.Message(11, input);
        }

        foreach (var output in outputs)
        {
            writer.Message(12, output);
        }
    }

    private static Action<ProtobufWriter> TensorValue(string name, OnnxElementType type, ReadOnlySpan<OnnxDimension> dimensions)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var copy = dimensions.ToArray();

        // TypeProto.tensor_type: elem_type, and a shape even for a scalar, because a missing shape means an unknown one.
        return writer => WriteValue(writer, name, value => value.Message(1, tensor =>
        {
            tensor.Int64(1, (long)type);
            tensor.Message(2, shape =>
            {
                foreach (var dimension in copy)
                {
                    shape.Message(1, dimension.WriteTo);
                }
            });
        }));
    }

    private static void WriteValue(ProtobufWriter writer, string name, Action<ProtobufWriter> writeType)
    {
        writer.Text(1, name);
        writer.Message(2, writeType);
    }
}

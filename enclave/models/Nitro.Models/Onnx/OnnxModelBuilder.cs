namespace Nitro.Models.Onnx;

/// <summary>
/// Writes small ONNX models (onnx.ai, "Open Neural Network Exchange Intermediate Representation"; field numbers of onnx.proto) without any
/// dependency. The same calls give the same bytes. Not thread-safe.
/// </summary>
/// <example>
/// <code>
/// var model = new OnnxModelBuilder("double"); model.Graph     .Input("x", OnnxElementType.Float, "batch", 3)     .Node("Add", ["x", "x"],
/// ["y"])     .Output("y", OnnxElementType.Float, "batch", 3); File.WriteAllBytes("double.onnx", model.ToBytes());
/// </code>
/// </example>
public sealed class OnnxModelBuilder
{
    /// <summary>The operator set of ONNX that a model uses unless it says otherwise.</summary>
    public const long DefaultOperatorSet = 17;

    private readonly List<(string Domain, long Version)> imports = [];
    private readonly List<(string Key, string Value)> metadata = [];

    /// <summary>A model with an empty graph.</summary>
    /// <param name="graphName">The graph's name.</param>
    /// <param name="operatorSet">The version of ONNX's own operator set.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public OnnxModelBuilder(string graphName, long operatorSet = DefaultOperatorSet)
    {
        Graph = new OnnxGraphBuilder(graphName);
        imports.Add(("", operatorSet));
    }

    /// <summary>The graph that runs.</summary>
    public OnnxGraphBuilder Graph { get; }

    /// <summary>The version of the format; 8 goes with operator sets 15 to 18 (onnx.ai, "Versioning").</summary>
    public long IrVersion { get; set; } = 8;

    /// <summary>Who made the model; left out when empty.</summary>
    public string ProducerName { get; set; } = "";

    /// <summary>The maker's version; left out when empty.</summary>
    public string ProducerVersion { get; set; } = "";

    /// <summary>The model's name space, a reversed domain name; left out when empty.</summary>
    public string Domain { get; set; } = "";

    /// <summary>The model's own version; left out when 0.</summary>
    public long ModelVersion { get; set; }

    /// <summary>What the model is, for people; left out when empty.</summary>
    public string DocString { get; set; } = "";

    /// <summary>Makes the operators of another domain known to the graph.</summary>
    /// <exception cref="ArgumentException">The domain is empty.</exception>
    public OnnxModelBuilder Import(string domain, long version)
    {
        ArgumentException.ThrowIfNullOrEmpty(domain);
        imports.Add((domain, version));
        return this;
    }

    /// <summary>Adds a note under a key.</summary>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    public OnnxModelBuilder Metadata(string key, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(value);
        metadata.Add((key, value));
        return this;
    }

    /// <summary>The model file's bytes.</summary>
    /// <exception cref="ArgumentException">A text that was given holds a lone surrogate, which has no UTF-8.</exception>
    public byte[] ToBytes()
    {
        var writer = new ProtobufWriter();
        writer.Int64(1, IrVersion);
        writer.OptionalText(2, ProducerName);
        writer.OptionalText(3, ProducerVersion);
        writer.OptionalText(4, Domain);
        if (ModelVersion != 0)
        {
            writer.Int64(5, ModelVersion);
        }

        writer.OptionalText(6, DocString);
        writer.Message(7, Graph.WriteTo);
        foreach (var (domain, version) in imports)
        {
            writer.Message(8, import =>
            {
                import.OptionalText(1, domain);
                import.Int64(2, version);
            });
        }

        foreach (var (key, value) in metadata)
        {
            writer.Message(14, entry => OnnxTensor.WriteEntry(entry, key, value));
        }

        return writer.ToArray();
    }
}

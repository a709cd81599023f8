using System.Text;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Nitro.Models.Onnx;

namespace Nitro.Models.Tests;

/// <summary>What the builder writes is judged by ONNX Runtime, which did not write it.</summary>
public sealed class OnnxModelBuilderTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nitro-models-");
    private readonly RunOptions runOptions = new();

    public void Dispose()
    {
        runOptions.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Float_passes_through() => PassThrough<float>(OnnxElementType.Float, [1.5f, -0f, float.NaN, float.MaxValue]);

    [Fact]
    public void Double_passes_through() => PassThrough(OnnxElementType.Double, [1.5, -0.0, double.NegativeInfinity, double.Epsilon]);

    [Fact]
    public void Int8_passes_through() => PassThrough<sbyte>(OnnxElementType.Int8, [sbyte.MinValue, -1, 0, sbyte.MaxValue]);

    [Fact]
    public void Int16_passes_through() => PassThrough<short>(OnnxElementType.Int16, [short.MinValue, -1, 0, short.MaxValue]);

    [Fact]
    public void Int32_passes_through() => PassThrough<int>(OnnxElementType.Int32, [int.MinValue, -1, 0, int.MaxValue]);

    [Fact]
    public void Int64_passes_through() => PassThrough<long>(OnnxElementType.Int64, [long.MinValue, -1, 0, long.MaxValue]);

    [Fact]
    public void UInt8_passes_through() => PassThrough<byte>(OnnxElementType.UInt8, [0, 1, 128, byte.MaxValue]);

    [Fact]
    public void UInt16_passes_through() => PassThrough<ushort>(OnnxElementType.UInt16, [0, 1, 32768, ushort.MaxValue]);

    [Fact]
    public void UInt32_passes_through() => PassThrough<uint>(OnnxElementType.UInt32, [0, 1, 1u << 31, uint.MaxValue]);

    [Fact]
    public void UInt64_passes_through() => PassThrough<ulong>(OnnxElementType.UInt64, [0, 1, 1UL << 63, ulong.MaxValue]);

    [Fact]
    public void Bool_passes_through() => PassThrough<bool>(OnnxElementType.Bool, [true, false, false, true]);

    [Fact]
    public void Float16_and_BFloat16_are_declared_and_held()
    {
        foreach (var type in new[] { OnnxElementType.Float16, OnnxElementType.BFloat16 })
        {
            var model = new OnnxModelBuilder("halves");
            model.Graph
                .Initializer(OnnxTensor.FromBytes("held", type, [2], [0x00, 0x3C, 0x80, 0x3F]))
                .Node("Identity", ["held"], ["y"])
                .Output("y", type, 2);
            using var session = new InferenceSession(model.ToBytes());
            Assert.Equal((TensorElementType)type, session.OutputMetadata["y"].ElementDataType);
            using var results = session.Run(runOptions, new Dictionary<string, OrtValue>(), ["y"]);
            ushort[] bits = type == OnnxElementType.Float16
                ? [.. results[0].GetTensorDataAsSpan<Float16>().ToArray().Select(half => half.value)]
                : [.. results[0].GetTensorDataAsSpan<BFloat16>().ToArray().Select(half => half.value)];
            Assert.Equal([0x3C00, 0x3F80], bits);
        }
    }

    [Fact]
    public void Half_numbers_become_Float16() =>
        Assert.Equal(OnnxElementType.Float16, OnnxTensor.Create<Half>("h", [1], [Half.One]).ElementType);

    [Fact]
    public void Strings_pass_through_and_are_held()
    {
        string[] texts = ["", "grüezi", "数字\n"];
        var model = new OnnxModelBuilder("strings");
        model.Graph
            .Input("x", OnnxElementType.String, 3)
            .Initializer(OnnxTensor.FromStrings("held", [3], texts))
            .Node("Identity", ["x"], ["y"])
            .Node("Identity", ["held"], ["z"])
            .Output("y", OnnxElementType.String, 3)
            .Output("z", OnnxElementType.String, 3);
        using var session = new InferenceSession(model.ToBytes());
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("x", new DenseTensor<string>(texts, [3]))]);
        Assert.Equal(texts, results[0].AsTensor<string>());
        Assert.Equal(texts, results[1].AsTensor<string>());
    }

    [Fact]
    public void Fixed_symbolic_and_unknown_dimensions_are_told_apart()
    {
        var model = new OnnxModelBuilder("shapes");
        model.Graph
            .Input("x", OnnxElementType.Float, "batch", 3, default)
            .Input("scalar", OnnxElementType.Int64)
            .Node("Identity", ["x"], ["y"])
            .Node("Identity", ["scalar"], ["s"])
            .Output("y", OnnxElementType.Float, "batch", 3, default)
            .Output("s", OnnxElementType.Int64);
        using var session = new InferenceSession(model.ToBytes());
        Assert.Equal([-1, 3, -1], session.InputMetadata["x"].Dimensions);
        Assert.Equal(["batch", "", ""], session.InputMetadata["x"].SymbolicDimensions);
        Assert.Empty(session.InputMetadata["scalar"].Dimensions);
    }

    [Fact]
    public void Producer_version_description_and_metadata_are_read_back()
    {
        var model = new OnnxModelBuilder("described")
        {
            ProducerName = "somebody",
            ProducerVersion = "4.5",
            Domain = "org.example",
            ModelVersion = 77,
            DocString = "What it is.",
        };
        model.Metadata("first", "1").Metadata("second", "");
        model.Graph.DocString = "What the graph is.";
        AddIdentity(model.Graph);
        var bytes = model.ToBytes();
        using var session = new InferenceSession(bytes);
        var metadata = session.ModelMetadata;
        Assert.Equal(
            ("somebody", "org.example", 77, "What it is.", "described", "What the graph is."),
            (metadata.ProducerName, metadata.Domain, metadata.Version,
                metadata.Description, metadata.GraphName, metadata.GraphDescription));
        Assert.Equal(new Dictionary<string, string> { ["first"] = "1", ["second"] = "" }, metadata.CustomMetadataMap);
        Assert.Equal("4.5", Assert.Single(WireField.ReadAll(bytes, ..), field => field.Number == 3).Text(bytes));
    }

    [Fact]
    public void Whole_number_attributes_arrive()
    {
        var graph = OneInput("Transpose", OnnxAttribute.Ints("perm", 1, 0), 2, 3);
        Assert.Equal([1, 4, 2, 5, 3, 6], RunFloats(graph, [1, 2, 3, 4, 5, 6], [2, 3]));
        graph = OneInput("Flatten", OnnxAttribute.Int("axis", -1), 2, 3);
        Assert.Equal([1, 2, 3, 4, 5, 6], RunFloats(graph, [1, 2, 3, 4, 5, 6], [2, 3]));
    }

    [Fact]
    public void Number_attributes_arrive()
    {
        var graph = OneInput("LeakyRelu", OnnxAttribute.Float("alpha", 0.25f), 2);
        Assert.Equal([-1, 4], RunFloats(graph, [-4, 4], [2]));
        var model = new OnnxModelBuilder("constant");
        model.Graph.Node("Constant", [], ["y"], OnnxAttribute.Floats("value_floats", 0.5f, -2)).Output("y", OnnxElementType.Float, 2);
        Assert.Equal([0.5f, -2], RunFloats(model));
    }

    [Fact]
    public void A_tensor_attribute_arrives()
    {
        var model = new OnnxModelBuilder("filled");
        model.Graph
            .Initializer(OnnxTensor.Create<long>("shape", [1], [3]))
            .Node("ConstantOfShape", ["shape"], ["y"], OnnxAttribute.Tensor("value", OnnxTensor.Create<float>("", [1], [2.5f])))
            .Output("y", OnnxElementType.Float, 3);
        Assert.Equal([2.5f, 2.5f, 2.5f], RunFloats(model));
    }

    [Fact]
    public void A_text_attribute_arrives()
    {
        // DCR and CRD order the same numbers differently.
        float[] image = [1, 2, 3, 4, 5, 6, 7, 8];
        foreach (var (mode, expected) in new[] { ("DCR", new float[] { 1, 3, 5, 7, 2, 4, 6, 8 }), ("CRD", [1, 2, 3, 4, 5, 6, 7, 8]) })
        {
            var model = new OnnxModelBuilder("depth");
            model.Graph
                .Input("x", OnnxElementType.Float, 1, 8, 1, 1)
                .Node("DepthToSpace", ["x"], ["y"], OnnxAttribute.Int("blocksize", 2), OnnxAttribute.String("mode", mode))
                .Output("y", OnnxElementType.Float, 1, 2, 2, 2);
            Assert.Equal(expected, RunFloats(model, image, [1, 8, 1, 1]));
        }
    }

    [Fact]
    public void Another_domain_and_a_list_of_texts_arrive()
    {
        var model = new OnnxModelBuilder("labels").Import("ai.onnx.ml", 2);
        model.Graph
            .Input("x", OnnxElementType.String, 2)
            .Node(
                "ai.onnx.ml",
                "LabelEncoder",
                ["x"],
                ["y"],
                OnnxAttribute.Strings("keys_strings", "a", "b"),
                OnnxAttribute.Floats("values_floats", 3, 4))
            .Output("y", OnnxElementType.Float, 2);
        using var session = new InferenceSession(model.ToBytes());
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("x", new DenseTensor<string>((string[])["b", "a"], [2]))]);
        Assert.Equal([4f, 3f], results[0].AsTensor<float>());
    }

    [Fact]
    public void A_graph_inside_a_node_arrives()
    {
        var onTrue = new OnnxGraphBuilder("on-true")
            .Node("Constant", [], ["t"], OnnxAttribute.Floats("value_floats", 1))
            .Output("t", OnnxElementType.Float, 1);
        var onFalse = new OnnxGraphBuilder("on-false")
            .Node("Constant", [], ["f"], OnnxAttribute.Floats("value_floats", 2))
            .Output("f", OnnxElementType.Float, 1);
        foreach (var (condition, expected) in new[] { (true, 1f), (false, 2f) })
        {
            var model = new OnnxModelBuilder("branch");
            model.Graph
                .Initializer(OnnxTensor.Create<bool>("condition", [], [condition]))
                .Node("If", ["condition"], ["y"], OnnxAttribute.Graph("then_branch", onTrue), OnnxAttribute.Graph("else_branch", onFalse))
                .Output("y", OnnxElementType.Float, 1);
            Assert.Equal([expected], RunFloats(model));
        }
    }

    [Fact]
    public void An_output_can_be_a_sequence()
    {
        var model = new OnnxModelBuilder("sequence");
        model.Graph
            .Input("x", OnnxElementType.Float, 2)
            .Node("SequenceConstruct", ["x", "x"], ["y"])
            .SequenceOutput("y", OnnxElementType.Float);
        using var session = new InferenceSession(model.ToBytes());
        Assert.Equal(OnnxValueType.ONNX_TYPE_SEQUENCE, session.OutputMetadata["y"].OnnxValueType);
    }

    [Fact]
    public void External_data_is_read_from_where_the_model_says_it_lies()
    {
        var model = External("weights.bin", offset: 4096, length: 8);
        var path = Path.Combine(folder.FullName, "model.onnx");
        File.WriteAllBytes(path, model.ToBytes());
        var weights = new byte[4096 + 8];
        BitConverter.TryWriteBytes(weights.AsSpan(4096), 1.25f);
        BitConverter.TryWriteBytes(weights.AsSpan(4100), -7f);
        File.WriteAllBytes(Path.Combine(folder.FullName, "weights.bin"), weights);
        using var session = new InferenceSession(path);
        using var results = session.Run(runOptions, new Dictionary<string, OrtValue>(), ["y"]);
        Assert.Equal([1.25f, -7f], results[0].GetTensorDataAsSpan<float>().ToArray());
    }

    [Fact]
    public void A_model_whose_external_data_is_missing_does_not_load()
    {
        var path = Path.Combine(folder.FullName, "model.onnx");
        File.WriteAllBytes(path, External("absent.bin", null, null).ToBytes());
        Assert.Throws<OnnxRuntimeException>(() => new InferenceSession(path));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(0L, 8L)]
    [InlineData(4096L, null)]
    public void External_data_is_written_as_the_specification_says(long? offset, long? length)
    {
        var bytes = External("../weights.bin", offset, length).ToBytes();
        var tensor = Assert.Single(WireField.Follow(bytes, 7, 5));
        var fields = WireField.ReadAll(bytes, tensor);

        // dims, data_type FLOAT, name, the entries, data_location EXTERNAL; no raw_data.
        var entries = 1 + (offset is null ? 0 : 1) + (length is null ? 0 : 1);
        Assert.Equal([1, 2, 8, .. Enumerable.Repeat(13, entries), 14], fields.Select(field => field.Number));
        Assert.Equal(1, fields[1].Varint);
        Assert.Equal(1, fields[^1].Varint);
        var found = WireField.Follow(bytes, 7, 5, 13).Select(entry => WireField.ReadAll(bytes, entry))
            .ToDictionary(pair => pair[0].Text(bytes), pair => pair[1].Text(bytes));
        var expected = new Dictionary<string, string> { ["location"] = "../weights.bin" };
        if (offset is not null)
        {
            expected["offset"] = $"{offset}";
        }

        if (length is not null)
        {
            expected["length"] = $"{length}";
        }

        Assert.Equal(expected, found);
    }

    [Fact]
    public void The_same_calls_give_the_same_bytes_and_writing_twice_changes_nothing()
    {
        var model = External("weights.bin", 0, 8);
        var first = model.ToBytes();
        Assert.Equal(first, model.ToBytes());
        Assert.Equal(first, External("weights.bin", 0, 8).ToBytes());
    }

    [Fact]
    public void The_bytes_are_those_of_the_specification()
    {
        // Written by hand from onnx.proto and protobuf's wire format.
        var model = new OnnxModelBuilder("g", operatorSet: 300);
        model.Graph.Input("x", OnnxElementType.Float, "n", 2).Node("Relu", ["x"], ["y"]).Output("y", OnnxElementType.Float);
        byte[] expected =
        [
            0x08, 0x08,                                       // ir_version 8
            0x3A, 0x34,                                       // graph
            0x0A, 0x0C,                                       // node
            0x0A, 0x01, (byte)'x',                            // input
            0x12, 0x01, (byte)'y',                            // output
            0x22, 0x04, .. "Relu"u8,                          // op_type
            0x12, 0x01, (byte)'g',                            // name
            0x5A, 0x14,                                       // input
            0x0A, 0x01, (byte)'x',                            // name
            0x12, 0x0F,                                       // type
            0x0A, 0x0D,                                       // tensor_type
            0x08, 0x01,                                       // elem_type FLOAT
            0x12, 0x09,                                       // shape
            0x0A, 0x03, 0x12, 0x01, (byte)'n',                // dim_param n
            0x0A, 0x02, 0x08, 0x02,                           // dim_value 2
            0x62, 0x0B,                                       // output
            0x0A, 0x01, (byte)'y',                            // name
            0x12, 0x06,                                       // type
            0x0A, 0x04,                                       // tensor_type
            0x08, 0x01,                                       // elem_type FLOAT
            0x12, 0x00,                                       // shape without dimensions
            0x42, 0x03, 0x10, 0xAC, 0x02,                     // opset_import version 300
        ];
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(model.ToBytes()));
    }

    [Fact]
    public void Elements_that_do_not_match_the_dimensions_are_refused()
    {
        Assert.Throws<ArgumentException>(() => OnnxTensor.Create<float>("w", [2, 2], [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => OnnxTensor.Create<float>("w", [], []));
        Assert.Throws<ArgumentException>(() => OnnxTensor.FromBytes("w", OnnxElementType.Int64, [1], new byte[7]));
        Assert.Throws<ArgumentException>(() => OnnxTensor.FromStrings("w", [2], ["one"]));
    }

    [Theory]
    [InlineData(new long[] { -1 })]
    [InlineData(new long[] { long.MaxValue })]
    [InlineData(new long[] { 1L << 31 })]
    [InlineData(new long[] { 1L << 16, 1L << 16, 1L << 16, 1L << 16 })]
    [InlineData(new long[] { 1L << 30, 1L << 30, 1L << 30 })]
    public void Dimensions_beyond_any_memory_are_refused(long[] dimensions)
    {
        Assert.Throws<ArgumentException>(() => OnnxTensor.FromBytes("w", OnnxElementType.Double, dimensions, []));
        Assert.Throws<ArgumentException>(() => OnnxTensor.FromStrings("w", dimensions, []));
    }

    [Fact]
    public void Types_that_are_no_element_type_are_refused()
    {
        Assert.Throws<ArgumentException>(() => OnnxTensor.Create<char>("w", [1], ['c']));
        Assert.Throws<ArgumentException>(() => OnnxTensor.Create<DayOfWeek>("w", [1], [DayOfWeek.Friday]));
        Assert.Throws<ArgumentException>(() => OnnxTensor.Create<decimal>("w", [1], [1m]));
        Assert.Throws<ArgumentException>(() => OnnxTensor.FromBytes("w", OnnxElementType.String, [1], [0]));
        Assert.Throws<ArgumentException>(() => OnnxTensor.FromBytes("w", (OnnxElementType)99, [1], [0]));
    }

    [Fact]
    public void Missing_names_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new OnnxModelBuilder(""));
        Assert.Throws<ArgumentException>(() => new OnnxModelBuilder("m").Import("", 1));
        Assert.Throws<ArgumentException>(() => new OnnxModelBuilder("m").Metadata("", "v"));
        var graph = new OnnxGraphBuilder("g");
        Assert.Throws<ArgumentException>(() => graph.Input("", OnnxElementType.Float));
        Assert.Throws<ArgumentException>(() => graph.Output("", OnnxElementType.Float));
        Assert.Throws<ArgumentException>(() => graph.SequenceOutput("", OnnxElementType.Float));
        Assert.Throws<ArgumentException>(() => graph.Node("", ["x"], ["y"]));
        Assert.Throws<ArgumentException>(() => graph.Initializer(OnnxTensor.Create<float>("", [1], [1])));
        Assert.Throws<ArgumentException>(() => OnnxAttribute.Int("", 1));
        Assert.Throws<ArgumentException>(() => OnnxDimension.FromString(""));
        Assert.Throws<ArgumentNullException>(() => OnnxTensor.Create<float>(null!, [1], [1]));
        Assert.Throws<ArgumentNullException>(() => OnnxTensor.External("w", OnnxElementType.Float, [1], null!));
        Assert.Throws<ArgumentNullException>(() => OnnxAttribute.String("a", null!));
        Assert.Throws<ArgumentNullException>(() => OnnxAttribute.Tensor("a", null!));
        Assert.Throws<ArgumentNullException>(() => OnnxAttribute.Graph("a", null!));
    }

    [Fact]
    public void Text_that_has_no_UTF8_is_refused_rather_than_replaced()
    {
        var model = new OnnxModelBuilder("m") { DocString = "\uD800" };
        Assert.ThrowsAny<ArgumentException>(() => model.ToBytes());
    }

    [Fact]
    public void Long_texts_have_long_lengths()
    {
        var model = new OnnxModelBuilder("m") { DocString = new string('x', 70_000) };
        AddIdentity(model.Graph);
        var bytes = model.ToBytes();
        Assert.Equal(70_000, Assert.Single(WireField.ReadAll(bytes, ..), field => field.Number == 6).Text(bytes).Length);
        using var session = new InferenceSession(bytes);
        Assert.Equal(70_000, session.ModelMetadata.Description.Length);
    }

    // A value that comes in and one that the model holds, both given back as they are.
    private void PassThrough<T>(OnnxElementType type, T[] values)
        where T : unmanaged
    {
        var model = new OnnxModelBuilder("identity");
        model.Graph
            .Input("x", type, "count")
            .Initializer(OnnxTensor.Create<T>("held", [values.Length], values))
            .Node("Identity", ["x"], ["y"])
            .Node("Identity", ["held"], ["z"])
            .Output("y", type, "count")
            .Output("z", type, values.Length);
        using var session = new InferenceSession(model.ToBytes());
        Assert.Equal((TensorElementType)type, session.InputMetadata["x"].ElementDataType);
        using var input = OrtValue.CreateTensorValueFromMemory(values, [values.Length]);
        using var results = session.Run(runOptions, new Dictionary<string, OrtValue> { ["x"] = input }, ["y", "z"]);
        Assert.Equal(values, results[0].GetTensorDataAsSpan<T>().ToArray());
        Assert.Equal(values, results[1].GetTensorDataAsSpan<T>().ToArray());
    }

    private static void AddIdentity(OnnxGraphBuilder graph) =>
        graph.Input("x", OnnxElementType.Float, 1).Node("Identity", ["x"], ["y"]).Output("y", OnnxElementType.Float, 1);

    private static OnnxModelBuilder OneInput(string operatorType, OnnxAttribute attribute, params ReadOnlySpan<OnnxDimension> dimensions)
    {
        var model = new OnnxModelBuilder("one");
        model.Graph.Input("x", OnnxElementType.Float, dimensions).Node(operatorType, ["x"], ["y"], attribute);
        return Unshaped(model, dimensions.Length);
    }

    private static OnnxModelBuilder Unshaped(OnnxModelBuilder model, int rank)
    {
        model.Graph.Output("y", OnnxElementType.Float, new OnnxDimension[rank]);
        return model;
    }

    private static OnnxModelBuilder External(string location, long? offset, long? length)
    {
        var model = new OnnxModelBuilder("external");
        model.Graph
            .Initializer(OnnxTensor.External("w", OnnxElementType.Float, [2], location, offset, length))
            .Node("Identity", ["w"], ["y"])
            .Output("y", OnnxElementType.Float, 2);
        return model;
    }

    private float[] RunFloats(OnnxModelBuilder model, float[]? values = null, long[]? shape = null)
    {
        using var session = new InferenceSession(model.ToBytes());
        var inputs = new Dictionary<string, OrtValue>();
        using var input = OrtValue.CreateTensorValueFromMemory(values ?? [0], shape ?? [1]);
        if (values is not null)
        {
            inputs["x"] = input;
        }

        using var results = session.Run(runOptions, inputs, ["y"]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }
}

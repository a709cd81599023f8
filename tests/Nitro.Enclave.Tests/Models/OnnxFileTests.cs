using Nitro.Attestation;
using Nitro.Enclave.Models;
using Nitro.Enclave.Tests.Support;

namespace Nitro.Enclave.Tests.Models;

public sealed class OnnxFileTests
{
    /// <summary>Every place in which an ONNX file can hold a tensor: how to get there, and what the error calls it.</summary>
    public static TheoryData<string, string> Places => new()
    {
        { "initializer", "graph \"graph\", tensor \"w\"" },
        { "sparse values", "graph \"graph\", sparse tensor, tensor \"w\"" },
        { "sparse indices", "graph \"graph\", sparse tensor, tensor \"w\"" },
        { "attribute", "graph \"graph\", node \"n\" (Constant), attribute \"value\", tensor \"w\"" },
        { "attribute list", "graph \"graph\", node \"n\" (Constant), attribute \"value\", tensor \"w\"" },
        { "sparse attribute", "graph \"graph\", node \"n\" (Constant), attribute \"value\", sparse tensor, tensor \"w\"" },
        { "sparse attribute list", "graph \"graph\", node \"n\" (Constant), attribute \"value\", sparse tensor, tensor \"w\"" },
        { "nested graph", "graph \"graph\", node \"n\" (Constant), attribute \"value\", graph \"inner\", tensor \"w\"" },
        { "nested graph list", "graph \"graph\", node \"n\" (Constant), attribute \"value\", graph \"inner\", tensor \"w\"" },
        { "function", "function \"f\", node \"n\" (Constant), attribute \"value\", tensor \"w\"" },
        { "function default", "function \"f\", attribute \"value\", tensor \"w\"" },
        { "training initialization", "training info, graph \"inner\", tensor \"w\"" },
        { "training algorithm", "training info, graph \"inner\", tensor \"w\"" },
        { "second graph", "graph \"\", tensor \"w\"" },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public void External_data_is_found_wherever_it_hides(string place, string where)
    {
        Assert.True(OnnxFile.TryRead(Hide(place, Inline), out _, out _));
        foreach (var tensor in new Action<ProtobufWriter>[] { External, LocationOnly, ListOnly, WideLocation })
        {
            Assert.False(OnnxFile.TryRead(Hide(place, tensor), out var file, out var error));
            Assert.Null(file);
            Assert.Equal(where, error!.Where);
            Assert.StartsWith("external data", error.Found, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_error_names_the_tensor_the_file_and_the_reason()
    {
        var refusal = Assert.Throws<EnclaveStartException>(() => Loading.Load(Hide("initializer", External)));
        Assert.Equal(
            "The model \"model\" version \"1\" (model.onnx) cannot be loaded: graph \"graph\", tensor \"w\" at byte 128: expected data in the model file itself, " +
            "which is all that the model's digest covers, found external data in \"weights.bin\" (save the model as one file).",
            System.Text.RegularExpressions.Regex.Replace(refusal.Message, "at byte [0-9]+", "at byte 128"));
    }

    [Fact]
    public void Names_from_the_file_cannot_break_the_line()
    {
        var file = TestModels.Model(graph => graph.Nested(5, tensor => tensor.Text(8, "w\n\u001b[31m" + new string('x', 5000)).Varint(14, 1)));
        Assert.False(OnnxFile.TryRead(file, out _, out var error));
        Assert.DoesNotContain('\n', error!.Where);
        Assert.DoesNotContain('\u001b', error.Where);
        Assert.InRange(error.Where.Length, 10, 200);
    }

    [Fact]
    public void A_field_of_another_wire_type_is_no_data_location()
    {
        // Protobuf's readers take data_location (14) for an unknown field when it is not a varint; nothing is external then.
        var file = TestModels.Model(graph => graph.Nested(5, tensor => tensor.Varint(2, 1).Bytes(14, [1])));
        Assert.True(OnnxFile.TryRead(file, out _, out _));
    }

    [Fact]
    public void Values_without_a_shape_are_told_from_scalars()
    {
        var file = TestModels.Model(graph => graph
            .Value(11, "any", TestModels.Float, null).Value(11, "scalar", TestModels.Float, []).Value(12, "some", TestModels.Float, null).Value(12, "two", TestModels.Float, ["2"]));
        Assert.True(OnnxFile.TryRead(file, out var read, out _));
        Assert.Equal(["any", "some"], read!.Unranked.Order());
    }

    [Fact]
    public void Nesting_is_bounded()
    {
        // One level of the model, then two for each: an attribute and the graph in it (a node lies between).
        Assert.True(OnnxFile.TryRead(Nested(32), out _, out _));
        Assert.False(OnnxFile.TryRead(Nested(34), out _, out var error));
        Assert.Equal("at most 100 nested in each other", error!.Expected);

        static byte[] Nested(int levels)
        {
            Action<ProtobufWriter> graph = _ => { };
            for (var level = 0; level < levels; level++)
            {
                var inner = graph;
                graph = body => body.Nested(1, node => node.Nested(5, attribute => attribute.Nested(6, inner)));
            }

            return TestModels.Model(graph);
        }
    }

    [Theory]
    [InlineData(new byte[] { }, "an ONNX model (a ModelProto) with a graph")]
    [InlineData(new byte[] { 0x08, 0x08 }, "an ONNX model (a ModelProto) with a graph")]
    [InlineData(new byte[] { 0x3b }, "a wire type of 0, 1, 2 or 5")]
    [InlineData(new byte[] { 0x02, 0x00 }, "a field's tag")]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff, 0xff, 0x01 }, "a field's tag")]
    [InlineData(new byte[] { 0x08 }, "a number of at most 10 bytes")]
    [InlineData(new byte[] { 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01 }, "a number of at most 10 bytes")]
    [InlineData(new byte[] { 0x3a, 0x05, 0x00 }, "5 bytes in field 7")]
    [InlineData(new byte[] { 0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01 }, "a length")]
    [InlineData(new byte[] { 0x0d, 0x00 }, "4 bytes in field 1")]
    [InlineData(new byte[] { 0x09, 0x00 }, "8 bytes in field 1")]
    [InlineData(new byte[] { 0x3a, 0x02, 0x0a, 0x01 }, "1 bytes in field 1")]
    public void Malformed_files_are_refused(byte[] file, string expected)
    {
        Assert.False(OnnxFile.TryRead(file, out _, out var error));
        Assert.Equal(expected, error!.Expected);
    }

    private static void Inline(ProtobufWriter tensor) => tensor.Varint(1, 1).Varint(2, 1).Text(8, "w").Bytes(9, new byte[4]).Varint(14, 0);

    private static void External(ProtobufWriter tensor) => tensor.Varint(1, 1).Varint(2, 1).Text(8, "w")
        .Nested(13, entry => entry.Text(1, "location").Text(2, "weights.bin")).Nested(13, entry => entry.Text(1, "offset").Text(2, "0")).Varint(14, 1);

    private static void LocationOnly(ProtobufWriter tensor) => tensor.Varint(14, 1).Text(8, "w");

    private static void ListOnly(ProtobufWriter tensor) => tensor.Text(8, "w").Nested(13, entry => entry.Text(1, "location").Text(2, "weights.bin"));

    /// <summary>The low 32 bits of which are 1.</summary>
    private static void WideLocation(ProtobufWriter tensor) => tensor.Text(8, "w").Varint(14, 0xffff_ffff_0000_0001);

    private static byte[] Hide(string place, Action<ProtobufWriter> tensor)
    {
        void Graph(ProtobufWriter inner) => inner.Text(2, "inner").Nested(5, tensor);
        Action<ProtobufWriter> Node(Action<ProtobufWriter> attribute) => graph => graph.Nested(1, node => node.Text(3, "n").Text(4, "Constant").Nested(5, body => attribute(body.Text(1, "value"))));
        return place switch
        {
            "initializer" => TestModels.Model(graph => graph.Nested(5, tensor)),
            "sparse values" => TestModels.Model(graph => graph.Nested(15, sparse => sparse.Nested(1, tensor))),
            "sparse indices" => TestModels.Model(graph => graph.Nested(15, sparse => sparse.Nested(2, tensor))),
            "attribute" => TestModels.Model(Node(attribute => attribute.Nested(5, tensor))),
            "attribute list" => TestModels.Model(Node(attribute => attribute.Nested(10, Inline).Nested(10, tensor))),
            "sparse attribute" => TestModels.Model(Node(attribute => attribute.Nested(22, sparse => sparse.Nested(1, tensor)))),
            "sparse attribute list" => TestModels.Model(Node(attribute => attribute.Nested(23, sparse => sparse.Nested(2, tensor)))),
            "nested graph" => TestModels.Model(Node(attribute => attribute.Nested(6, Graph))),
            "nested graph list" => TestModels.Model(Node(attribute => attribute.Nested(11, Graph))),
            "function" => TestModels.Model(_ => { }, model => model.Nested(25, function => function.Text(1, "f").Nested(7, node => node
                .Text(3, "n").Text(4, "Constant").Nested(5, attribute => attribute.Text(1, "value").Nested(5, tensor))))),
            "function default" => TestModels.Model(_ => { }, model => model.Nested(25, function => function.Text(1, "f").Nested(11, attribute => attribute.Text(1, "value").Nested(5, tensor)))),
            "training initialization" => TestModels.Model(_ => { }, model => model.Nested(20, training => training.Nested(1, Graph))),
            "training algorithm" => TestModels.Model(_ => { }, model => model.Nested(20, training => training.Nested(2, Graph))),
            "second graph" => TestModels.Model(_ => { }, model => model.Nested(7, graph => graph.Nested(5, tensor))),
            _ => throw new ArgumentOutOfRangeException(nameof(place), place, "Unknown."),
        };
    }
}

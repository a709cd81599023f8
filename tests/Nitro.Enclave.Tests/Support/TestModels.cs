namespace Nitro.Enclave.Tests.Support;

/// <summary>Small ONNX models, written field by field (onnx/onnx.proto), independent of the product's own writer.</summary>
internal static class TestModels
{
    // TensorProto.DataType
    public const int Float = 1;
    public const int Uint8 = 2;
    public const int Int8 = 3;
    public const int Uint16 = 4;
    public const int Int16 = 5;
    public const int Int32 = 6;
    public const int Int64 = 7;
    public const int String = 8;
    public const int Bool = 9;
    public const int Float16 = 10;
    public const int Double = 11;
    public const int Uint32 = 12;
    public const int Uint64 = 13;
    public const int Complex64 = 14;

    private static readonly string[] AnyTwo = ["rows", "columns"];

    /// <summary>A model: IR version 8, opset 17, and a graph of these parts.</summary>
    public static byte[] Model(Action<ProtobufWriter> graph, Action<ProtobufWriter>? more = null) => ProtobufWriter.Message(model =>
    {
        model.Varint(1, 8).Text(2, "tests").Nested(8, opset => opset.Text(1, "").Varint(2, 17)).Nested(7, body =>
        {
            body.Text(2, "graph");
            graph(body);
        });
        more?.Invoke(model);
    });

    /// <summary>y = x for tensors of any size in two dimensions.</summary>
    public static byte[] Identity(int type) => Model(graph => graph.Node("Identity", ["x"], ["y"]).Value(11, "x", type, AnyTwo).Value(12, "y", type, AnyTwo));

    /// <summary>y = x for tensors of any rank.</summary>
    public static byte[] Unranked(int type) => Model(graph => graph.Node("Identity", ["x"], ["y"]).Value(11, "x", type, null).Value(12, "y", type, null));

    /// <summary>y = x for a scalar.</summary>
    public static byte[] Scalar(int type) => Model(graph => graph.Node("Identity", ["x"], ["y"]).Value(11, "x", type, []).Value(12, "y", type, []));

    /// <summary>y = x + constant, for FP32 tensors of shape [n].</summary>
    public static byte[] AddConstant(float constant) => Model(graph => graph
        .Node("Add", ["x", "c"], ["y"])
        .Nested(5, tensor => tensor.Varint(2, Float).Text(8, "c").Bytes(9, BitConverter.GetBytes(constant)))
        .Value(11, "x", Float, ["n"])
        .Value(12, "y", Float, ["n"]));

    /// <summary>sum = a + b, difference = a - b, both INT64 [2,n]; flag = b as it came, BOOL [1].</summary>
    public static byte[] SumAndDifference() => Model(graph => graph
        .Node("Add", ["a", "b"], ["sum"])
        .Node("Sub", ["a", "b"], ["difference"])
        .Node("Not", ["flag"], ["unflag"])
        .Value(11, "a", Int64, ["2", "n"])
        .Value(11, "b", Int64, ["2", "n"])
        .Value(11, "flag", Bool, ["1"])
        .Value(12, "sum", Int64, ["2", "n"])
        .Value(12, "difference", Int64, ["2", "n"])
        .Value(12, "unflag", Bool, ["1"]));

    /// <summary>y = table[indices]: fails at run time for an index outside 0 to 2.</summary>
    public static byte[] Lookup() => Model(graph => graph
        .Node("Gather", ["table", "indices"], ["y"])
        .Nested(5, tensor => tensor.Varint(1, 3).Varint(2, Float).Text(8, "table").Bytes(9, [.. new[] { 10f, 20f, 30f }.SelectMany(BitConverter.GetBytes)]))
        .Value(11, "indices", Int64, ["n"])
        .Value(12, "y", Float, ["n"]));

    /// <summary>y = a tensor of the shape asked for, filled with zeros: the caller decides how much memory a run takes.</summary>
    public static byte[] Fill() => Model(graph => graph
        .Node("ConstantOfShape", ["shape"], ["y"])
        .Value(11, "shape", Int64, ["rank"])
        .Value(12, "y", Float, null));

    /// <summary>y = x / 0 element by element: infinities and NaN.</summary>
    public static byte[] DivideByZero() => Model(graph => graph
        .Node("Div", ["x", "zero"], ["y"])
        .Nested(5, tensor => tensor.Varint(2, Float).Text(8, "zero").Bytes(9, BitConverter.GetBytes(0f)))
        .Value(11, "x", Float, ["n"])
        .Value(12, "y", Float, ["n"]));

    /// <summary>Loops as often as it is told, for runs that take as long as a test wants.</summary>
    public static byte[] Loop() => Model(graph => graph
        .Nested(1, node => node.Text(1, "count").Text(1, "").Text(1, "start").Text(2, "y").Text(4, "Loop").Nested(5, attribute => attribute
            .Text(1, "body").Varint(20, 5).Nested(6, body => body
                .Text(2, "body")
                .Node("Identity", ["go_in"], ["go_out"])
                .Node("Add", ["value_in", "one"], ["value_out"])
                .Nested(5, tensor => tensor.Varint(2, Int64).Text(8, "one").Bytes(9, BitConverter.GetBytes(1L)))
                .Value(11, "iteration", Int64, [])
                .Value(11, "go_in", Bool, [])
                .Value(11, "value_in", Int64, [])
                .Value(12, "go_out", Bool, [])
                .Value(12, "value_out", Int64, []))))
        .Nested(5, tensor => tensor.Varint(2, Int64).Text(8, "start").Bytes(9, BitConverter.GetBytes(0L)))
        .Value(11, "count", Int64, [])
        .Value(12, "y", Int64, []));

    /// <summary>A node (NodeProto) of a graph.</summary>
    public static ProtobufWriter Node(this ProtobufWriter graph, string operation, string[] inputs, string[] outputs) => graph.Nested(1, node =>
    {
        Array.ForEach(inputs, input => node.Text(1, input));
        Array.ForEach(outputs, output => node.Text(2, output));
        node.Text(3, operation.ToLowerInvariant()).Text(4, operation);
    });

    /// <summary>An input (11) or output (12) of a graph: dimensions are numbers or names; null for no shape at all.</summary>
    public static ProtobufWriter Value(this ProtobufWriter graph, int field, string name, int type, string[]? shape) => graph.Nested(field, value => value
        .Text(1, name)
        .Nested(2, typeProto => typeProto.Nested(1, tensor =>
        {
            tensor.Varint(1, (ulong)type);
            if (shape is not null)
            {
                tensor.Nested(2, shapeProto => Array.ForEach(shape, dimension => shapeProto.Nested(1, dim =>
                    _ = ulong.TryParse(dimension, out var size) ? dim.Varint(1, size) : dim.Text(2, dimension))));
            }
        })));
}

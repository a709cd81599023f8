using Nitro.Models.Digits;
using Nitro.Models.Onnx;

namespace Nitro.Models.Train;

/// <summary>Writes the network as an ONNX model.</summary>
internal static class DigitModel
{
    /// <summary>The input: FP32 [batch, 1, 28, 28], 0 (paper) to 1 (ink).</summary>
    public const string Input = "image";

    /// <summary>The first output: FP32 [batch, 10], the probability of each digit.</summary>
    public const string Probabilities = "probabilities";

    /// <summary>The second output: INT64 [batch], the digit with the greatest probability.</summary>
    public const string Label = "label";

    private const string Batch = "batch";

    /// <summary>The model file's bytes; the same weights give the same bytes.</summary>
    public static byte[] ToOnnx(Network network)
    {
        // Versions of the model's own, not of the assembly: a release of the toolkit must not change the file.
        var model = new OnnxModelBuilder("digits")
        {
            ProducerName = "nitro-models-train",
            ProducerVersion = "1",
            ModelVersion = 1,
            DocString = "Recognises digits 0 to 9 in images of 28 by 28 pixels, 0 (paper) to 1 (ink). " +
                "Trained on rendered strokes, not on scanned handwriting.",
        };
        foreach (var parameter in network.Parameters)
        {
            model.Graph.Initializer(OnnxTensor.Create(parameter.Name, parameter.Dimensions, parameter.Values));
        }

        var kernel1 = Square("kernel_shape", Network.Convolution1Kernel);
        var kernel2 = Square("kernel_shape", Network.Convolution2Kernel);
        var strides = Square("strides", Network.Stride);
        var transposed = OnnxAttribute.Int("transB", 1);
        model.Graph
            .Input(Input, OnnxElementType.Float, Batch, 1, DigitRenderer.Height, DigitRenderer.Width)
            .Node("Conv", [Input, .. Names(network.Convolution1)], ["conv1.sum"], kernel1, strides)
            .Node("Relu", ["conv1.sum"], ["conv1.out"])
            .Node("Conv", ["conv1.out", .. Names(network.Convolution2)], ["conv2.sum"], kernel2, strides)
            .Node("Relu", ["conv2.sum"], ["conv2.out"])
            .Node("Flatten", ["conv2.out"], ["flat"], OnnxAttribute.Int("axis", 1))
            .Node("Gemm", ["flat", .. Names(network.Dense1)], ["dense1.sum"], transposed)
            .Node("Relu", ["dense1.sum"], ["dense1.out"])
            .Node("Gemm", ["dense1.out", .. Names(network.Dense2)], ["scores"], transposed)
            .Node("Softmax", ["scores"], [Probabilities], OnnxAttribute.Int("axis", 1))
            .Node("ArgMax", [Probabilities], [Label], OnnxAttribute.Int("axis", 1), OnnxAttribute.Int("keepdims", 0))
            .Output(Probabilities, OnnxElementType.Float, Batch, Network.Classes)
            .Output(Label, OnnxElementType.Int64, Batch);
        return model.ToBytes();
    }

    private static string[] Names(Convolution layer) => [layer.Weights.Name, layer.Bias.Name];

    private static string[] Names(Dense layer) => [layer.Weights.Name, layer.Bias.Name];

    private static OnnxAttribute Square(string name, int side) => OnnxAttribute.Ints(name, side, side);
}

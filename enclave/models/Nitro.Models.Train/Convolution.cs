namespace Nitro.Models.Train;

/// <summary>
/// A convolution over square planes without padding: what ONNX's <c>Conv</c> computes. Plain loops over single numbers, so that every sum
/// has one order.
/// </summary>
internal sealed class Convolution
{
    private readonly int inputChannels;
    private readonly int inputSide;
    private readonly int outputChannels;
    private readonly int kernel;
    private readonly int stride;

    public Convolution(
        string name, int inputChannels, int inputSide, int outputChannels, int kernel, int stride, DeterministicRandom random)
    {
        this.inputChannels = inputChannels;
        this.inputSide = inputSide;
        this.outputChannels = outputChannels;
        this.kernel = kernel;
        this.stride = stride;
        OutputSide = ((inputSide - kernel) / stride) + 1;
        Weights = new Parameter($"{name}.weight", outputChannels, inputChannels, kernel, kernel);
        Bias = new Parameter($"{name}.bias", outputChannels);
        Weights.Randomise(inputChannels * kernel * kernel, random);
    }

    /// <summary>Rows, and columns, of each output plane.</summary>
    public int OutputSide { get; }

    /// <summary>Numbers in the output.</summary>
    public int OutputLength => outputChannels * OutputSide * OutputSide;

    /// <summary>[output channels, input channels, kernel, kernel].</summary>
    public Parameter Weights { get; }

    /// <summary>[output channels].</summary>
    public Parameter Bias { get; }

    /// <summary>Computes the output; both are [channels, side, side].</summary>
    public void Forward(ReadOnlySpan<float> input, Span<float> output)
    {
        var weights = Weights.Values;
        var area = OutputSide * OutputSide;
        var next = 0;
        for (var outputChannel = 0; outputChannel < outputChannels; outputChannel++)
        {
            var plane = output.Slice(outputChannel * area, area);
            plane.Fill(Bias.Values[outputChannel]);
            for (var inputChannel = 0; inputChannel < inputChannels; inputChannel++)
            {
                for (var ky = 0; ky < kernel; ky++)
                {
                    for (var kx = 0; kx < kernel; kx++)
                    {
                        AddShifted(input, inputChannel, ky, kx, weights[next++], plane);
                    }
                }
            }
        }
    }

    /// <summary>
    /// Adds to the gradients of weights and bias, and, unless it is empty, to <paramref name="inputGradient"/>.
    /// </summary>
    public void Backward(ReadOnlySpan<float> input, ReadOnlySpan<float> outputGradient, Span<float> inputGradient)
    {
        var weights = Weights.Values;
        var weightGradient = Weights.Gradient;
        var block = inputChannels * kernel * kernel;
        var area = OutputSide * OutputSide;
        for (var outputIndex = 0; outputIndex < outputGradient.Length; outputIndex++)
        {
            var gradient = outputGradient[outputIndex];
            if (gradient == 0)
            {
                // Half of them: the ReLU behind was off.
                continue;
            }

            var outputChannel = outputIndex / area;
            var corner = (outputIndex % area / OutputSide * stride * inputSide) + (outputIndex % OutputSide * stride);
            Bias.Gradient[outputChannel] += gradient;
            for (var row = 0; row < inputChannels * kernel; row++)
            {
                var from = (row / kernel * inputSide * inputSide) + (row % kernel * inputSide) + corner;
                var at = (outputChannel * block) + (row * kernel);
                AddScaled(gradient, input.Slice(from, kernel), weightGradient.Slice(at, kernel));
                if (!inputGradient.IsEmpty)
                {
                    AddScaled(gradient, weights.Slice(at, kernel), inputGradient.Slice(from, kernel));
                }
            }
        }
    }

    private static void AddScaled(float factor, ReadOnlySpan<float> from, Span<float> to)
    {
        for (var i = 0; i < to.Length && i < from.Length; i++)
        {
            to[i] += factor * from[i];
        }
    }

    private void AddShifted(ReadOnlySpan<float> input, int inputChannel, int ky, int kx, float weight, Span<float> plane)
    {
        for (var y = 0; y < OutputSide; y++)
        {
            var from = input[((((inputChannel * inputSide) + (y * stride) + ky) * inputSide) + kx)..];
            var to = plane.Slice(y * OutputSide, OutputSide);
            for (var x = 0; x < to.Length; x++)
            {
                to[x] += weight * from[x * stride];
            }
        }
    }
}

namespace Nitro.Models.Train;

/// <summary>
/// A fully connected layer: what ONNX's <c>Gemm</c> with transB = 1 computes. Plain loops over single numbers, so that every sum has one
/// order.
/// </summary>
internal sealed class Dense
{
    private readonly int inputs;
    private readonly int outputs;

    public Dense(string name, int inputs, int outputs, DeterministicRandom random)
    {
        this.inputs = inputs;
        this.outputs = outputs;
        Weights = new Parameter($"{name}.weight", outputs, inputs);
        Bias = new Parameter($"{name}.bias", outputs);
        Weights.Randomise(inputs, random);
    }

    /// <summary>[outputs, inputs].</summary>
    public Parameter Weights { get; }

    /// <summary>[outputs].</summary>
    public Parameter Bias { get; }

    /// <summary>Computes the output.</summary>
    public void Forward(ReadOnlySpan<float> input, Span<float> output)
    {
        for (var o = 0; o < outputs; o++)
        {
            output[o] = Bias.Values[o] + Dot(Weights.Values.Slice(o * inputs, inputs), input);
        }
    }

    /// <summary>Adds to the gradients of weights and bias and to <paramref name="inputGradient"/>.</summary>
    public void Backward(ReadOnlySpan<float> input, ReadOnlySpan<float> outputGradient, Span<float> inputGradient)
    {
        for (var o = 0; o < outputs; o++)
        {
            var gradient = outputGradient[o];
            if (gradient == 0)
            {
                continue;
            }

            Bias.Gradient[o] += gradient;
            var weights = Weights.Values.Slice(o * inputs, inputs);
            var weightGradient = Weights.Gradient.Slice(o * inputs, inputs);
            for (var i = 0; i < inputs; i++)
            {
                weightGradient[i] += gradient * input[i];
                inputGradient[i] += gradient * weights[i];
            }
        }
    }

    // Four sums side by side, because each addition waits for the one before it. Their order is fixed here, not by the processor.
    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var (sum0, sum1, sum2, sum3) = (0f, 0f, 0f, 0f);
        var i = 0;
        for (; i + 3 < a.Length; i += 4)
        {
            sum0 += a[i] * b[i];
            sum1 += a[i + 1] * b[i + 1];
            sum2 += a[i + 2] * b[i + 2];
            sum3 += a[i + 3] * b[i + 3];
        }

        for (; i < a.Length; i++)
        {
            sum0 += a[i] * b[i];
        }

        return (sum0 + sum1) + (sum2 + sum3);
    }
}

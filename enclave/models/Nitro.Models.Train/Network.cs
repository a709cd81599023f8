using Nitro.Models.Digits;

namespace Nitro.Models.Train;

/// <summary>
/// The network: two convolutions and two dense layers, ReLU between them, softmax at the end. It remembers the last image's activations,
/// which
/// <see cref="Backward"/> needs. Not thread-safe.
/// </summary>
internal sealed class Network
{
    /// <summary>The number of classes: the digits.</summary>
    public const int Classes = 10;

    /// <summary>Numbers between the two dense layers.</summary>
    public const int Hidden = 64;

    private readonly float[] image = new float[DigitRenderer.PixelCount];
    private readonly float[] maps1;
    private readonly float[] maps2;
    private readonly float[] hidden = new float[Hidden];
    private readonly float[] probabilities = new float[Classes];
    private readonly float[] maps1Gradient;
    private readonly float[] maps2Gradient;
    private readonly float[] hiddenGradient = new float[Hidden];
    private readonly float[] scoreGradient = new float[Classes];

    /// <summary>A network with random weights.</summary>
    public Network(ulong seed)
    {
        var random = new DeterministicRandom(seed);
        Convolution1 = new Convolution("conv1", 1, DigitRenderer.Width, 8, Convolution1Kernel, Stride, random);
        Convolution2 = new Convolution("conv2", 8, Convolution1.OutputSide, 16, Convolution2Kernel, Stride, random);
        Dense1 = new Dense("dense1", Convolution2.OutputLength, Hidden, random);
        Dense2 = new Dense("dense2", Hidden, Classes, random);
        maps1 = new float[Convolution1.OutputLength];
        maps2 = new float[Convolution2.OutputLength];
        maps1Gradient = new float[Convolution1.OutputLength];
        maps2Gradient = new float[Convolution2.OutputLength];
    }

    /// <summary>The side of the first convolution's kernel.</summary>
    public static int Convolution1Kernel => 5;

    /// <summary>The side of the second convolution's kernel.</summary>
    public static int Convolution2Kernel => 3;

    /// <summary>The step of both convolutions along either axis.</summary>
    public static int Stride => 2;

    /// <summary>[1, 28, 28] to [8, 12, 12].</summary>
    public Convolution Convolution1 { get; }

    /// <summary>[8, 12, 12] to [16, 5, 5].</summary>
    public Convolution Convolution2 { get; }

    /// <summary>[400] to [64].</summary>
    public Dense Dense1 { get; }

    /// <summary>[64] to [10].</summary>
    public Dense Dense2 { get; }

    /// <summary>All weights, in the order of the layers.</summary>
    public IReadOnlyList<Parameter> Parameters =>
    [
        Convolution1.Weights, Convolution1.Bias,
        Convolution2.Weights, Convolution2.Bias,
        Dense1.Weights, Dense1.Bias,
        Dense2.Weights, Dense2.Bias,
    ];

    /// <summary>
    /// The probability of each digit for an image of 28 by 28 values from 0 to 1. The memory is the network's own and changes with the next
    /// call.
    /// </summary>
    public ReadOnlySpan<float> Forward(ReadOnlySpan<float> pixels)
    {
        pixels.CopyTo(image);
        Convolution1.Forward(image, maps1);
        Rectify(maps1);
        Convolution2.Forward(maps1, maps2);
        Rectify(maps2);
        Dense1.Forward(maps2, hidden);
        Rectify(hidden);
        Dense2.Forward(hidden, probabilities);
        Softmax(probabilities);
        return probabilities;
    }

    /// <summary>
    /// Adds the last image's gradient of the cross entropy, -log of the probability of <paramref name="digit"/>, to every parameter's.
    /// </summary>
    public void Backward(int digit)
    {
        // The derivative of the cross entropy by the scores before the softmax.
        probabilities.CopyTo(scoreGradient, 0);
        scoreGradient[digit] -= 1;
        Array.Clear(hiddenGradient);
        Dense2.Backward(hidden, scoreGradient, hiddenGradient);
        StopWhereOff(hidden, hiddenGradient);
        Array.Clear(maps2Gradient);
        Dense1.Backward(maps2, hiddenGradient, maps2Gradient);
        StopWhereOff(maps2, maps2Gradient);
        Array.Clear(maps1Gradient);
        Convolution2.Backward(maps1, maps2Gradient, maps1Gradient);
        StopWhereOff(maps1, maps1Gradient);
        Convolution1.Backward(image, maps1Gradient, []);
    }

    /// <summary>The class with the greatest probability; the first of several, as ONNX's <c>ArgMax</c>.</summary>
    public static int MostLikely(ReadOnlySpan<float> probabilities)
    {
        var best = 0;
        for (var i = 1; i < probabilities.Length; i++)
        {
            if (probabilities[i] > probabilities[best])
            {
                best = i;
            }
        }

        return best;
    }

    private static void Rectify(Span<float> values)
    {
        foreach (ref var value in values)
        {
            value = value > 0 ? value : 0;
        }
    }

    private static void StopWhereOff(ReadOnlySpan<float> activations, Span<float> gradient)
    {
        for (var i = 0; i < gradient.Length; i++)
        {
            gradient[i] = activations[i] > 0 ? gradient[i] : 0;
        }
    }

    private static void Softmax(Span<float> scores)
    {
        // Less the greatest, so that no exponential overflows.
        var greatest = scores[MostLikely(scores)];
        var sum = 0.0;
        Span<double> exponentials = stackalloc double[Classes];
        for (var i = 0; i < scores.Length; i++)
        {
            exponentials[i] = DeterministicMath.Exp(scores[i] - greatest);
            sum += exponentials[i];
        }

        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = (float)(exponentials[i] / sum);
        }
    }
}

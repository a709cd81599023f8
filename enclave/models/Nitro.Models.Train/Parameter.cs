namespace Nitro.Models.Train;

/// <summary>
/// A tensor of weights that training changes, with the sum of its gradients over a batch and its velocity. Not thread-safe.
/// </summary>
internal sealed class Parameter
{
    private readonly float[] values;
    private readonly float[] gradient;
    private readonly float[] velocity;
    private readonly long[] dimensions;

    /// <summary>A tensor of zeros.</summary>
    public Parameter(string name, params long[] dimensions)
    {
        Name = name;
        this.dimensions = dimensions;
        var count = dimensions.Aggregate(1L, (product, dimension) => product * dimension);
        values = new float[count];
        gradient = new float[count];
        velocity = new float[count];
    }

    /// <summary>Its name in the model file.</summary>
    public string Name { get; }

    /// <summary>Its dimensions, the slowest first.</summary>
    public ReadOnlySpan<long> Dimensions => dimensions;

    /// <summary>The weights, row-major.</summary>
    public ReadOnlySpan<float> Values => values;

    /// <summary>Where a layer adds the gradient of each sample.</summary>
    public Span<float> Gradient => gradient;

    /// <summary>
    /// Fills it with even random numbers whose variance is 2 / <paramref name="inputs"/>, which keeps the size of signals behind a ReLU (He
    /// et al. 2015, "Delving Deep into Rectifiers").
    /// </summary>
    public void Randomise(int inputs, DeterministicRandom random)
    {
        var limit = Math.Sqrt(6.0 / inputs);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)random.NextWithin(limit);
        }
    }

    /// <summary>One step of gradient descent with momentum; forgets the gradient.</summary>
    public void Step(float learningRate, float momentum)
    {
        for (var i = 0; i < values.Length; i++)
        {
            velocity[i] = (momentum * velocity[i]) - (learningRate * gradient[i]);
            values[i] += velocity[i];
            gradient[i] = 0;
        }
    }
}

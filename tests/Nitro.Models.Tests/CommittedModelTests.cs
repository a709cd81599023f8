using System.Security.Cryptography;
using Microsoft.ML.OnnxRuntime;
using Nitro.Models.Digits;
using Nitro.Models.Train;
using Nitro.Testing;

namespace Nitro.Models.Tests;

/// <summary>enclave/models/digits.onnx, as ONNX Runtime sees it.</summary>
public sealed class CommittedModelTests : IDisposable
{
    private readonly byte[] bytes = File.ReadAllBytes(RepositoryRoot.Combine("enclave", "models", "digits.onnx"));
    private readonly InferenceSession session;
    private readonly RunOptions runOptions = new();

    public CommittedModelTests() => session = new InferenceSession(bytes);

    public void Dispose()
    {
        session.Dispose();
        runOptions.Dispose();
    }

    [Fact]
    public void It_recognises_at_least_98_percent_of_the_unseen_set()
    {
        const int count = 10_000;
        const int batch = 500;
        var measurement = new Measurement();
        for (var first = 0; first < count; first += batch)
        {
            var (probabilities, labels) = Run(first, batch);
            for (var i = 0; i < batch; i++)
            {
                measurement.Add((first + i) % 10, (int)labels[i]);
                var row = probabilities.AsSpan(i * 10, 10).ToArray();
                Assert.All(row, probability => Assert.InRange(probability, 0f, 1f));
                Assert.Equal(1.0, row.Sum(probability => (double)probability), 1e-5);
                Assert.Equal(Network.MostLikely(row), labels[i]);
            }
        }

        var found = $"{measurement.Right} of {measurement.Total} right\n{measurement.ToTable()}";
        TestContext.Current.TestOutputHelper?.WriteLine(found);
        Assert.Equal(count, measurement.Total);
        Assert.True(measurement.Accuracy >= TrainingProgram.RequiredAccuracy, found);
    }

    [Fact]
    public void An_answer_does_not_depend_on_the_batch_it_came_in()
    {
        var (together, _) = Run(40, 20);
        for (var i = 0; i < 20; i++)
        {
            var (alone, _) = Run(40 + i, 1);
            Assert.Equal(together.AsSpan(i * 10, 10).ToArray(), alone, (a, b) => Math.Abs(a - b) <= 1e-5);
        }
    }

    [Fact]
    public void Its_input_and_outputs_are_as_documented()
    {
        var image = Assert.Single(session.InputMetadata);
        Assert.Equal("image", image.Key);
        Assert.Equal(typeof(float), image.Value.ElementType);
        Assert.Equal([-1, 1, 28, 28], image.Value.Dimensions);
        Assert.Equal("batch", image.Value.SymbolicDimensions[0]);

        Assert.Equal(["probabilities", "label"], session.OutputNames);
        var (probabilities, label) = (session.OutputMetadata["probabilities"], session.OutputMetadata["label"]);
        Assert.Equal(typeof(float), probabilities.ElementType);
        Assert.Equal([-1, 10], probabilities.Dimensions);
        Assert.Equal("batch", probabilities.SymbolicDimensions[0]);
        Assert.Equal(typeof(long), label.ElementType);
        Assert.Equal([-1], label.Dimensions);
        Assert.Equal("batch", label.SymbolicDimensions[0]);
    }

    [Fact]
    public void It_says_who_made_it_and_what_it_is()
    {
        Assert.Equal("nitro-models-train", session.ModelMetadata.ProducerName);
        Assert.Equal("digits", session.ModelMetadata.GraphName);
        Assert.Equal(1, session.ModelMetadata.Version);
        Assert.StartsWith("Recognises digits", session.ModelMetadata.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_a_standard_model_of_operator_set_17_under_one_megabyte()
    {
        Assert.InRange(bytes.Length, 1, 1_000_000);
        var fields = WireField.ReadAll(bytes, ..);
        Assert.Equal(8, Assert.Single(fields, field => field.Number == 1).Varint);
        var import = Assert.Single(WireField.Follow(bytes, 8));
        Assert.Equal(17, Assert.Single(WireField.ReadAll(bytes, import)).Varint);
    }

    [Fact]
    public void Today_s_sources_write_the_same_file_but_for_the_weights()
    {
        // Training takes a minute, so this compares with a network that was not trained: everything but the numbers must be the same bytes.
        var untrained = DigitModel.ToOnnx(new Network(seed: 1));
        Assert.Equal(bytes.Length, untrained.Length);
        var weights = WireField.Follow(untrained, 7, 5, 9);
        Assert.Equal(8, weights.Count);
        var committed = bytes.ToArray();
        foreach (var range in weights)
        {
            Assert.False(untrained.AsSpan(range).SequenceEqual(committed.AsSpan(range)));
            untrained.AsSpan(range).Clear();
            committed.AsSpan(range).Clear();
        }

        Assert.Equal(untrained, committed);
    }

    [Fact]
    public void Its_README_names_this_very_file()
    {
        var readme = File.ReadAllText(RepositoryRoot.Combine("enclave", "models", "README.md"));
        Assert.Contains(Convert.ToHexStringLower(SHA384.HashData(bytes)), readme, StringComparison.Ordinal);
    }

    private (float[] Probabilities, long[] Labels) Run(int first, int count)
    {
        var images = new float[count * DigitRenderer.PixelCount];
        for (var i = 0; i < count; i++)
        {
            DigitSample.Draw(DigitSet.Unseen, first + i).Image.Span.CopyTo(images.AsSpan(i * DigitRenderer.PixelCount));
        }

        using var input = OrtValue.CreateTensorValueFromMemory(images, [count, 1, DigitRenderer.Height, DigitRenderer.Width]);
        using var results = session.Run(runOptions, new Dictionary<string, OrtValue> { ["image"] = input }, ["probabilities", "label"]);
        return (results[0].GetTensorDataAsSpan<float>().ToArray(), results[1].GetTensorDataAsSpan<long>().ToArray());
    }
}

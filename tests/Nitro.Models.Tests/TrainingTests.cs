using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML.OnnxRuntime;
using Nitro.Models.Digits;
using Nitro.Models.Train;

namespace Nitro.Models.Tests;

public sealed class TrainingTests
{
    private static readonly TrainingPlan Short = new() { Rounds = 2, SamplesPerRound = 200, ValidationSamples = 10 };

    [Fact]
    public void The_same_plan_gives_the_same_weights_on_every_machine()
    {
        var (first, second) = (HashOf(Trainer.Train(Short)), HashOf(Trainer.Train(Short)));
        Assert.Equal(first, second);
        Assert.Equal("104f920935de6ec91888869d2fcb938795849fde896dc5544631925d667e9639", first);
    }

    [Fact]
    public void Another_seed_gives_other_weights() => Assert.NotEqual(HashOf(new Network(1)), HashOf(new Network(2)));

    [Fact]
    public void A_short_training_learns()
    {
        var network = Trainer.Train(new TrainingPlan { Rounds = 1, SamplesPerRound = 4000, ValidationSamples = 0 });
        var measurement = Measurement.Of(network, DigitSet.Validation, 500, DigitDistortion.Standard);

        // Guessing would give a tenth.
        Assert.InRange(measurement.Accuracy, 0.6, 1);
    }

    [Fact]
    public void Rounds_are_reported_in_order_and_progress_reaches_the_end()
    {
        var reports = new List<RoundReport>();
        var progress = new List<int>();
        Trainer.Train(Short, progress.Add, reports.Add);
        Assert.Equal([1, 2], reports.Select(report => report.Round));
        Assert.All(reports, report => Assert.Equal((200, 10), (report.Training.Total, report.Validation.Total)));
        Assert.Equal(Enumerable.Range(1, 10).Select(batch => batch * 20).ToArray(), progress.Take(10));
        Assert.Equal(20, progress.Count);
    }

    [Fact]
    public void Each_gradient_predicts_how_the_loss_falls_along_it()
    {
        // For a small step against a parameter's gradient g, the loss falls by (step size) |g|^2. Each parameter on its own, so that none
        // hides behind another.
        for (var p = 0; p < 8; p++)
        {
            var network = new Network(3);
            var sample = DigitSample.Draw(DigitSet.Training, 4);
            var before = LossOf(network, sample);
            network.Backward(sample.Digit);
            var parameter = network.Parameters[p];
            var square = 0.0;
            foreach (var value in parameter.Gradient)
            {
                square += (double)value * value;
            }

            Assert.True(square > 1e-6, $"{parameter.Name} has no gradient.");
            var rate = (float)(2e-3 / square);
            parameter.Step(rate, 0);
            var fall = before - LossOf(network, sample);
            Assert.InRange(fall / (rate * square), 0.95, 1.05);
        }
    }

    [Fact]
    public void A_step_with_momentum_takes_part_of_the_last_step_again()
    {
        var parameter = new Parameter("p", 1);
        parameter.Gradient[0] = 8;
        parameter.Step(0.25f, 0.5f);
        Assert.Equal(-2, parameter.Values[0]);
        parameter.Step(0.25f, 0.5f);
        Assert.Equal(-3, parameter.Values[0]);
    }

    [Fact]
    public void First_weights_have_the_variance_that_was_asked_for()
    {
        var parameter = new Parameter("p", 100, 100);
        parameter.Randomise(50, new DeterministicRandom(1));
        Assert.Equal(2.0 / 50, parameter.Values.ToArray().Average(value => (double)value * value), 0.001);
    }

    [Fact]
    public void The_written_model_computes_what_the_network_computes()
    {
        var network = Trainer.Train(Short);
        using var session = new InferenceSession(DigitModel.ToOnnx(network));
        using var runOptions = new RunOptions();
        for (var index = 0; index < 50; index++)
        {
            var image = DigitSample.Draw(DigitSet.Validation, index).Image.ToArray();
            using var input = OrtValue.CreateTensorValueFromMemory(image, [1, 1, 28, 28]);
            var inputs = new Dictionary<string, OrtValue> { [DigitModel.Input] = input };
            using var results = session.Run(runOptions, inputs, [DigitModel.Probabilities]);
            var found = results[0].GetTensorDataAsSpan<float>().ToArray();
            Assert.Equal(network.Forward(image).ToArray(), found, (a, b) => Math.Abs(a - b) <= 1e-5);
        }
    }

    [Fact]
    public void The_first_of_equal_probabilities_wins() => Assert.Equal(1, Network.MostLikely([0.1f, 0.4f, 0.4f, 0.1f]));

    [Fact]
    public void A_measurement_counts_and_its_table_shows_the_counts()
    {
        var measurement = new Measurement();
        Assert.Equal(0, measurement.Accuracy);
        measurement.Add(3, 3);
        measurement.Add(3, 3);
        measurement.Add(3, 8);
        measurement.Add(7, 7);
        Assert.Equal((4, 3, 0.75), (measurement.Total, measurement.Right, measurement.Accuracy));
        Assert.Equal((2, 1, 0), (measurement[3, 3], measurement[3, 8], measurement[8, 3]));
        var rows = measurement.ToTable().Split('\n');
        Assert.EndsWith("66.67 %", rows[4], StringComparison.Ordinal);
        Assert.EndsWith("100.00 %", rows[8], StringComparison.Ordinal);
    }

    private static double LossOf(Network network, DigitSample sample) => -Math.Log(network.Forward(sample.Image.Span)[sample.Digit]);

    private static string HashOf(Network network)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var parameter in network.Parameters)
        {
            hash.AppendData(MemoryMarshal.AsBytes(parameter.Values));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

using Nitro.Models.Digits;

namespace Nitro.Models.Train;

/// <summary>Trains a network by stochastic gradient descent with momentum, on one thread, so that every sum has one order.</summary>
internal static class Trainer
{
    /// <summary>Trains a new network by a plan.</summary>
    /// <param name="plan">What decides the weights.</param>
    /// <param name="progress">Told after each batch how many samples of the round are done.</param>
    /// <param name="report">Told after each round.</param>
    public static Network Train(TrainingPlan plan, Action<int>? progress = null, Action<RoundReport>? report = null)
    {
        var network = new Network(plan.Seed);
        var parameters = network.Parameters;
        var steps = plan.Rounds * plan.SamplesPerRound / plan.BatchSize;
        var (step, index) = (0, 0);
        for (var round = 1; round <= plan.Rounds; round++)
        {
            var training = new Measurement();
            for (var done = 0; done < plan.SamplesPerRound; done += plan.BatchSize)
            {
                for (var i = 0; i < plan.BatchSize; i++)
                {
                    var sample = DigitSample.Draw(DigitSet.Training, index++);
                    training.Add(sample.Digit, Network.MostLikely(network.Forward(sample.Image.Span)));
                    network.Backward(sample.Digit);
                }

                // The gradients are sums over the batch; the rate is for their mean.
                var rate = plan.LearningRate * (steps - step++) / steps / plan.BatchSize;
                foreach (var parameter in parameters)
                {
                    parameter.Step(rate, plan.Momentum);
                }

                progress?.Invoke(done + plan.BatchSize);
            }

            report?.Invoke(new RoundReport(
                round, training, Measurement.Of(network, DigitSet.Validation, plan.ValidationSamples, DigitDistortion.Standard)));
        }

        return network;
    }
}

using System.Globalization;
using System.Security.Cryptography;
using Nitro.Models.Digits;

namespace Nitro.Models.Train;

/// <summary>The program: train, measure, then write the model or compare it with the file.</summary>
internal sealed class TrainingProgram(TextWriter output, TextWriter error, bool errorIsTerminal, TimeProvider time)
{
    /// <summary>The least accuracy on the unseen set.</summary>
    public const double RequiredAccuracy = 0.98;

    private readonly ProgressBar bar = new(error, errorIsTerminal);

    /// <summary>Runs with the given arguments.</summary>
    public ExitCode Run(IReadOnlyList<string> arguments, TrainingPlan plan)
    {
        var (options, usageError) = TrainOptions.Parse(arguments);
        if (options is null)
        {
            Complain($"{usageError}");
            return ExitCode.Usage;
        }

        if (options.Help)
        {
            output.WriteLine(TrainOptions.HelpText);
            return ExitCode.Done;
        }

        // What can go wrong with the file is found now, not after the training.
        byte[]? committed = null;
        try
        {
            if (options.Check)
            {
                committed = File.ReadAllBytes(options.Output);
            }
            else
            {
                ProbeFolderOf(options.Output);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            Complain($"cannot {(options.Check ? "read" : "write")} {options.Output}: {e.Message}");
            Complain($"Run it from the root of the source tree, or name another file with --output.");
            return options.Check ? ExitCode.Usage : ExitCode.Environment;
        }

        var network = Train(plan);
        var accuracy = MeasureUnseen(network, plan);
        var model = DigitModel.ToOnnx(network);
        var weights = network.Parameters.Sum(parameter => parameter.Values.Length);
        Say($"model    {weights:N0} weights, {model.Length:N0} bytes, SHA-384 {Digest(model)}");
        if (accuracy < RequiredAccuracy)
        {
            Complain($"the accuracy on the unseen set is {Percent(accuracy)}, and at least {RequiredAccuracy:P0} is required.");
            Complain($"The model is not kept; {options.Output} is as it was.");
            return ExitCode.Refused;
        }

        return committed is null ? Write(model, options.Output) : Compare(model, committed, options.Output);
    }

    private Network Train(TrainingPlan plan)
    {
        var start = time.GetTimestamp();
        Say($"training {plan.Rounds} rounds of {plan.SamplesPerRound:N0} digits, each rendered anew and shown once");
        var round = 1;
        var network = Trainer.Train(
            plan,
            done => bar.Show(FormattableString.Invariant($"round {round,2}"), done, plan.SamplesPerRound),
            report =>
            {
                bar.Clear();
                var (training, validation) = (Percent(report.Training.Accuracy), Percent(report.Validation.Accuracy));
                var seconds = time.GetElapsedTime(start).TotalSeconds;
                Say($"  round {report.Round,2}/{plan.Rounds}  training {training,8}  validation {validation,8}  {seconds,4:0} s");
                round = report.Round + 1;
            });
        return network;
    }

    private double MeasureUnseen(Network network, TrainingPlan plan)
    {
        var unseen = Measurement.Of(
            network, DigitSet.Unseen, plan.UnseenSamples, DigitDistortion.Standard, done => bar.Show("unseen", done, plan.UnseenSamples));
        bar.Clear();
        Say($"unseen   {unseen.Right:N0} of {unseen.Total:N0} right: {Percent(unseen.Accuracy)} (at least {RequiredAccuracy:P0} required)");
        output.WriteLine();
        output.WriteLine(unseen.ToTable());
        var strong = Measurement.Of(
            network, DigitSet.Unseen, plan.UnseenSamples, DigitDistortion.Strong, done => bar.Show("strong", done, plan.UnseenSamples));
        bar.Clear();
        Say($"strong   {Percent(strong.Accuracy)} of the same digits, distorted beyond anything trained on (for information)");
        return unseen.Accuracy;
    }

    private ExitCode Write(byte[] model, string path)
    {
        try
        {
            // All or nothing: a reader never sees half a model.
            try
            {
                File.WriteAllBytes(PartialOf(path), model);
                File.Move(PartialOf(path), path, overwrite: true);
            }
            finally
            {
                File.Delete(PartialOf(path));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Complain($"cannot write {path}: {e.Message}");
            return ExitCode.Environment;
        }

        Say($"wrote    {path}");
        return ExitCode.Done;
    }

    private ExitCode Compare(byte[] model, byte[] committed, string path)
    {
        if (model.AsSpan().SequenceEqual(committed))
        {
            Say($"same     {path} holds these very bytes");
            return ExitCode.Done;
        }

        Complain($"{path} differs from what training gives: it has {committed.Length:N0} bytes, SHA-384 {Digest(committed)}.");
        Complain($"Either the sources changed and the file was not written again, or this machine computes differently.");
        return ExitCode.Refused;
    }

    private static void ProbeFolderOf(string path)
    {
        if (Directory.Exists(path))
        {
            throw new IOException("It is a folder.");
        }

        File.WriteAllBytes(PartialOf(path), []);
        File.Delete(PartialOf(path));
    }

    private static string PartialOf(string path) => path + ".partial";

    private static string Percent(double part) => string.Create(CultureInfo.InvariantCulture, $"{100 * part:0.00} %");

    private static string Digest(byte[] file) => Convert.ToHexStringLower(SHA384.HashData(file));

    private void Complain(FormattableString line) => error.WriteLine("nitro-models-train: " + FormattableString.Invariant(line));

    private void Say(FormattableString line) => output.WriteLine(FormattableString.Invariant(line));
}

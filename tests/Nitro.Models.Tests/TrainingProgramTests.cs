using Nitro.Models.Train;

namespace Nitro.Models.Tests;

public sealed class TrainingProgramTests : IDisposable
{
    private static readonly TrainingPlan Poor = new() { Rounds = 1, SamplesPerRound = 200, ValidationSamples = 10, UnseenSamples = 100 };

    // Too short for 98 % of many samples, but it is measured on two only, always the same, and both are right.
    private static readonly TrainingPlan Enough = new() { Rounds = 1, SamplesPerRound = 10_000, ValidationSamples = 10, UnseenSamples = 2 };

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nitro-models-");
    private readonly StringWriter output = new();
    private readonly StringWriter error = new();

    private string ModelPath => Path.Combine(folder.FullName, "model.onnx");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void A_model_good_enough_is_written_and_then_found_to_be_the_same()
    {
        Assert.Equal(ExitCode.Done, Run(Enough, "--output", ModelPath));
        Assert.Equal("model.onnx", Assert.Single(folder.GetFiles()).Name);
        Assert.Contains("unseen   2 of 2 right: 100.00 %", output.ToString(), StringComparison.Ordinal);
        Assert.Empty(error.ToString());

        Assert.Equal(ExitCode.Done, Run(Enough, "--output", ModelPath, "--check"));
        Assert.Contains("holds these very bytes", output.ToString(), StringComparison.Ordinal);

        var altered = File.ReadAllBytes(ModelPath);
        altered[^1] ^= 1;
        File.WriteAllBytes(ModelPath, altered);
        Assert.Equal(ExitCode.Refused, Run(Enough, "--check", "--output", ModelPath));
        Assert.Contains("differs", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(altered, File.ReadAllBytes(ModelPath));
    }

    [Fact]
    public void A_model_below_98_percent_is_not_kept()
    {
        File.WriteAllText(ModelPath, "the model before");
        Assert.Equal(ExitCode.Refused, Run(Poor, "--output", ModelPath));
        Assert.Contains("at least 98 % is required", error.ToString(), StringComparison.Ordinal);
        Assert.Equal("the model before", File.ReadAllText(ModelPath));
        Assert.Single(folder.GetFiles());
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_found_before_training()
    {
        Assert.Equal(ExitCode.Environment, Run(Poor, "--output", Path.Combine(folder.FullName, "absent", "model.onnx")));
        Assert.Equal(ExitCode.Environment, Run(Poor, "--output", folder.FullName));
        Assert.Contains("It is a folder", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(output.ToString());
    }

    [Fact]
    public void A_missing_file_to_check_is_found_before_training()
    {
        Assert.Equal(ExitCode.Usage, Run(Poor, "--check", "--output", ModelPath));
        Assert.Contains("cannot read", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(output.ToString());
    }

    [Theory]
    [InlineData("--frobnicate")]
    [InlineData("model.onnx")]
    [InlineData("--output")]
    [InlineData("--output", "")]
    [InlineData("--output", "--check")]
    [InlineData("--output", "a", "--output", "b")]
    [InlineData("")]
    public void Arguments_that_make_no_sense_are_refused(params string[] arguments)
    {
        Assert.Equal(ExitCode.Usage, Run(Poor, arguments));
        Assert.StartsWith("nitro-models-train: ", error.ToString(), StringComparison.Ordinal);
        Assert.Single(error.ToString().TrimEnd().Split('\n'));
        Assert.Empty(output.ToString());
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public void Help_is_given_without_training(string argument)
    {
        Assert.Equal(ExitCode.Done, Run(Poor, argument));
        Assert.Contains("Usage:", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bar_is_shown_on_a_terminal_only()
    {
        Run(Poor, "--output", ModelPath);
        Assert.DoesNotContain('\r', error.ToString());
        var terminal = new StringWriter();
        new TrainingProgram(output, terminal, errorIsTerminal: true, TimeProvider.System).Run(["--output", ModelPath], Poor);
        Assert.Contains("\r  round  1 [####################....................]  50 %", terminal.ToString(), StringComparison.Ordinal);
        Assert.Contains("\r  unseen [########################################] 100 %", terminal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_committed_plan_measures_ten_thousand_unseen_samples() => Assert.Equal(10_000, TrainingPlan.Committed.UnseenSamples);

    private ExitCode Run(TrainingPlan plan, params string[] arguments) =>
        new TrainingProgram(output, error, errorIsTerminal: false, TimeProvider.System).Run(arguments, plan);
}

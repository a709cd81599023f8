namespace Nitro.Models.Train;

/// <summary>The command line.</summary>
/// <param name="Output">The model file.</param>
/// <param name="Check">Whether to compare the file with what training gives, instead of writing it.</param>
/// <param name="Help">Whether only the help is wanted.</param>
internal sealed record TrainOptions(string Output, bool Check, bool Help)
{
    /// <summary>Where the committed model lies, seen from the root of the source tree.</summary>
    public const string DefaultOutput = "enclave/models/digits.onnx";

    /// <summary>The help.</summary>
    public const string HelpText = $"""
        Renders digits, trains a small network on them, measures it on samples it never saw, and writes it as an ONNX model.
        It takes a minute or two on one core and gives the same bytes every time.

        Usage: nitro-models-train [--output PATH] [--check]

          --output PATH   the model file; {DefaultOutput} unless given
          --check         train and measure, but compare the result with the file instead of writing it
          --help          this text

        Exit codes: 0 done, 1 accuracy below 98 % or the file differs, 2 usage or unreadable file, 3 the file cannot be written.
        """;

    /// <summary>Reads the arguments.</summary>
    /// <returns>The options, or what is wrong with the arguments.</returns>
    public static (TrainOptions? Options, string? Error) Parse(IReadOnlyList<string> arguments)
    {
        string? output = null;
        var (check, help) = (false, false);
        for (var i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "--output" when output is not null:
                    return (null, "--output was given twice; one model file is expected.");
                case "--output" when i + 1 == arguments.Count || arguments[i + 1].Length == 0 || arguments[i + 1].StartsWith('-'):
                    return (null, "--output needs the path of the model file after it.");
                case "--output":
                    output = arguments[++i];
                    break;
                case "--check":
                    check = true;
                    break;
                case "--help" or "-h":
                    help = true;
                    break;
                default:
                    return (null, $"'{arguments[i]}' is no option of this program: --output PATH, --check and --help are.");
            }
        }

        return (new TrainOptions(output ?? DefaultOutput, check, help), null);
    }
}

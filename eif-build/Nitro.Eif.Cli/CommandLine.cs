using System.CommandLine;
using Nitro.Attestation;
using Nitro.CommandLines;

namespace Nitro.Eif.Cli;

/// <summary>nitro-eif: describe, build, sign, verify, diff, extract.</summary>
internal sealed class CommandLine(TimeProvider clock, bool interactive)
{
    /// <summary>Runs one command line and gives the exit code. Every failure becomes one line on <paramref name="error"/>.</summary>
    public int Run(string[] arguments, TextWriter output, TextWriter error, Stream input)
    {
        var context = new CommandContext(output, error, input, clock, interactive);
        var root = new RootCommand("Builds, describes, signs, verifies, compares and takes apart enclave images (EIF), without nitro-cli and without Docker.")
        {
            DescribeCommand.Create(context),
            BuildCommand.Create(context),
            SignCommand.Create(context),
            VerifyCommand.Create(context),
            DiffCommand.Create(context),
            ExtractCommand.Create(context),
        };
        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var one in CommandMistakes.Of(parsed))
            {
                error.WriteLine($"nitro-eif: {Clean(one)}");
            }

            error.WriteLine("Try: nitro-eif --help");
            return ExitCode.Usage;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        }
        catch (RefusedException exception)
        {
            return Say(exception, ExitCode.Refused);
        }
        catch (Exception exception) when (exception is UsageException or FileNotFoundException or DirectoryNotFoundException)
        {
            return Say(exception, ExitCode.Usage);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Say(exception, ExitCode.Environment);
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("nitro-eif: stopped; nothing was left behind");
            return ExitCode.Stopped;
        }

        int Say(Exception exception, int code)
        {
            error.WriteLine($"nitro-eif: {Clean(exception.Message)}");
            return code;
        }
    }

    /// <summary>Text that may quote a file, without what controls a terminal.</summary>
    internal static string Clean(string text) => new FormatError("", -1, "", text).Found;
}

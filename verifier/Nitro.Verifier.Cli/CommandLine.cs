using System.CommandLine;
using Nitro.CommandLines;
using Nitro.Verifier.Cli.Policies;

namespace Nitro.Verifier.Cli;

/// <summary>nitro-verify: document, evidence, inspect, policy. The clock is an argument, read only for <c>--live</c>.</summary>
internal sealed class CommandLine
{
    private readonly TimeProvider _clock;

    private CommandLine(TimeProvider clock) => _clock = clock;

    public static CommandLine Build(TimeProvider clock) => new(clock);

    /// <summary>Runs one command line and gives the exit code. Every failure becomes one line on <paramref name="error"/>.</summary>
    public int Run(string[] arguments, TextWriter output, TextWriter error, Stream input)
    {
        var root = new RootCommand("Verifies AWS Nitro attestation documents and inference evidence, offline: no network, no model, no clock unless --live.");
        var context = new CommandContext(output, new Inputs(input), _clock);
        root.Add(DocumentCommand.Create(context));
        root.Add(EvidenceCommand.Create(context));
        root.Add(InspectCommand.Create(context));
        root.Add(PolicyCommand.Create(context));

        var parsed = root.Parse(arguments);
        if (CommandMistakes.Of(parsed) is { Count: > 0 } mistakes)
        {
            foreach (var mistake in mistakes)
            {
                error.WriteLine($"nitro-verify: {Terminal.Message(mistake)}");
            }

            error.WriteLine("Try: nitro-verify --help");
            return ExitCode.Usage;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        }
        catch (Exception exception) when (exception is UsageException or PolicyException)
        {
            error.WriteLine($"nitro-verify: {Terminal.Message(exception.Message)}");
            return ExitCode.Usage;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"nitro-verify: {Terminal.Message(exception.Message)}");
            return ExitCode.Environment;
        }
    }
}

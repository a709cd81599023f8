using System.CommandLine;
using Nitro.Attestation;
using Nitro.CommandLines;

namespace Nitro.Host;

/// <summary>nitro-host: serve.</summary>
internal static class CommandLine
{
    /// <summary>Runs one command line and gives the exit code. Every failure becomes one line on <paramref name="error"/>.</summary>
    public static async Task<int> RunAsync(string[] arguments, TextWriter error)
    {
        var root = new RootCommand("The untrusted side of an enclave: relays questions, stores the evidence of every answer.") { ServeCommand.Create(error) };
        var parsed = root.Parse(arguments);
        if (CommandMistakes.Of(parsed) is not { Count: > 0 } mistakes)
        {
            return await parsed.InvokeAsync().ConfigureAwait(false);
        }

        foreach (var mistake in mistakes)
        {
            Say(error, mistake);
        }

        await error.WriteLineAsync("Try: nitro-host --help").ConfigureAwait(false);
        return ExitCode.Usage;
    }

    /// <summary>Says something in one line, without what controls a terminal: it may quote what others wrote.</summary>
    public static void Say(TextWriter error, string message) => error.WriteLine($"nitro-host: {new FormatError("", -1, "", message).Found}");
}

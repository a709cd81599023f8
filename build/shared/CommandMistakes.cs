using System.CommandLine;
using System.CommandLine.Parsing;

namespace Nitro.CommandLines;

/// <summary>What is wrong with a command line, one sentence for each thing. Compiled into every command, so that all of them say it alike.</summary>
internal static class CommandMistakes
{
    /// <summary>The sentences; none when it can be run. They quote the command line as it is.</summary>
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (parsed.Errors.Count == 0 || command.Action is not null || command.Subcommands.Count == 0)
        {
            return [.. parsed.Errors.Select(Sentence)];
        }

        // A command of commands. Its library says of one misspelt word that a command is missing, that the word is unknown, and so is each one after it.
        var known = string.Join(", ", command.Subcommands.Select(one => one.Name));
        var (be, of) = (command.Subcommands.Count == 1 ? "command is" : "commands are", command is RootCommand ? "" : $" of {command.Name}");
        return parsed.UnmatchedTokens is [var first, ..] && !first.StartsWith('-')
            ? [$"there is no command {first}{of}; the {be} {known}"]
            : [$"a command comes first; the {be}{of} {known}"];
    }

    /// <summary>The library's own sentence, but for numbers, of which it names the type.</summary>
    private static string Sentence(ParseError error) =>
        error.SymbolResult is OptionResult { Tokens: [{ Value: var value }] } result && error.Message.Contains(result.Option.ValueType.ToString(), StringComparison.Ordinal)
            ? $"{result.Option.Name}: \"{value}\" is no {(result.Option.ValueType == typeof(ulong) ? "whole number from 0" : "whole number")} that can be used"
            : error.Message;
}

using System.CommandLine;
using System.CommandLine.Parsing;

namespace Nitro.CommandLines;

/// <summary>
/// What is wrong with a command line, one sentence for each thing. Compiled into every command, so that all of them say it alike.
/// </summary>
internal static class CommandMistakes
{
    /// <summary>The sentences; none when it can be run. They quote the command line as it is.</summary>
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        if (UnknownOptions(parsed) is { Length: > 0 } unknown)
        {
            return [.. unknown.Select(one => $"there is no option {one} (a file of that name is ./{one})")];
        }

        var command = parsed.CommandResult.Command;
        if (parsed.Errors.Count == 0 || command.Action is not null || command.Subcommands.Count == 0)
        {
            return [.. parsed.Errors.Select(Sentence)];
        }

        // A command of commands. Of one misspelt word the library says that a command is missing, that the word is unknown, and so is each
        // one after it.
        var known = string.Join(", ", command.Subcommands.Select(one => one.Name));
        var be = command.Subcommands.Count == 1 ? "command is" : "commands are";
        var of = command is RootCommand ? "" : $" of {command.Name}";
        return parsed.UnmatchedTokens is [var first, ..] && !first.StartsWith('-')
            ? [$"there is no command {first}{of}; the {be} {known}"]
            : [$"a command comes first; the {be}{of} {known}"];
    }

    /// <summary>The library takes a mistyped option for a file's name. Behind a "--" it is one.</summary>
    private static string[] UnknownOptions(ParseResult parsed)
    {
        var names = parsed.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).Select(token => token.Value).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. parsed.CommandResult.Children.OfType<ArgumentResult>()
                .SelectMany(argument => argument.Tokens)
                .Select(token => token.Value)
                .Where(value => value.StartsWith('-') && value.Length > 1 && !names.Contains(value)),
        ];
    }

    /// <summary>The library's own sentence, but for numbers, of which it names the type.</summary>
    private static string Sentence(ParseError error)
    {
        var namesType = error.SymbolResult is OptionResult { Tokens: [_], Option.ValueType: { IsPrimitive: true } type }
            && error.Message.Contains(type.ToString(), StringComparison.Ordinal);
        if (!namesType)
        {
            return error.Message;
        }

        var result = (OptionResult)error.SymbolResult!;
        var from = result.Option.ValueType == typeof(ulong) ? " from 0" : "";
        return $"{result.Option.Name}: \"{result.Tokens[0].Value}\" is no whole number{from} that can be used";
    }
}

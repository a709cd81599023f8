using System.Globalization;

namespace Nitro.Verifier.Fuzz;

/// <summary>What the command line asks for.</summary>
/// <param name="Seed">What every case follows from, with its number; null for a fresh one.</param>
/// <param name="Minutes">How long to run.</param>
/// <param name="Case">The one case to try; null for all.</param>
/// <param name="File">A finding's file to try; null for none.</param>
/// <param name="Findings">The folder that findings are written to.</param>
public sealed record FuzzOptions(ulong? Seed, double Minutes, long? Case, string? File, string Findings)
{
    public const string Usage = """
        Fuzzes Nitro.Verifier.
          --minutes N        run for so long; 1 when left out
          --seed HEX         the seed, up to 16 hexadecimal digits; a fresh one when left out
          --case N           with --seed: try this one case again
          --file PATH        try the case of a finding's file again
          --findings FOLDER  where findings are written; .fuzz when left out
        Ends with 0 when nothing was found, 1 when something was, 2 when the command line is wrong.
        """;

    /// <summary>Reads the command line; null with what is wrong with it.</summary>
    public static FuzzOptions? Parse(IReadOnlyList<string> arguments, out string problem)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var options = new FuzzOptions(null, 1, null, null, ".fuzz");
        var culture = CultureInfo.InvariantCulture;
        problem = "";
        for (var i = 0; i < arguments.Count; i += 2)
        {
            var value = i + 1 < arguments.Count ? arguments[i + 1] : "";
            FuzzOptions? next = arguments[i] switch
            {
                "--minutes" when double.TryParse(value, NumberStyles.AllowDecimalPoint, culture, out var minutes)
                    && minutes is > 0 and <= 1e5 => options with { Minutes = minutes },
                "--seed" when ulong.TryParse(value, NumberStyles.AllowHexSpecifier, culture, out var seed) => options with { Seed = seed },
                "--case" when long.TryParse(value, NumberStyles.None, culture, out var number) => options with { Case = number },
                "--file" when value.Length > 0 => options with { File = value },
                "--findings" when value.Length > 0 => options with { Findings = value },
                _ => null,
            };
            if (next is null)
            {
                problem = $"\"{arguments[i]} {value}\" is not understood.";
                return null;
            }

            options = next;
        }

        problem = options is { Case: not null, Seed: null } ? "--case needs --seed." : "";
        return problem.Length == 0 ? options : null;
    }
}

using System.Text.RegularExpressions;

namespace Nitro.Verifier.Cli;

/// <summary>Prints the outcome of every check: one line a group when nothing in it needs attention, one line a check otherwise or when all are asked for.</summary>
internal sealed partial class CheckPrinter(Terminal terminal, bool verbose)
{
    private const int NumberWidth = 9;
    private const int TitleWidth = 44;

    public void Print(IReadOnlyList<CheckResult> checks)
    {
        foreach (var group in CheckGroup.All)
        {
            CheckResult[] results = [.. group.Of(checks)];
            if (results.Length == 0)
            {
                continue;
            }

            var status = Worst(results);
            var numbers = group.First == group.Last ? Number(group.First) : $"{Number(group.First)}-{Number(group.Last)}";
            terminal.Line($"  {Mark(status)} {numbers,-NumberWidth}{group.Title,-TitleWidth} {Summary(results)}".TrimEnd());
            foreach (var result in results.Where(one => verbose || one.Status is CheckStatus.Failed or CheckStatus.Waived))
            {
                PrintOne(result);
            }
        }
    }

    public static string Sentence(Check check) => Words().Replace(check.ToString(), " $1").ToLowerInvariant().Trim();

    private static string Number(int number) => number.ToString(System.Globalization.NumberFormatInfo.InvariantInfo);

    private void PrintOne(CheckResult result)
    {
        terminal.Line($"      {Mark(result.Status)} {Number((int)result.Check)}  {Sentence(result.Check),-32} {Short(result)}".TrimEnd());
        if (result.Status == CheckStatus.Failed)
        {
            terminal.Line($"             expected  {Terminal.Clean(result.Expected ?? "")}");
            if (!string.IsNullOrEmpty(result.Found))
            {
                terminal.Line($"             found     {Terminal.Clean(result.Found)}");
            }
        }
    }

    private string Short(CheckResult result) => result.Status switch
    {
        CheckStatus.Passed => terminal.Paint(Terminal.Clean(Cut(result.Found ?? "")), Terminal.Dim),
        CheckStatus.Waived => terminal.Paint("waived: " + Terminal.Clean(result.Found ?? ""), Terminal.Yellow),
        CheckStatus.NotApplicable => terminal.Paint("does not apply", Terminal.Dim),
        CheckStatus.NotReached => terminal.Paint("not reached", Terminal.Dim),
        _ => terminal.Paint("refused", Terminal.Red),
    };

    private static string Cut(string text) => text.Length <= 72 ? text : text[..71] + "…";

    private string Summary(CheckResult[] results) => Worst(results) switch
    {
        CheckStatus.Failed => terminal.Paint("refused", Terminal.Red),
        CheckStatus.NotReached => terminal.Paint("not reached", Terminal.Dim),
        CheckStatus.Waived => terminal.Paint($"{results.Count(one => one.Status == CheckStatus.Waived)} waived", Terminal.Yellow),
        _ when Array.TrueForAll(results, one => one.Status == CheckStatus.NotApplicable) => terminal.Paint("does not apply", Terminal.Dim),
        _ => "",
    };

    private static CheckStatus Worst(CheckResult[] results)
    {
        CheckStatus[] order = [CheckStatus.Failed, CheckStatus.NotReached, CheckStatus.Waived, CheckStatus.Passed, CheckStatus.NotApplicable];
        return order.First(status => Array.Exists(results, one => one.Status == status));
    }

    private string Mark(CheckStatus status) => status switch
    {
        CheckStatus.Passed => terminal.Paint("✓", Terminal.Green),
        CheckStatus.Failed => terminal.Paint("✗", Terminal.Red),
        CheckStatus.Waived => terminal.Paint("!", Terminal.Yellow),
        _ => terminal.Paint("·", Terminal.Dim),
    };

    [GeneratedRegex("(?<!^)([A-Z][a-z])")]
    private static partial Regex Words();
}

using System.Globalization;

namespace Nitro.Verifier.Cli;

/// <summary>Prints outcomes in the way asked for, and a summary when there are several.</summary>
internal sealed class Report(TextWriter output, ReportStyle style)
{
    private readonly Terminal _terminal = new(output, style.Colour);
    private readonly List<Outcome> _outcomes = [];

    public int ExitCode => _outcomes.Count == 0 ? Cli.ExitCode.Done : _outcomes.Max(outcome => outcome.ExitCode);

    public void Add(Outcome outcome)
    {
        _outcomes.Add(outcome);
        if (style.Quiet)
        {
            return;
        }

        if (style.Json)
        {
            output.WriteLine(outcome.ToJson());
        }
        else
        {
            Print(outcome);
        }
    }

    public void Summarise()
    {
        if (style.Json || style.Quiet || _outcomes.Count < 2)
        {
            return;
        }

        var verified = _outcomes.Count(outcome => outcome.IsVerified);
        var unreadable = _outcomes.Count(outcome => outcome.Unreadable is not null);
        _terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{_outcomes.Count} files: {verified} verified, {_outcomes.Count - verified - unreadable} refused, {unreadable} unreadable"));
        foreach (var outcome in _outcomes.Where(outcome => !outcome.IsVerified))
        {
            var by = outcome.Failure is { } failure ? string.Create(CultureInfo.InvariantCulture, $"refused by {(int)failure.Check}") : "unreadable";
            _terminal.Line($"  {by,-14}  {Terminal.Clean(Inputs.Shown(outcome.File))}");
        }
    }

    private void Print(Outcome outcome)
    {
        _terminal.Line(_terminal.Paint(Terminal.Clean(Inputs.Shown(outcome.File)), Terminal.Bold));
        if (outcome.Unreadable is not null)
        {
            _terminal.Line($"  {_terminal.Paint("unreadable", Terminal.Red)}  {Terminal.Clean(outcome.Unreadable)}");
        }
        else
        {
            new CheckPrinter(_terminal, style.Verbose).Print(outcome.Checks);
            PrintVerdict(outcome);
        }

        _terminal.Line();
    }

    private void PrintVerdict(Outcome outcome)
    {
        if (outcome.Document is not { } document)
        {
            var failure = outcome.Failure!;
            _terminal.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"  {_terminal.Paint("REFUSED", Terminal.Red)}    by check {(int)failure.Check}, {CheckPrinter.Sentence(failure.Check)}"));
            return;
        }

        var waived = outcome.Checks.Count(check => check.Status == CheckStatus.Waived);
        _terminal.Line($"  {_terminal.Paint("VERIFIED", Terminal.Green)}   {Facts(outcome, document, waived)}");
        if (outcome.Inference is { } inference)
        {
            var model = inference.Models[0];
            _terminal.Line($"             model \"{Terminal.Clean(model.Name)}\" version \"{Terminal.Clean(model.Version)}\", {model.Model}");
            _terminal.Line(string.Create(CultureInfo.InvariantCulture, $"             answered {inference.IssuedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss.fff} UTC, number {inference.Claim.Sequence} of its session"));
        }

        if (outcome.Note is { } note)
        {
            _terminal.Line(_terminal.Paint($"             {note}", Terminal.Yellow));
        }

        if (!document.TrustAnchor.IsAws)
        {
            _terminal.Line(_terminal.Paint($"             NOT AWS: the chain ends at \"{Terminal.Clean(document.TrustAnchor.Name)}\", a root that this policy added", Terminal.Yellow));
        }
        else if (document.TrustAnchor.Name == "aws-us-gov")
        {
            _terminal.Line("             AWS publishes no fingerprint of the GovCloud root: compare it with your own source");
        }

        if (document.IsDebugMode)
        {
            _terminal.Line(_terminal.Paint("             DEBUG MODE: the enclave's code is not measured and the host reads its console", Terminal.Yellow));
        }
    }

    private static string Facts(Outcome outcome, AttestationDocument document, int waived)
    {
        var parts = new List<string>();
        if (outcome.Inference is { } inference)
        {
            parts.Add(inference.SignedBy);
        }

        parts.Add(document.Release is { } release ? $"release \"{Terminal.Clean(release)}\"" : "any measurements");
        parts.Add(Terminal.Clean(document.ModuleId));
        if (waived > 0)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{waived} check{(waived == 1 ? "" : "s")} waived"));
        }

        return string.Join(", ", parts);
    }
}

namespace Nitro.Verifier;

/// <summary>Collects the outcome of each check of a fixed list; what is never reported stays "not reached". Not thread-safe.</summary>
internal sealed class CheckList
{
    /// <summary>The checks of a document, in order.</summary>
    public static readonly CheckOrder OfDocument = new([.. Enum.GetValues<Check>().Where(check => (int)check < 700)]);

    /// <summary>The checks of evidence, in order: those of its document stand where the document is verified.</summary>
    public static readonly CheckOrder OfEvidence = new(
    [
        Check.EvidenceKind, Check.ReceiptStructure, Check.ManifestStructure, Check.ConfigurationStructure,
        .. Enum.GetValues<Check>().Where(check => (int)check < 700),
        .. Enum.GetValues<Check>().Where(check => check >= Check.ClaimStructure),
    ]);

    private readonly CheckOrder _order;
    private readonly CheckResult[] _results;

    public CheckList(CheckOrder order)
    {
        _order = order;
        _results = order.NotReached();
    }

    public CheckResult? Failure { get; private set; }

    public void Pass(Check check) => Set(_order.Passed(check));

    public void Pass(Check check, string? found) => Set(found is null ? _order.Passed(check) : new CheckResult(check, CheckStatus.Passed, null, found));

    public void PassAll(ReadOnlySpan<Check> checks)
    {
        foreach (var check in checks)
        {
            Pass(check);
        }
    }

    public void Waive(Check check, string by) => Set(new CheckResult(check, CheckStatus.Waived, null, by));

    public void Skip(Check check) => Set(_order.NotApplicable(check));

    /// <summary>Records the failure that ends the verification.</summary>
    public void Fail(Check check, string expected, string found) => Set(Failure = new CheckResult(check, CheckStatus.Failed, expected, found));

    /// <summary>Passes or fails; true when it passed.</summary>
    /// <param name="holds">Whether it passes.</param>
    /// <param name="check">The check.</param>
    /// <param name="texts">What is expected and what was found; called when somebody asks, so it must not depend on what changes.</param>
    public bool Require(bool holds, Check check, Func<(string Expected, string Found)> texts)
    {
        var result = new CheckResult(check, holds ? CheckStatus.Passed : CheckStatus.Failed, texts);
        Failure = holds ? Failure : result;
        Set(result);
        return holds;
    }

    /// <summary>As the other one, for texts that cost nothing.</summary>
    public bool Require(bool holds, Check check, string expected)
    {
        if (holds)
        {
            Pass(check);
        }
        else
        {
            Fail(check, expected, "");
        }

        return holds;
    }

    /// <summary>The results. The list is not used any more afterwards.</summary>
    public CheckResult[] ToArray() => _results;

    private void Set(CheckResult result) => _results[_order.PlaceOf(result.Check)] = result;
}

namespace Nitro.Verifier;

/// <summary>Collects the outcome of each check of a fixed list; what is never reported stays "not reached". Not thread-safe.</summary>
internal sealed class CheckList
{
    /// <summary>The checks of a document, in order.</summary>
    public static readonly Check[] OfDocument = [.. Enum.GetValues<Check>().Where(check => (int)check < 700)];

    /// <summary>The checks of evidence, in order: those of its document stand where the document is verified.</summary>
    public static readonly Check[] OfEvidence =
    [
        Check.EvidenceKind, Check.ReceiptStructure, Check.ManifestStructure, Check.ConfigurationStructure,
        .. OfDocument,
        .. Enum.GetValues<Check>().Where(check => check >= Check.ClaimStructure),
    ];

    private readonly Check[] _order;
    private readonly Dictionary<Check, CheckResult> _results;

    public CheckList(Check[] order)
    {
        _order = order;
        _results = new Dictionary<Check, CheckResult>(order.Length);
    }

    public CheckResult? Failure { get; private set; }

    public bool Failed => Failure is not null;

    public void Pass(Check check, string? found = null) => _results.Add(check, new CheckResult(check, CheckStatus.Passed, null, found));

    public void PassAll(ReadOnlySpan<Check> checks)
    {
        foreach (var check in checks)
        {
            Pass(check);
        }
    }

    public void Waive(Check check, string by) => _results.Add(check, new CheckResult(check, CheckStatus.Waived, null, by));

    public void Skip(Check check) => _results.Add(check, new CheckResult(check, CheckStatus.NotApplicable));

    /// <summary>Records the failure that ends the verification.</summary>
    public void Fail(Check check, string expected, string found) => _results.Add(check, Failure = new CheckResult(check, CheckStatus.Failed, expected, found));

    /// <summary>Passes or fails; true when it passed.</summary>
    public bool Require(bool holds, Check check, string expected, string found)
    {
        if (holds)
        {
            Pass(check, found);
        }
        else
        {
            Fail(check, expected, found);
        }

        return holds;
    }

    public CheckResult[] ToArray()
    {
        var results = new CheckResult[_order.Length];
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = _results.TryGetValue(_order[i], out var result) ? result : new CheckResult(_order[i], CheckStatus.NotReached);
        }

        return results;
    }
}

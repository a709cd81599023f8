namespace Nitro.Verifier;

/// <summary>A fixed list of checks, with the results that say nothing but how a check ended, made once. Immutable and thread-safe.</summary>
internal sealed class CheckOrder
{
    private readonly byte[] _places = new byte[(int)Enum.GetValues<Check>().Max() + 1];
    private readonly CheckResult[] _notReached;
    private readonly CheckResult[] _passed;
    private readonly CheckResult[] _notApplicable;

    public CheckOrder(Check[] checks)
    {
        for (var i = 0; i < checks.Length; i++)
        {
            _places[(int)checks[i]] = (byte)i;
        }

        _notReached = All(checks, CheckStatus.NotReached);
        _passed = All(checks, CheckStatus.Passed);
        _notApplicable = All(checks, CheckStatus.NotApplicable);
    }

    /// <summary>A new list in which nothing has been reached.</summary>
    public CheckResult[] NotReached() => (CheckResult[])_notReached.Clone();

    public CheckResult Passed(Check check) => _passed[PlaceOf(check)];

    public CheckResult NotApplicable(Check check) => _notApplicable[PlaceOf(check)];

    public int PlaceOf(Check check) => _places[(int)check];

    private static CheckResult[] All(Check[] checks, CheckStatus status) => [.. checks.Select(check => new CheckResult(check, status))];
}

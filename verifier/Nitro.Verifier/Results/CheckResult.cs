namespace Nitro.Verifier;

/// <summary>What became of one check. Immutable.</summary>
/// <param name="Check">The check.</param>
/// <param name="Status">What became of it.</param>
/// <param name="Expected">What it asks for; null where there is nothing to say.</param>
/// <param name="Found">What was there; null where there is nothing to say. It may hold text from the document: escape control characters before showing it.</param>
public sealed record CheckResult(Check Check, CheckStatus Status, string? Expected = null, string? Found = null)
{
    /// <summary>The check's number, name and outcome in one line.</summary>
    public override string ToString() => Expected is null
        ? $"{(int)Check} {Check}: {Status}"
        : $"{(int)Check} {Check}: {Status}: expected {Expected}, found {Found}";
}

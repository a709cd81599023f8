using Nitro.Attestation;

namespace Nitro.Verifier;

/// <summary>What became of one check. Immutable and thread-safe.</summary>
/// <remarks>The texts are put together when they are first asked for: a node that verifies thousands a second reads none of them.</remarks>
public sealed class CheckResult : IEquatable<CheckResult>
{
    private readonly Func<(string Expected, string Found)>? _texts;
    private string? _expected;
    private string? _found;

    internal CheckResult(Check check, CheckStatus status, string? expected = null, string? found = null)
    {
        Check = check;
        Status = status;
        _expected = expected;
        _found = found;
    }

    internal CheckResult(Check check, CheckStatus status, Func<(string Expected, string Found)> texts)
    {
        Check = check;
        Status = status;
        _texts = texts;
    }

    /// <summary>The check.</summary>
    public Check Check { get; }

    /// <summary>What became of it.</summary>
    public CheckStatus Status { get; }

    /// <summary>What it asks for; null where there is nothing to say.</summary>
    public string? Expected => Fit(_expected ??= _texts?.Invoke().Expected);

    /// <summary>What was there; null where there is nothing to say. It may quote the document: what controls a terminal stands there as <c>\u{1b}</c>.</summary>
    public string? Found => Fit(_found ??= _texts?.Invoke().Found);

    /// <inheritdoc/>
    public bool Equals(CheckResult? other) => other is not null && Check == other.Check && Status == other.Status && Expected == other.Expected && Found == other.Found;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CheckResult);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Check, Status);

    /// <summary>The check's number, name and outcome in one line.</summary>
    public override string ToString() => Status != CheckStatus.Failed
        ? $"{(int)Check} {Check}: {Status}"
        : $"{(int)Check} {Check}: {Status}: expected {Expected}, found {Found}";

    private static string? Fit(string? text) => text is null ? null : FormatError.Printable(text);
}

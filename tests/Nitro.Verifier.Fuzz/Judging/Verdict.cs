namespace Nitro.Verifier.Fuzz.Judging;

/// <summary>
/// All that was said of a case, in a form that can be compared: two verifications agree when these lines are the same. Immutable.
/// </summary>
public sealed class Verdict
{
    private const ulong FnvOffset = 0xcbf29ce484222325, FnvPrime = 0x100000001b3;

    private Verdict(bool accepted, string refusedBy, bool beyondEnvelope, IReadOnlyList<CheckResult> checks, string text)
    {
        (Accepted, RefusedBy, BeyondEnvelope, Checks, Text) = (accepted, refusedBy, beyondEnvelope, checks, text);
        Fingerprint = Hash(checks, text);
    }

    public bool Accepted { get; }

    /// <summary>The check that refused the case, or what refused it before there were checks; "accepted" otherwise.</summary>
    public string RefusedBy { get; }

    /// <summary>Whether the document's envelope and fields passed, so that the chain was looked at.</summary>
    public bool BeyondEnvelope { get; }

    public IReadOnlyList<CheckResult> Checks { get; }

    /// <summary>What was said outside the checks: an error, or the content of what was accepted.</summary>
    public string Text { get; }

    /// <summary>A hash of everything that was said.</summary>
    public ulong Fingerprint { get; }

    public static Verdict Of(VerificationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var content = result.Document is { } document
            ? FormattableString.Invariant($"{document.ModuleId} {document.TimestampMs} {document.TrustAnchor.Name} {document.Release}")
            : "";
        return Of(result.Checks, result.Failure, result.IsVerified, content);
    }

    public static Verdict Of(EvidenceResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var content = result.Inference is { } inference
            ? FormattableString.Invariant($"{inference.Kind} {inference.Claim.IssuedAtMs} {string.Join(' ', inference.Models)}")
            : "";
        return Of(result.Checks, result.Failure, result.IsVerified, content);
    }

    /// <summary>A refusal before any check: a file that is no evidence, a policy that cannot be used.</summary>
    public static Verdict Refused(string by, string text) => new(false, by, false, [], text);

    /// <summary>An acceptance without checks: a policy.</summary>
    public static Verdict AcceptedWith(string text) => new(true, "accepted", false, [], text);

    /// <summary>Everything that was said, a line each.</summary>
    public string Describe() =>
        string.Join('\n', Checks.Where(one => one.Status != CheckStatus.NotReached).Select(one => one.ToString()).Append(Text));

    private static Verdict Of(IReadOnlyList<CheckResult> checks, CheckResult? failure, bool accepted, string content)
    {
        var beyond = checks.Any(one => one.Check == Check.NonceLength && one.Status == CheckStatus.Passed);
        return new Verdict(accepted, failure?.Check.ToString() ?? "accepted", beyond, checks, content);
    }

    private static ulong Hash(IReadOnlyList<CheckResult> checks, string text)
    {
        var hash = Add(FnvOffset, text);
        foreach (var one in checks)
        {
            hash = ((hash ^ (uint)one.Check) * FnvPrime ^ (uint)one.Status) * FnvPrime;
            hash = Add(Add(hash, one.Expected), one.Found);
        }

        return hash;
    }

    private static ulong Add(ulong hash, string? text)
    {
        foreach (var character in text ?? "\0")
        {
            hash = (hash ^ character) * FnvPrime;
        }

        return (hash ^ 0xffff) * FnvPrime;
    }
}

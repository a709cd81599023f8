namespace Nitro.Verifier;

/// <summary>What became of one piece of evidence. Immutable.</summary>
public sealed class EvidenceResult
{
    internal EvidenceResult(CheckResult[] checks, CheckResult? failure, VerifiedInference? inference)
    {
        Checks = checks;
        Failure = failure;
        Inference = failure is null ? inference : null;
    }

    /// <summary>Whether every check passed, did not apply, or was waived by an Unsafe member.</summary>
    public bool IsVerified => Inference is not null;

    /// <summary>The check that refused the evidence; null when it is verified.</summary>
    public CheckResult? Failure { get; }

    /// <summary>Every check, in order.</summary>
    public IReadOnlyList<CheckResult> Checks { get; }

    /// <summary>What the evidence proves, reachable only when it is verified.</summary>
    public VerifiedInference? Inference { get; }
}

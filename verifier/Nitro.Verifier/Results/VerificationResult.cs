namespace Nitro.Verifier;

/// <summary>What became of one attestation document. Immutable.</summary>
public sealed class VerificationResult
{
    internal VerificationResult(CheckResult[] checks, CheckResult? failure, AttestationDocument? document)
    {
        Checks = checks;
        Failure = failure;
        Document = failure is null ? document : null;
    }

    /// <summary>Whether every check passed, or was waived by an Unsafe member.</summary>
    public bool IsVerified => Document is not null;

    /// <summary>The check that refused the document; null when it is verified.</summary>
    public CheckResult? Failure { get; }

    /// <summary>Every check, in order.</summary>
    public IReadOnlyList<CheckResult> Checks { get; }

    /// <summary>The document, reachable only when it is verified.</summary>
    public AttestationDocument? Document { get; }
}

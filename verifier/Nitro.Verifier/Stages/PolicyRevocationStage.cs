using Nitro.Attestation;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Documents;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.Stages;

/// <summary>The policy's own list of what it no longer accepts. Checks 604 and 725.</summary>
internal static class PolicyRevocationStage
{
    /// <summary>What a document shows, by the document's own time.</summary>
    public static bool RunDocument(UnverifiedDocument document, ValidatedPath path, VerificationPolicy policy, ValidationTime time, CheckList checks)
    {
        if (policy.Revocations.Length == 0)
        {
            checks.Skip(Check.DocumentRevocation);
            return true;
        }

        var session = document.PublicKey is { } key ? Sha384Digest.Of(key.Span) : default(Sha384Digest?);
        foreach (var revocation in policy.Revocations)
        {
            if (IsShownBy(revocation, document, session, path) && !StillCounts(revocation, document.Timestamp, time))
            {
                return Fail(Check.DocumentRevocation, revocation, document.Timestamp, checks);
            }
        }

        checks.Pass(Check.DocumentRevocation);
        return true;
    }

    /// <summary>What a claim shows, and the document behind it, by the claim's time: a document from before does not vouch for claims from after.</summary>
    public static bool RunClaim(
        Claim claim, Sha384Digest configuration, AttestationDocument document, VerificationPolicy policy, ValidationTime time, CheckList checks)
    {
        if (policy.Revocations.Length == 0)
        {
            checks.Skip(Check.ClaimRevocation);
            return true;
        }

        var issuedAt = Moment.FromMs(claim.IssuedAtMs);
        foreach (var revocation in policy.Revocations)
        {
            var shown = revocation.Is(RevocationSubject.Model, claim.Model)
                || revocation.Is(RevocationSubject.Session, claim.Session)
                || revocation.Is(RevocationSubject.Configuration, configuration)
                || revocation.IsMeasurement(document.Pcrs)
                || revocation.IsModule(document.ModuleId);
            if (shown && !StillCounts(revocation, issuedAt, time))
            {
                return Fail(Check.ClaimRevocation, revocation, issuedAt, checks);
            }
        }

        checks.Pass(Check.ClaimRevocation);
        return true;
    }

    private static bool IsShownBy(Revocation revocation, UnverifiedDocument document, Sha384Digest? session, ValidatedPath path)
    {
        foreach (var node in path.Nodes)
        {
            if (revocation.IsCertificate(node))
            {
                return true;
            }
        }

        return revocation.IsMeasurement(document.Pcrs)
            || revocation.IsModule(document.ModuleId)
            || (session is { } digest && revocation.Is(RevocationSubject.Session, digest));
    }

    private static bool StillCounts(Revocation revocation, DateTimeOffset signed, ValidationTime time) =>
        Revoked.StillCounts(revocation.Reason == RevocationReason.Compromised, revocation.Effective, signed, time.Witnessed);

    private static bool Fail(Check check, Revocation revocation, DateTimeOffset signed, CheckList checks)
    {
        var from = revocation.Effective is { } effective ? $"from {Moment.Show(effective)} on" : "whenever it was signed";
        checks.Fail(check, "nothing that the policy has revoked", $"{revocation.Shown}, {(revocation.Reason == RevocationReason.Compromised ? "compromised" : "superseded")} {from}; signed at {Moment.Show(signed)}");
        return false;
    }
}

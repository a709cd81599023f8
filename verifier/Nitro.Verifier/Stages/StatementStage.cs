using System.Security.Cryptography;
using Nitro.Attestation;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Cose;
using Nitro.Verifier.Caching;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.Stages;

/// <summary>
/// Verified document + receipt → the claim and the session that they sign. The document's user data is read as exactly the type for its role: a seal or a
/// claim offered as a session is refused, and the reverse. Checks 705 to 711.
/// </summary>
internal static class StatementStage
{
    public static VerifiedStatements? Run(EvidenceParts parts, AttestationDocument document, KnownSession? known, SignatureEngine engine, CheckList checks) => parts.Receipt is { } receipt
        ? RunSession(receipt, document, known, engine, checks)
        : RunDirect(document, checks);

    private static VerifiedStatements? RunSession(Receipt receipt, AttestationDocument document, KnownSession? known, SignatureEngine engine, CheckList checks)
    {
        checks.Skip(Check.ClaimStructure);
        checks.Skip(Check.DocumentNonce);
        if (ReadSession(document, known, checks) is not { } session)
        {
            return null;
        }

        using var own = known is null ? session.Verifier : null;
        return RequireSession(session.PublicKey, receipt.Claim, checks)
            && checks.Require(
                receipt.Algorithm == session.Statement.Algorithm,
                Check.SessionAlgorithm,
                () => (session.Statement.Algorithm.Name(), receipt.Algorithm.Name()))
            && RequireReceiptSignature(receipt, session, engine, checks)
                ? new VerifiedStatements(receipt.Claim, session.Statement)
                : null;
    }

    /// <summary>Reads statement and key, unless they were read before from the same document.</summary>
    private static SessionContent? ReadSession(AttestationDocument document, KnownSession? known, CheckList checks)
    {
        if (known?.Content is { } content)
        {
            checks.Pass(Check.SessionStatement);
            checks.Pass(Check.SessionKey);
            return content;
        }

        var userData = document.UserData.GetValueOrDefault().Span;
        if (!EvidenceFormatStage.Require(SessionStatement.TryParse(userData, out var statement, out var statementError), Check.SessionStatement, statementError, checks)
            || !EvidenceFormatStage.Require(
                SessionPublicKey.TryParse(document.PublicKey.GetValueOrDefault().Span, statement!.Algorithm, out var key, out var keyError),
                Check.SessionKey,
                keyError,
                checks))
        {
            return null;
        }

        content = new SessionContent(statement, key!, ReceiptVerifier.Create(key!));
        known?.Content = content;
        return content;
    }

    private static VerifiedStatements? RunDirect(AttestationDocument document, CheckList checks)
    {
        checks.Skip(Check.SessionStatement);
        checks.Skip(Check.SessionAlgorithm);
        checks.Skip(Check.ReceiptSignature);
        var userData = document.UserData.GetValueOrDefault().Span;
        return EvidenceFormatStage.Require(Claim.TryParse(userData, out var claim, out var claimError), Check.ClaimStructure, claimError, checks)
            && EvidenceFormatStage.Require(
                SessionPublicKey.TryParse(document.PublicKey.GetValueOrDefault().Span, out var key, out var keyError),
                Check.SessionKey,
                keyError,
                checks)
            && RequireSession(key!, claim!, checks)
            && RequireNonce(document, claim!, checks)
                ? new VerifiedStatements(claim!, null)
                : null;
    }

    private static bool RequireSession(SessionPublicKey key, Claim claim, CheckList checks) =>
        checks.Require(key.Digest == claim.Session, Check.SessionKeyDigest, () => ($"claim.session {claim.Session}", $"the digest of the document's public key {key.Digest}"));

    /// <summary>A caller that sends no nonce gets a claim with an empty one; the NSM is then asked without a nonce.</summary>
    private static bool RequireNonce(AttestationDocument document, Claim claim, CheckList checks) => checks.Require(
        CryptographicOperations.FixedTimeEquals(document.Nonce.GetValueOrDefault().Span, claim.Nonce.Span),
        Check.DocumentNonce,
        () => ($"the claim's nonce, {ByteExpectation.Describe(claim.Nonce)}", ByteExpectation.Describe(document.Nonce)));

    private static bool RequireReceiptSignature(Receipt receipt, SessionContent session, SignatureEngine engine, CheckList checks)
    {
        const string Expected = "a signature by the session key over the claim";
        if (session.Verifier is not { } verifier)
        {
            checks.Fail(Check.ReceiptSignature, Expected, "a session key that is no point on its curve");
            return false;
        }

        Span<byte> hash = stackalloc byte[Sha384Digest.Size];
        hash = hash[..CoseSign1.HashToBeSigned(receipt.Algorithm.HashName(), receipt.Envelope.ProtectedHeader.Span, receipt.Envelope.Payload.Span, hash)];
        return checks.Require(verifier.Verify(hash, receipt.Envelope.Signature.Span, engine), Check.ReceiptSignature, Expected);
    }
}

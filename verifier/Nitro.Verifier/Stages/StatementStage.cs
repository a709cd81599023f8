using System.Security.Cryptography;
using Nitro.Attestation;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Cose;

namespace Nitro.Verifier.Stages;

/// <summary>
/// Verified document + receipt → the claim and the session that they sign. The document's user data is read as exactly the type for its role: a seal or a
/// claim offered as a session is refused, and the reverse. Checks 705 to 711.
/// </summary>
internal static class StatementStage
{
    public static VerifiedStatements? Run(EvidenceParts parts, AttestationDocument document, CheckList checks) => parts.Receipt is { } receipt
        ? RunSession(receipt, document, checks)
        : RunDirect(document, checks);

    private static VerifiedStatements? RunSession(Receipt receipt, AttestationDocument document, CheckList checks)
    {
        checks.Skip(Check.ClaimStructure);
        checks.Skip(Check.DocumentNonce);
        var userData = document.UserData.GetValueOrDefault().Span;
        return EvidenceFormatStage.Require(SessionStatement.TryParse(userData, out var session, out var sessionError), Check.SessionStatement, sessionError, checks)
            && EvidenceFormatStage.Require(
                SessionPublicKey.TryParse(document.PublicKey.GetValueOrDefault().Span, session!.Algorithm, out var key, out var keyError),
                Check.SessionKey,
                keyError,
                checks)
            && RequireSession(key!, receipt.Claim, checks)
            && checks.Require(receipt.Algorithm == session.Algorithm, Check.SessionAlgorithm, session.Algorithm.Name(), receipt.Algorithm.Name())
            && RequireReceiptSignature(receipt, key!, checks)
                ? new VerifiedStatements(receipt.Claim, session)
                : null;
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
        checks.Require(key.Digest == claim.Session, Check.SessionKeyDigest, $"claim.session {claim.Session}", $"the digest of the document's public key {key.Digest}");

    /// <summary>A caller that sends no nonce gets a claim with an empty one; the NSM is then asked without a nonce.</summary>
    private static bool RequireNonce(AttestationDocument document, Claim claim, CheckList checks) => checks.Require(
        CryptographicOperations.FixedTimeEquals(document.Nonce.GetValueOrDefault().Span, claim.Nonce.Span),
        Check.DocumentNonce,
        $"the claim's nonce, {ByteExpectation.Describe(claim.Nonce)}",
        ByteExpectation.Describe(document.Nonce));

    private static bool RequireReceiptSignature(Receipt receipt, SessionPublicKey key, CheckList checks)
    {
        const string Expected = "a signature by the session key over the claim";
        Span<byte> hash = stackalloc byte[Sha384Digest.Size];
        hash = hash[..CoseSign1.HashToBeSigned(receipt.Algorithm.HashName(), receipt.Envelope.ProtectedHeader.Span, receipt.Envelope.Payload.Span, hash)];
        try
        {
            using var verifier = ECDsa.Create();
            verifier.ImportSubjectPublicKeyInfo(key.SubjectPublicKeyInfo.Span, out _);
            return checks.Require(
                verifier.VerifyHash(hash, receipt.Envelope.Signature.Span, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
                Check.ReceiptSignature,
                Expected,
                "");
        }
        catch (CryptographicException)
        {
            checks.Fail(Check.ReceiptSignature, Expected, "a session key that is no point on its curve");
            return false;
        }
    }
}

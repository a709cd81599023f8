using Nitro.Attestation.Claims;
using Nitro.Attestation.Documents;

namespace Nitro.Verifier.Stages;

/// <summary>What the caller expects of the fields that an enclave chooses. Checks 651 to 653 and 724.</summary>
internal static class ExpectationStage
{
    /// <summary>Compares the three fields; without expectations the checks do not apply, since the links of evidence say what the fields must be.</summary>
    public static bool Run(UnverifiedDocument document, DocumentExpectations? expected, CheckList checks)
    {
        if (expected is null)
        {
            checks.Skip(Check.ExpectedNonce);
            checks.Skip(Check.ExpectedUserData);
            checks.Skip(Check.ExpectedPublicKey);
            return true;
        }

        return Require(document.Nonce, expected.Nonce, Check.ExpectedNonce, checks)
            && Require(document.UserData, expected.UserData, Check.ExpectedUserData, checks)
            && Require(document.PublicKey, expected.PublicKey, Check.ExpectedPublicKey, checks);
    }

    /// <summary>A claim's nonce cannot be null: none sent is none in it.</summary>
    public static bool RunClaimNonce(Claim claim, ByteExpectation expected, CheckList checks) =>
        Require(claim.Nonce.IsEmpty && !expected.IsExact ? default(ReadOnlyMemory<byte>?) : claim.Nonce, expected, Check.ClaimNonce, checks);

    private static bool Require(ReadOnlyMemory<byte>? found, ByteExpectation expected, Check check, CheckList checks)
    {
        if (expected.IsWaived)
        {
            checks.Waive(check, "AnyUnsafe");
            return true;
        }

        return checks.Require(expected.IsMetBy(found), check, () => (expected.Describe(), ByteExpectation.Describe(found)));
    }
}

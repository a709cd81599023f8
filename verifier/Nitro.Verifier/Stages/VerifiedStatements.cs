using Nitro.Attestation.Claims;

namespace Nitro.Verifier.Stages;

/// <summary>What is signed, now known to be: the claim, and for session evidence the session statement.</summary>
internal sealed record VerifiedStatements(Claim Claim, SessionStatement? Session);

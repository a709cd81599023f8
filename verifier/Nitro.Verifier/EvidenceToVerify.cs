using Nitro.Attestation.EvidenceFiles;

namespace Nitro.Verifier;

/// <summary>One piece of evidence of many.</summary>
/// <param name="Evidence">The content of an evidence file.</param>
/// <param name="Expected">What the caller asked, with which nonce, and what it was answered.</param>
public sealed record EvidenceToVerify(Evidence Evidence, EvidenceExpectations Expected);

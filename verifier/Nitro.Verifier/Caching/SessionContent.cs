using Nitro.Attestation.Claims;

namespace Nitro.Verifier.Caching;

/// <summary>What a session document says of its session; no verifier when its key is no point on its curve.</summary>
internal sealed record SessionContent(SessionStatement Statement, SessionPublicKey PublicKey, ReceiptVerifier? Verifier);

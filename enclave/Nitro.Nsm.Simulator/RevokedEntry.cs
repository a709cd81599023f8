namespace Nitro.Nsm.Simulator;

/// <summary>One entry of a revocation list.</summary>
/// <param name="SerialNumber">The certificate's serial number, content octets.</param>
/// <param name="RevokedAt">When it was revoked, to the second.</param>
/// <param name="Reason">CRLReason (RFC 5280, section 5.3.1); null to leave the extension out.</param>
/// <param name="InvalidSince">invalidityDate; null to leave the extension out.</param>
public sealed record RevokedEntry(ReadOnlyMemory<byte> SerialNumber, DateTimeOffset RevokedAt, int? Reason = null, DateTimeOffset? InvalidSince = null);

namespace Nitro.Verifier.RevocationLists;

/// <summary>One entry of a revocation list (RFC 5280 section 5.3). Immutable.</summary>
/// <param name="SerialNumber">The certificate's serial number, upper-case hex of its DER content octets. With the list's issuer it names the certificate.</param>
/// <param name="RevokedAt">When the issuer revoked it.</param>
/// <param name="Reason">Why.</param>
/// <param name="InvalidSince">When it became bad in the issuer's opinion (invalidityDate); null when the list does not say.</param>
public sealed record RevokedCertificate(string SerialNumber, DateTimeOffset RevokedAt, CertificateRevocationReason Reason, DateTimeOffset? InvalidSince);

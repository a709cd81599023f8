namespace Nitro.Verifier.RevocationLists;

/// <summary>Why a certificate was revoked: CRLReason (RFC 5280 section 5.3.1), by its numbers.</summary>
public enum CertificateRevocationReason
{
    /// <summary>No reason given, in so many words or by leaving it out: treated as a compromise.</summary>
    Unspecified = 0,

    /// <summary>The certificate's private key is, or may be, in other hands.</summary>
    KeyCompromise = 1,

    /// <summary>An authority's private key is, or may be, in other hands.</summary>
    CaCompromise = 2,

    /// <summary>The subject's name or other data changed; nothing says that the key is in other hands.</summary>
    AffiliationChanged = 3,

    /// <summary>Another certificate takes its place; nothing says that the key is in other hands.</summary>
    Superseded = 4,

    /// <summary>It is no longer needed; nothing says that the key is in other hands.</summary>
    CessationOfOperation = 5,

    /// <summary>On hold: treated as a compromise as long as the list says so.</summary>
    CertificateHold = 6,

    /// <summary>A privilege was withdrawn: treated as a compromise.</summary>
    PrivilegeWithdrawn = 9,

    /// <summary>An attribute authority's key is, or may be, in other hands.</summary>
    AaCompromise = 10,
}

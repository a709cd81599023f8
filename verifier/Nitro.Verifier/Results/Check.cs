namespace Nitro.Verifier;

/// <summary>
/// Every check of the verifier, in the order in which they are made. The numbers are append-only: nodes persist them, and docs/verification.md lists each
/// with its source, what passes and what fails.
/// </summary>
public enum Check
{
    /// <summary>The document has 1 to 16,384 bytes (AWS attestation_process).</summary>
    DocumentSize = 101,

    /// <summary>The document is one COSE_Sign1, untagged or with tag 18, in shortest form, with nothing after it (RFC 9052 section 4.2).</summary>
    CoseStructure = 102,

    /// <summary>The protected header is exactly {1: -35}, ES384.</summary>
    ProtectedHeader = 103,

    /// <summary>The unprotected header is empty.</summary>
    UnprotectedHeader = 104,

    /// <summary>The signature has 96 bytes.</summary>
    SignatureLength = 105,

    /// <summary>The payload is one map of known keys, each once, in shortest form.</summary>
    PayloadStructure = 201,

    /// <summary>The document is an enclave's, not a NitroTPM's.</summary>
    EnclaveDocument = 202,

    /// <summary>The six mandatory keys are there.</summary>
    MandatoryKeys = 203,

    /// <summary>module_id is text of 1 to 255 bytes.</summary>
    ModuleId = 204,

    /// <summary>digest is "SHA384".</summary>
    DigestAlgorithm = 205,

    /// <summary>timestamp is milliseconds since 1970, above 0.</summary>
    Timestamp = 206,

    /// <summary>pcrs holds 1 to 32 values of 48 bytes at indices 0 to 31.</summary>
    Pcrs = 207,

    /// <summary>certificate has 1 to 1024 bytes.</summary>
    CertificateLength = 208,

    /// <summary>cabundle holds certificates of 1 to 1024 bytes.</summary>
    Cabundle = 209,

    /// <summary>public_key is null or has at most 1024 bytes.</summary>
    PublicKeyLength = 210,

    /// <summary>user_data is null or has at most 1024 bytes.</summary>
    UserDataLength = 211,

    /// <summary>nonce is null or has at most 1024 bytes.</summary>
    NonceLength = 212,

    /// <summary>The bundle has as many certificates as the profile says: four.</summary>
    BundleLength = 301,

    /// <summary>The bundle's first certificate is, byte for byte, a pinned trust anchor.</summary>
    TrustAnchor = 302,

    /// <summary>Every certificate is strict DER (X.690) of an X.509 version 3 certificate (RFC 5280 section 4.1).</summary>
    CertificateEncoding = 303,

    /// <summary>Every key is on P-384 and every signature ecdsa-with-SHA384 (RFC 5758 section 3.2).</summary>
    CertificateAlgorithms = 304,

    /// <summary>No extension twice, no unknown critical one (RFC 5280 section 4.2).</summary>
    CertificateExtensions = 305,

    /// <summary>Issuers are CAs within their path length; the leaf is none (RFC 5280 section 4.2.1.9).</summary>
    BasicConstraints = 306,

    /// <summary>Issuers may sign certificates, the leaf may sign data (RFC 5280 section 4.2.1.3).</summary>
    KeyUsage = 307,

    /// <summary>Every issuer name is the subject name above it, byte for byte (RFC 5280 section 6.1.3 (a)(4)).</summary>
    NameChaining = 308,

    /// <summary>Authority and subject key identifiers agree where both are there (RFC 5280 section 4.2.1.1).</summary>
    KeyIdentifiers = 309,

    /// <summary>Every certificate, the root too, is valid at the document's own time (RFC 5280 section 6.1.3 (a)(2)).</summary>
    ValidityPeriod = 310,

    /// <summary>Every certificate is signed by the one above it (RFC 5280 section 6.1.3 (a)(1)).</summary>
    CertificateSignature = 311,

    /// <summary>The chain keeps what all of AWS's chains keep: leaf name, instance, region.</summary>
    CertificateProfile = 312,

    /// <summary>Every revocation list is strict DER of an X.509 version 2 list, signed with ecdsa-with-SHA384 (RFC 5280 section 5.1).</summary>
    RevocationListEncoding = 321,

    /// <summary>No revocation list is a delta, an indirect or a partial one, or has an unknown critical extension (RFC 5280 section 5.2).</summary>
    RevocationListExtensions = 322,

    /// <summary>Of the lists of an issuer in the chain, one at least is in time (RFC 5280 sections 5.1.2.4 and 5.1.2.5).</summary>
    RevocationListTime = 323,

    /// <summary>Every list of an issuer in the chain is signed by that issuer, which may sign lists (RFC 5280 section 6.3.3 (f) and (g)).</summary>
    RevocationListSignature = 324,

    /// <summary>The levels for which the policy requires a list have one that speaks for the certificate.</summary>
    RevocationListCoverage = 325,

    /// <summary>No certificate of the chain is revoked by a list (RFC 5280 section 6.3.3).</summary>
    CertificateRevocation = 326,

    /// <summary>The document is signed by its leaf certificate's key (RFC 9052 section 4.4).</summary>
    DocumentSignature = 401,

    /// <summary>The document is not from after the present, or the witnessed time, beyond the clock skew.</summary>
    DocumentNotFromFuture = 501,

    /// <summary>Live only: the document is not older than the policy allows.</summary>
    DocumentAge = 502,

    /// <summary>PCR0, PCR1 and PCR2 are not zero, which they are in debug mode.</summary>
    DebugMode = 601,

    /// <summary>The PCRs are those of one release of the policy.</summary>
    Measurements = 602,

    /// <summary>The document's time lies within the release's validity window.</summary>
    ReleaseWindow = 603,

    /// <summary>Nothing that the document shows is on the policy's list of revocations.</summary>
    DocumentRevocation = 604,

    /// <summary>The document's nonce is the expected one.</summary>
    ExpectedNonce = 651,

    /// <summary>The document's user data is the expected one.</summary>
    ExpectedUserData = 652,

    /// <summary>The document's public key is the expected one.</summary>
    ExpectedPublicKey = 653,

    /// <summary>The kind of evidence is accepted, and not below the policy's least.</summary>
    EvidenceKind = 701,

    /// <summary>The receipt is one COSE_Sign1 over one claim, of the right content type.</summary>
    ReceiptStructure = 702,

    /// <summary>The manifest is a sorted list of models.</summary>
    ManifestStructure = 703,

    /// <summary>The configuration is a sorted list of settings.</summary>
    ConfigurationStructure = 704,

    /// <summary>Direct only: the document's user data is exactly one claim.</summary>
    ClaimStructure = 705,

    /// <summary>Session only: the document's user data is exactly one session statement.</summary>
    SessionStatement = 706,

    /// <summary>The document's public key is a session key.</summary>
    SessionKey = 707,

    /// <summary>The digest of the document's public key is the claim's session.</summary>
    SessionKeyDigest = 708,

    /// <summary>Session only: the receipt is signed with the session's algorithm.</summary>
    SessionAlgorithm = 709,

    /// <summary>Session only: the receipt is signed by the session key.</summary>
    ReceiptSignature = 710,

    /// <summary>Direct only: the document's nonce is the claim's.</summary>
    DocumentNonce = 711,

    /// <summary>Session only: the manifest's digest is the session's.</summary>
    ManifestDigest = 712,

    /// <summary>PCR16 was extended once, with the manifest's digest.</summary>
    ManifestPcr = 713,

    /// <summary>Session only: the configuration's digest is the session's.</summary>
    ConfigurationDigest = 714,

    /// <summary>PCR17 was extended once, with the configuration's digest.</summary>
    ConfigurationPcr = 715,

    /// <summary>The claim's model is in the manifest, under the name and version that the caller asked for.</summary>
    ModelInManifest = 716,

    /// <summary>The policy allows the model.</summary>
    ModelAllowed = 717,

    /// <summary>The policy allows the configuration.</summary>
    ConfigurationAllowed = 718,

    /// <summary>The input's digest, computed anew, is the claim's.</summary>
    InputDigest = 719,

    /// <summary>The output's digest, computed anew, is the claim's.</summary>
    OutputDigest = 720,

    /// <summary>The claim was issued in the time for which its document vouches.</summary>
    IssuedWithinDocument = 721,

    /// <summary>Session only: the session was not older than the policy allows when the claim was issued.</summary>
    SessionAge = 722,

    /// <summary>The claim is not from after the present, or the witnessed time, beyond the clock skew.</summary>
    IssuedNotInFuture = 723,

    /// <summary>The claim's nonce is the expected one.</summary>
    ClaimNonce = 724,

    /// <summary>Nothing that the claim shows is on the policy's list of revocations.</summary>
    ClaimRevocation = 725,
}

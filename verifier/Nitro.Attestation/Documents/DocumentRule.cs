namespace Nitro.Attestation.Documents;

/// <summary>The rules that bytes must keep to be an attestation document at all, in the order in which they are looked at.</summary>
public enum DocumentRule
{
    /// <summary>1 to <see cref="UnverifiedDocument.MaximumSize"/> bytes.</summary>
    Size = 1,

    /// <summary>A COSE_Sign1, untagged or with CBOR tag 18, in shortest form, with nothing after it (RFC 9052 section 4.2).</summary>
    CoseStructure,

    /// <summary>The protected header is exactly {1: -35}, ES384 (AWS attestation_process, "COSE and CBOR").</summary>
    ProtectedHeader,

    /// <summary>The unprotected header is an empty map.</summary>
    UnprotectedHeader,

    /// <summary>The signature has 96 bytes.</summary>
    SignatureLength,

    /// <summary>The payload is one map, definite or indefinite, of known keys, each once, in shortest form, with nothing after it.</summary>
    PayloadStructure,

    /// <summary>The document speaks of an enclave and not of a NitroTPM.</summary>
    EnclaveDocument,

    /// <summary>The six mandatory keys are all there (AWS attestation_process, "Attestation document specification").</summary>
    MandatoryKeys,

    /// <summary>module_id is text of 1 to 255 bytes.</summary>
    ModuleId,

    /// <summary>digest is "SHA384".</summary>
    DigestAlgorithm,

    /// <summary>timestamp is milliseconds since 1970, greater than 0 and within the calendar.</summary>
    Timestamp,

    /// <summary>pcrs has 1 to 32 entries with indices 0 to 31, each of 48 bytes, each once.</summary>
    Pcrs,

    /// <summary>certificate has 1 to 1024 bytes.</summary>
    CertificateLength,

    /// <summary>cabundle has 1 to <see cref="UnverifiedDocument.MaximumBundleLength"/> certificates of 1 to 1024 bytes each.</summary>
    Cabundle,

    /// <summary>public_key is null or has at most 1024 bytes.</summary>
    PublicKeyLength,

    /// <summary>user_data is null or has at most 1024 bytes.</summary>
    UserDataLength,

    /// <summary>nonce is null or has at most 1024 bytes.</summary>
    NonceLength,
}

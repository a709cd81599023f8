namespace Nitro.Nsm;

/// <summary>Sizes and counts of the NSM's interface.</summary>
public static class NsmLimits
{
    /// <summary>Bytes of the longest request: NSM_REQUEST_MAX_SIZE in Linux's include/uapi/linux/nsm.h.</summary>
    public const int MaximumRequestLength = 0x1000;

    /// <summary>Bytes of the longest response: NSM_RESPONSE_MAX_SIZE in Linux's include/uapi/linux/nsm.h.</summary>
    public const int MaximumResponseLength = 0x3000;

    /// <summary>Bytes of the longest public key to ask for (AWS, attestation_process.md, section 3.2.2.2).</summary>
    public const int MaximumPublicKeyLength = 1024;

    /// <summary>Bytes of the longest user data to ask for (AWS, attestation_process.md, section 3.2.2.2).</summary>
    public const int MaximumUserDataLength = 512;

    /// <summary>Bytes of the longest nonce to ask for (AWS, attestation_process.md, section 3.2.2.2).</summary>
    public const int MaximumNonceLength = 512;

    /// <summary>Platform configuration registers: indices 0 to 31 (AWS, attestation_process.md, section 2.2).</summary>
    public const int PcrCount = 32;

    /// <summary>Registers 0 to 15 are locked before the enclave starts; 16 to 31 are the enclave's own.</summary>
    public const int PcrsLockedAtBoot = 16;

    /// <summary>Bytes of a register: a SHA-384 digest.</summary>
    public const int PcrLength = 48;
}

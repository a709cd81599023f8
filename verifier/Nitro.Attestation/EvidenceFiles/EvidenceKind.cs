namespace Nitro.Attestation.EvidenceFiles;

/// <summary>Who signed the claim that an evidence file carries; a higher value is the stronger kind.</summary>
public enum EvidenceKind
{
    /// <summary>The session key signed the claim (a receipt); the NSM signed the session document that vouches for the key.</summary>
    Session = 1,

    /// <summary>The NSM signed the claim itself, as user_data of a document of its own.</summary>
    Direct = 3,
}

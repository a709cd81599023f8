namespace Nitro.OpenInference;

/// <summary>What evidence a caller wants in the answer itself.</summary>
public enum EvidenceRequest
{
    /// <summary>None in the body: the receipt comes in a header all the same.</summary>
    None,

    /// <summary>The receipt and the session document.</summary>
    Session,

    /// <summary>A document of the NSM over the claim itself.</summary>
    Direct,
}

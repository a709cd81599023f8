namespace Nitro.Nsm.Simulator;

/// <summary>The place of a certificate in AWS's chain, root first: the order of a document's cabundle, then its certificate.</summary>
public enum CertificateLevel
{
    /// <summary>The root, <c>aws.nitro-enclaves</c>.</summary>
    Root = 0,

    /// <summary>A region's authority.</summary>
    Regional = 1,

    /// <summary>An availability zone's authority.</summary>
    Zonal = 2,

    /// <summary>An instance's authority.</summary>
    Instance = 3,

    /// <summary>The enclave's certificate, whose key signs the document.</summary>
    Leaf = 4,
}

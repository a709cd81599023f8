namespace Nitro.Verifier.Certificates;

/// <summary>Which invariants beyond RFC 5280 a path is held to. Append-only: a new shape of AWS's chains is a new value.</summary>
internal enum CertificateProfile
{
    /// <summary>
    /// None: RFC 5280 and the algorithms only. The document's module id is then not compared with anything, so a leaf of one instance
    /// can sign for another one's module id.
    /// </summary>
    NoneUnsafe = 0,

    /// <summary><see cref="AwsCertificateProfile"/>, version 1.</summary>
    AwsV1 = 1,
}

namespace Nitro.Verifier.Certificates;

/// <summary>Which extensions a certificate has.</summary>
[Flags]
internal enum ExtensionKinds
{
    None = 0,
    BasicConstraints = 1,
    KeyUsage = 2,
    SubjectKeyIdentifier = 4,
    AuthorityKeyIdentifier = 8,
    CrlDistributionPoints = 16,

    /// <summary>One or more that this verifier does not know, none of them critical.</summary>
    Others = 32,
}

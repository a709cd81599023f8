namespace Nitro.Eif.Signing;

/// <summary>What was found about an image's signature. Immutable.</summary>
/// <param name="SignatureHolds">The certificate's key made the signature.</param>
/// <param name="RegisterMatches">It is about PCR0, and about the PCR0 that was measured.</param>
/// <param name="CertificateIsValid">The moment that was asked about lies in the certificate's validity, its ends included.</param>
public sealed record EifSignatureResult(bool SignatureHolds, bool RegisterMatches, bool CertificateIsValid)
{
    /// <summary>All of it. That says nothing about who holds the key: compare PCR8, or the certificate, with the one you expect.</summary>
    public bool IsVerified => SignatureHolds && RegisterMatches && CertificateIsValid;
}

namespace Nitro.Verifier.Certificates;

/// <summary>One extension as it stands in a certificate (RFC 5280 4.1), its value not yet looked into.</summary>
/// <param name="Identifier">Where its object identifier lies.</param>
/// <param name="Critical">Whether it is marked critical.</param>
/// <param name="Value">Where the OCTET STRING lies whose content is the value.</param>
internal readonly record struct CertificateExtension(DerValue Identifier, bool Critical, DerValue Value);

using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.Tests.Certificates;

/// <summary>One kind of chain that the product refuses and another implementation accepts.</summary>
/// <param name="Rule">The rule that refuses it here.</param>
/// <param name="Place">The part of the certificate that the refusal names; null where the rule looks at no single part.</param>
/// <param name="Oracles">Who accepts it.</param>
/// <param name="Reason">Why the product does not.</param>
internal sealed record OracleDisagreement(CertificateRule Rule, string? Place, Oracles Oracles, string Reason)
{
    /// <summary>The rule and the place in one word.</summary>
    public string Key => Place is null ? $"{Rule}" : $"{Rule}, {Place}";

    /// <summary>
    /// The key of a refusal. The rules that read what is inside a certificate name the part before a colon; parts that are alike count
    /// as one, and a length that is not in its shortest form is the same defect wherever it stands.
    /// </summary>
    public static string KeyOf(CertificateDefect defect)
    {
        if (defect.Rule is < CertificateRule.CertificateEncoding or > CertificateRule.CertificateExtensions)
        {
            return $"{defect.Rule}";
        }

        if (defect.Expected.EndsWith(": a length in its shortest form", StringComparison.Ordinal)
            || defect.Expected.Contains(": a definite length", StringComparison.Ordinal))
        {
            return $"{defect.Rule}, any length";
        }

        var place = defect.Expected.Split(": ")[0].Split(" at byte ")[0].Split('.')[0];
        return $"{defect.Rule}, {(defect.Rule, place) switch
        {
            (_, "issuer" or "subject") => "names",
            (_, "notBefore" or "notAfter") => "times",
            (CertificateRule.CertificateAlgorithms, "signatureAlgorithm" or "tbsCertificate") => "signature algorithms",
            _ => place,
        }}";
    }
}

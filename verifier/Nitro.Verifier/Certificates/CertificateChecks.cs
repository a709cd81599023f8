using System.Security.Cryptography.X509Certificates;
using Nitro.Attestation;

namespace Nitro.Verifier.Certificates;

/// <summary>The rules that look at one certificate by itself. Each returns what is wrong, or null.</summary>
internal static class CertificateChecks
{
    private const X509KeyUsageFlags SignsForOthers = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign;

    /// <summary>RFC 5280 4.1.</summary>
    public static CertificateDefect? CheckEncoding(int level, ReadOnlyMemory<byte> der, out Certificate? certificate) =>
        Certificate.TryRead(der, out certificate, out var error) ? null : Defect(CertificateRule.CertificateEncoding, level, error!);

    /// <summary>RFC 5280 4.1.1.2 and 4.1.2.3, RFC 5480 2, RFC 5758 3.2.</summary>
    public static CertificateDefect? CheckAlgorithms(int level, Certificate certificate) =>
        CertificateAlgorithms.Check(certificate) is { } error ? Defect(CertificateRule.CertificateAlgorithms, level, error) : null;

    /// <summary>RFC 5280 4.2.</summary>
    public static CertificateDefect? CheckExtensions(int level, Certificate certificate, out CertificateExtensions? extensions) =>
        CertificateExtensions.TryRead(certificate, out extensions, out var error)
            ? null
            : Defect(CertificateRule.CertificateExtensions, level, error!);

    /// <summary>
    /// RFC 5280 6.1.4 k to m: an authority, marked critically (4.2.1.9), with room for those that follow. A certificate whose issuer is
    /// its own subject would not count in RFC 5280; here it does, and the names refuse it.
    /// </summary>
    public static CertificateDefect? CheckIssuerConstraints(int level, CertificateExtensions extensions, int authoritiesBelow)
    {
        if (extensions.BasicConstraints is not { Critical: true, IsAuthority: true } constraints)
        {
            var found = extensions.BasicConstraints?.ToString() ?? "no basicConstraints";
            return new(CertificateRule.BasicConstraints, level, "basicConstraints critical, cA TRUE", found);
        }

        return constraints.PathLength is { } limit && authoritiesBelow > limit
            ? new(CertificateRule.BasicConstraints, level, $"at most {limit} authorities below (pathLenConstraint)", $"{authoritiesBelow}")
            : null;
    }

    /// <summary>RFC 5280 4.2.1.9: a certificate without basicConstraints, or with cA FALSE, is not an authority's.</summary>
    public static CertificateDefect? CheckLeafConstraints(int level, CertificateExtensions extensions) =>
        extensions.BasicConstraints is { IsAuthority: true } constraints
            ? new(CertificateRule.BasicConstraints, level, "no authority: basicConstraints absent or cA FALSE", $"{constraints}")
            : null;

    /// <summary>RFC 5280 6.1.4 n, and 4.2.1.3, which asks authorities to include the extension.</summary>
    public static CertificateDefect? CheckIssuerKeyUsage(int level, CertificateExtensions extensions) =>
        extensions.KeyUsage is { } usage && usage.Usages.HasFlag(X509KeyUsageFlags.KeyCertSign)
            ? null
            : new(CertificateRule.KeyUsage, level, "keyUsage with keyCertSign", Text(extensions.KeyUsage));

    /// <summary>RFC 5280 4.2.1.3: the leaf's key signs data, and neither certificates nor revocation lists.</summary>
    public static CertificateDefect? CheckLeafKeyUsage(int level, CertificateExtensions extensions)
    {
        const string Expected = "keyUsage with digitalSignature, without keyCertSign and cRLSign";
        var usages = extensions.KeyUsage?.Usages ?? X509KeyUsageFlags.None;
        return usages.HasFlag(X509KeyUsageFlags.DigitalSignature) && (usages & SignsForOthers) == 0
            ? null
            : new(CertificateRule.KeyUsage, level, Expected, Text(extensions.KeyUsage));
    }

    /// <summary>RFC 5280 4.1.2.5 and 6.1.3 a 2: both ends belong to the period. A millisecond after notAfter is outside.</summary>
    public static CertificateDefect? CheckValidityPeriod(int level, Certificate certificate, long milliseconds)
    {
        if (milliseconds >= certificate.NotBefore && milliseconds <= certificate.NotAfter)
        {
            return null;
        }

        var period = $"a time from {CertificateTime.Text(certificate.NotBefore)} to {CertificateTime.Text(certificate.NotAfter)}";
        return new(CertificateRule.ValidityPeriod, level, period, CertificateTime.Text(milliseconds));
    }

    private static CertificateDefect Defect(CertificateRule rule, int level, FormatError error)
    {
        var place = error.Offset < 0 ? error.Where : $"{error.Where} at byte {error.Offset}";
        return new(rule, level, $"{place}: {error.Expected}", error.Found);
    }

    private static string Text(KeyUsage? usage) => usage is { } present ? $"keyUsage {present}" : "no keyUsage";
}

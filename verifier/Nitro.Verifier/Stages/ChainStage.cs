using Nitro.Attestation.Documents;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.Stages;

/// <summary>Cabundle and certificate → a path to a pinned root, valid at the document's own time. Checks 301 to 312.</summary>
internal static class ChainStage
{
    /// <summary>The check for each rule, in the rules' order.</summary>
    private static readonly Check[] Order =
    [
        Check.BundleLength, Check.TrustAnchor, Check.CertificateEncoding, Check.CertificateAlgorithms, Check.CertificateExtensions, Check.BasicConstraints,
        Check.KeyUsage, Check.NameChaining, Check.KeyIdentifiers, Check.ValidityPeriod, Check.CertificateSignature, Check.CertificateProfile,
    ];

    public static ValidatedPath? Run(UnverifiedDocument document, CertificatePathValidator validator, VerificationPolicy policy, CheckList checks)
    {
        if (!validator.TryValidate(document.CabundleSpan, document.Certificate, document.ModuleId, document.TimestampMs, out var path, out var defect))
        {
            var failed = (int)defect.Rule - (int)CertificateRule.BundleLength;
            checks.PassAll(Order.AsSpan(0, failed));
            checks.Fail(Order[failed], $"{Place(defect.Level)}{defect.Expected}", defect.Found);
            return null;
        }

        checks.PassAll(Order.AsSpan(0, Order.Length - 1));
        if (policy.Settings.NoCertificateProfileUnsafe)
        {
            checks.Waive(Check.CertificateProfile, "noCertificateProfileUnsafe");
        }
        else
        {
            checks.Pass(Check.CertificateProfile);
        }

        return path;
    }

    private static string Place(int level) => level == CertificateDefect.NoLevel ? "" : FormattableString.Invariant($"certificate level {level}: ");
}

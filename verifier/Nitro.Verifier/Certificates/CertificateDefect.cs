namespace Nitro.Verifier.Certificates;

/// <summary>Why a certificate path is refused. All rules before <paramref name="Rule"/> hold, and none after it was looked at.</summary>
/// <param name="Rule">The rule that does not hold.</param>
/// <param name="Level">The certificate at fault, 0 for the root, or <see cref="NoLevel"/>.</param>
/// <param name="Expected">What the rule asks for.</param>
/// <param name="Found">What was there instead. Safe to print, whatever the certificate holds.</param>
internal sealed record CertificateDefect(CertificateRule Rule, int Level, string Expected, string Found)
{
    /// <summary>The <see cref="Level"/> of a defect of the bundle as a whole.</summary>
    public const int NoLevel = -1;
}

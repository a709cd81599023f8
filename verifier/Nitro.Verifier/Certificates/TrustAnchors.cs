namespace Nitro.Verifier.Certificates;

/// <summary>
/// AWS's published root certificates, embedded in this assembly and pinned by their SHA-256. Thread-safe. When an embedded certificate
/// does not have its fingerprint, the assembly has been damaged, and the first use of this class throws.
/// </summary>
public static class TrustAnchors
{
    internal const string AwsName = "aws";

    internal const string AwsUsGovName = "aws-us-gov";

    /// <summary>Printed by AWS: EC2's documentation, "Verifying the root of trust".</summary>
    internal const string AwsNitroEnclavesG1Fingerprint = "641A0321A3E244EFE456463195D606317ED7CDCC3C1756E09893F3C68F79BB5B";

    /// <summary>Computed from the certificate; AWS prints none.</summary>
    internal const string AwsUsGovFingerprint = "20BCD30A3E168EA03789E1C45912BC123C4DE3C977B8A6E1C125C7929D668B3B";

    /// <summary>
    /// AWS Nitro Enclaves Root G1, CN aws.nitro-enclaves, valid from 2019-10-28 to 2049-10-28: the root of every document measured so
    /// far. SHA-256 641A0321A3E244EFE456463195D606317ED7CDCC3C1756E09893F3C68F79BB5B, as AWS prints it.
    /// </summary>
    public static TrustAnchor AwsNitroEnclavesG1 { get; } =
        Load(AwsName, "aws-nitro-enclaves-root-g1.der", AwsNitroEnclavesG1Fingerprint);

    /// <summary>
    /// The root of the partition aws-us-gov (GovCloud), CN aws-us-gov.nitro-enclaves, valid from 2020-09-10 to 2050-09-10. Trusted only
    /// when asked for by name: AWS publishes the certificate in the GovCloud user guide but no fingerprint of it, so its SHA-256
    /// 20BCD30A3E168EA03789E1C45912BC123C4DE3C977B8A6E1C125C7929D668B3B is computed, with nothing of AWS's to compare it to.
    /// </summary>
    public static TrustAnchor AwsUsGov { get; } = Load(AwsUsGovName, "aws-us-gov-nitro-enclaves-root.der", AwsUsGovFingerprint);

    /// <summary>Reads an embedded certificate and holds it to its fingerprint.</summary>
    /// <exception cref="InvalidOperationException">There is no such resource, or its fingerprint is another one.</exception>
    internal static TrustAnchor Load(string name, string resource, string fingerprint)
    {
        using var stream = typeof(TrustAnchors).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The assembly lacks its embedded root certificate {resource}.");
        var der = new byte[stream.Length];
        stream.ReadExactly(der);

        // Under a neutral name first, so that a wrong certificate is reported by both fingerprints rather than by a reserved name.
        var anchor = TrustAnchor.FromCertificate(resource, der);
        return anchor.Fingerprint == fingerprint
            ? TrustAnchor.FromCertificate(name, der)
            : throw new InvalidOperationException(
                $"The assembly is damaged: its {resource} should have SHA-256 {fingerprint} and has {anchor.Fingerprint}.");
    }
}

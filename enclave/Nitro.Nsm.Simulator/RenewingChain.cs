namespace Nitro.Nsm.Simulator;

/// <summary>
/// The chain of one NSM over time. As on AWS, a certificate is renewed only when it is asked to sign and is too old by then: a document
/// asks the leaf, a new leaf asks the instance's authority, and so on up.
/// </summary>
/// <remarks>Not thread-safe; the NSM calls it under its own lock.</remarks>
internal sealed class RenewingChain(IssuedCertificate root, ChainIssuer issuer) : IDisposable
{
    private readonly Dictionary<CertificateLevel, IssuedCertificate> issued = [];

    /// <summary>The five certificates for a document made now, root first in the bundle; null outside the root's validity.</summary>
    public SimulatedChain? At(DateTimeOffset now)
    {
        if (!root.IsValidAt(now - AwsCertificateProfile.AuthorityBackdating)
            || !root.IsValidAt(now + AwsCertificateProfile.RegionalLifetime))
        {
            return null;
        }

        // A clock that was set back may find any level not yet valid. One that runs on, or ahead, finds old levels below old ones, and
        // renewal by age is enough: the sum of the ages below a level is less than its validity.
        if (issued.Values.Any(certificate => now < certificate.NotBefore))
        {
            Dispose();
            issued.Clear();
        }

        var leaf = Renewed(CertificateLevel.Leaf, now);
        return new SimulatedChain(
            root, issued[CertificateLevel.Regional], issued[CertificateLevel.Zonal], issued[CertificateLevel.Instance], leaf);
    }

    public void Dispose()
    {
        foreach (var certificate in issued.Values)
        {
            certificate.Dispose();
        }
    }

    private IssuedCertificate Renewed(CertificateLevel level, DateTimeOffset now)
    {
        if (level == CertificateLevel.Root)
        {
            return root;
        }

        if (issued.TryGetValue(level, out var current) && now - current.NotBefore < AwsCertificateProfile.RenewalAge(level))
        {
            return current;
        }

        var renewed = issuer.Issue(level, Renewed(level - 1, now), now);
        current?.Dispose();
        return issued[level] = renewed;
    }
}

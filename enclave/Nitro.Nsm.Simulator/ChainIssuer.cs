using System.Security.Cryptography;

namespace Nitro.Nsm.Simulator;

/// <summary>Issues the levels below a root for one enclave, one level at a time.</summary>
/// <param name="Region">The region in levels 1 to 4.</param>
/// <param name="ModuleId">The enclave's module id.</param>
/// <param name="Random">For serial numbers and names.</param>
/// <param name="Edit">Changes a template before it is signed.</param>
/// <param name="Keys">Makes a level's key; a new P-384 key where it is null.</param>
internal sealed record ChainIssuer(
    string Region,
    string ModuleId,
    RandomSource Random,
    Func<CertificateLevel, CertificateTemplate, CertificateTemplate>? Edit = null,
    Func<CertificateLevel, ECDsa>? Keys = null)
{
    public IssuedCertificate Issue(CertificateLevel level, IssuedCertificate issuer, DateTimeOffset issuedAt)
    {
        var key = Keys?.Invoke(level) ?? ECDsa.Create(ECCurve.NamedCurves.nistP384);
        try
        {
            var publicKey = key.ExportSubjectPublicKeyInfo();
            var template = level switch
            {
                CertificateLevel.Regional => AwsCertificateProfile.Regional(issuer, publicKey, Region, issuedAt, Random),
                CertificateLevel.Zonal => AwsCertificateProfile.Zonal(issuer, publicKey, Region, issuedAt, Random),
                CertificateLevel.Instance => AwsCertificateProfile.Instance(issuer, publicKey, Region, ModuleId, issuedAt, Random),
                CertificateLevel.Leaf => AwsCertificateProfile.Leaf(issuer, publicKey, Region, ModuleId, issuedAt),
                _ => throw new ArgumentOutOfRangeException(nameof(level), level, "A root is not issued by another certificate."),
            };
            return IssuedCertificate.Issue(level, Edit?.Invoke(level, template) ?? template, key, issuer);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }
}

using System.Security.Cryptography.X509Certificates;

namespace Nitro.Verifier.Tests.Certificates;

/// <summary>One kind of chain that the product accepts and another implementation refuses.</summary>
/// <param name="What">What is special about it.</param>
/// <param name="Oracles">Who refuses it.</param>
/// <param name="Applies">Whether a chain at a time (milliseconds since 1970) is of this kind.</param>
/// <param name="Reason">Why the product does not.</param>
internal sealed record OracleLeniency(string What, Oracles Oracles, Func<byte[][], long, bool> Applies, string Reason)
{
    private static readonly string[] Read =
    [
        TestCertificate.BasicConstraintsOid, TestCertificate.KeyUsageOid, TestCertificate.SubjectKeyIdentifierOid,
        TestCertificate.AuthorityKeyIdentifierOid,
        TestCertificate.CrlDistributionPointsOid,
    ];

    public static bool IsInLastSecond(byte[][] chain, long milliseconds) =>
        Any(chain, one => new DateTimeOffset(one.NotAfter).ToUnixTimeSeconds() == milliseconds / 1000);

    public static bool HasUnreadExtension(byte[][] chain, long milliseconds) =>
        Any(chain, one => one.Extensions.Any(extension => !extension.Critical && !Read.Contains(extension.Oid?.Value)));

    private static bool Any(byte[][] chain, Func<X509Certificate2, bool> holds) => Array.Exists(chain, der =>
    {
        using var certificate = X509CertificateLoader.LoadCertificate(der);
        return holds(certificate);
    });
}

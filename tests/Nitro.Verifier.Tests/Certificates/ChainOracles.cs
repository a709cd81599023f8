using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Pkix;
using Org.BouncyCastle.Utilities.Collections;
using Org.BouncyCastle.Utilities.Date;
using Org.BouncyCastle.X509;
using BouncyAnchor = Org.BouncyCastle.Pkix.TrustAnchor;

namespace Nitro.Verifier.Tests.Certificates;

/// <summary>What two implementations that are not ours say of a chain, root first and leaf last.</summary>
internal static class ChainOracles
{
    /// <summary>.NET's X509Chain, without downloads, revocation and the machine's stores.</summary>
    public static bool Dotnet(byte[][] chain, long milliseconds) => Dotnet(chain, chain[0], milliseconds);

    /// <summary>BouncyCastle's PKIX validation, without revocation.</summary>
    public static bool BouncyCastle(byte[][] chain, long milliseconds) => BouncyCastle(chain, chain[0], milliseconds);

    /// <summary>As <see cref="Dotnet(byte[][], long)"/>, trusting this root whatever the chain begins with.</summary>
    public static bool Dotnet(byte[][] chain, byte[] root, long milliseconds)
    {
        var certificates = new List<X509Certificate2>();
        try
        {
            certificates.AddRange(chain.Select(der => X509CertificateLoader.LoadCertificate(der)));
            using var trusted = X509CertificateLoader.LoadCertificate(root);
            using var builder = new X509Chain();
            builder.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            builder.ChainPolicy.CustomTrustStore.Add(trusted);
            builder.ChainPolicy.ExtraStore.AddRange(certificates.ToArray()[..^1]);
            builder.ChainPolicy.DisableCertificateDownloads = true;
            builder.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            builder.ChainPolicy.VerificationTimeIgnored = false;
            builder.ChainPolicy.VerificationTime = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime;
            return builder.Build(certificates[^1]);
        }
        catch (CryptographicException)
        {
            return false;
        }
        finally
        {
            certificates.ForEach(certificate => certificate.Dispose());
        }
    }

    /// <summary>As <see cref="BouncyCastle(byte[][], long)"/>, trusting this root whatever the chain begins with.</summary>
    public static bool BouncyCastle(byte[][] chain, byte[] root, long milliseconds)
    {
        try
        {
            var parser = new X509CertificateParser();
            var certificates = chain.Select(parser.ReadCertificate).ToArray();
            var parameters = new PkixParameters(new HashSet { new BouncyAnchor(parser.ReadCertificate(root), null) })
            {
                IsRevocationEnabled = false,
                Date = new DateTimeObject(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime),
            };
            new PkixCertPathValidator().Validate(new PkixCertPath(certificates[1..].Reverse().ToList()), parameters);
            return true;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // BouncyCastle refuses malformed certificates with exceptions of many types.
            return false;
        }
    }
}

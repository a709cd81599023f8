using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Nitro.Eif.Signing;

/// <summary>The first certificate of a PEM file, which is the one that AWS's tools take.</summary>
internal static class PemCertificate
{
    /// <exception cref="CryptographicException">There is none.</exception>
    public static X509Certificate2 Read(string pem)
    {
        for (var rest = pem.AsSpan(); PemEncoding.TryFind(rest, out var block); rest = rest[block.Location.End..])
        {
            if (rest[block.Label] is "CERTIFICATE")
            {
                var der = new byte[block.DecodedDataLength];
                if (Convert.TryFromBase64Chars(rest[block.Base64Data], der, out var length))
                {
                    return X509CertificateLoader.LoadCertificate(der.AsSpan(0, length));
                }
            }
        }

        throw new CryptographicException("no CERTIFICATE block in it");
    }
}

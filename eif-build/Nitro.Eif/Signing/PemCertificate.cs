using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Nitro.Eif.Signing;

/// <summary>
/// The first certificate of a PEM file, which is the one that AWS's tools take. Which one that is must not depend on who reads: OpenSSL also
/// takes blocks of the name X509 CERTIFICATE, GnuTLS in QEMU looks for the usual name first, .NET skips blocks that it cannot read. So the
/// file's first block has to be the certificate, and its content DER and nothing behind it.
/// </summary>
internal static class PemCertificate
{
    private const string Label = "CERTIFICATE", Begin = "-----BEGIN ";

    /// <exception cref="CryptographicException">There is none; the message says why.</exception>
    public static X509Certificate2 Read(string pem)
    {
        if (!PemEncoding.TryFind(pem, out var block) || pem.AsSpan(0, block.Location.Start.Value).Contains(Begin, StringComparison.Ordinal))
        {
            throw new CryptographicException("no CERTIFICATE block in it, or a damaged block first");
        }

        if (pem[block.Label] != Label)
        {
            throw new CryptographicException($"no {Label} block first but \"{pem[block.Label]}\"");
        }

        var der = Convert.FromBase64String(pem[block.Base64Data]);
        var certificate = X509CertificateLoader.LoadCertificate(der);
        if (certificate.RawData.AsSpan().SequenceEqual(der))
        {
            return certificate;
        }

        certificate.Dispose();
        throw new CryptographicException("its certificate is not DER, or has bytes behind it");
    }

    /// <summary>The labels of a file's blocks, for a message; what is in them is nobody's business.</summary>
    public static string Blocks(string pem)
    {
        var labels = new List<string>();
        for (var rest = pem.AsSpan(); PemEncoding.TryFind(rest, out var block); rest = rest[block.Location.End..])
        {
            labels.Add($"a block \"{rest[block.Label]}\"");
        }

        return labels.Count == 0 ? "no PEM block" : string.Join(", ", labels.Take(4));
    }

    /// <summary>The label of a block that is no certificate, if the file has one.</summary>
    public static bool HoldsSomethingElse(string pem, [NotNullWhen(true)] out string? label)
    {
        for (var rest = pem.AsSpan(); PemEncoding.TryFind(rest, out var block); rest = rest[block.Location.End..])
        {
            if (rest[block.Label] is not Label)
            {
                label = rest[block.Label].ToString();
                return true;
            }
        }

        label = null;
        return false;
    }

    /// <summary>
    /// The two times of a certificate (RFC 5280 section 4.1.2.5), read here because .NET gives them in the machine's time zone, in which the
    /// last moment of the year 9999 is another one.
    /// </summary>
    /// <exception cref="AsnContentException">They are not DER.</exception>
    public static (DateTimeOffset NotBefore, DateTimeOffset NotAfter) Validity(ReadOnlyMemory<byte> der)
    {
        var certificate = new AsnReader(der, AsnEncodingRules.DER).ReadSequence().ReadSequence();
        if (certificate.PeekTag() == new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true))
        {
            certificate.ReadEncodedValue();
        }

        certificate.ReadInteger();
        certificate.ReadSequence();
        certificate.ReadSequence();
        var validity = certificate.ReadSequence();
        return (Time(validity), Time(validity));

        static DateTimeOffset Time(AsnReader reader) => reader.PeekTag() == Asn1Tag.UtcTime ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();
    }
}

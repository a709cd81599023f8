using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Nitro.Verifier.Certificates;

/// <summary>
/// The least certificate that holds a key of one curve: it says nothing else that matters, and nobody verifies it. It is how a key reaches the platform
/// without the multiplication that importing it any other way costs. Immutable and thread-safe.
/// </summary>
internal sealed class CertificateWrapper
{
    private readonly byte[] _template;
    private readonly int _pointOffset;

    /// <summary>A wrapper for keys of a curve.</summary>
    /// <param name="curve">The curve's object identifier.</param>
    /// <param name="pointLength">Octets of an uncompressed point.</param>
    public CertificateWrapper(string curve, int pointLength)
    {
        var placeholder = new byte[pointLength];
        placeholder.AsSpan().Fill(0xFF);
        _template = Encode(curve, placeholder);
        _pointOffset = _template.AsSpan().IndexOf(placeholder);
    }

    /// <summary>Loads a key.</summary>
    /// <param name="point">An uncompressed point, known to lie on the curve.</param>
    /// <returns>The key, which the caller disposes; null when the platform refuses it.</returns>
    public ECDsa? Load(ReadOnlySpan<byte> point)
    {
        Span<byte> certificate = stackalloc byte[_template.Length];
        _template.CopyTo(certificate);
        point.CopyTo(certificate[_pointOffset..]);
        try
        {
            using var loaded = X509CertificateLoader.LoadCertificate(certificate);
            return loaded.GetECDsaPublicKey();
        }
        catch (CryptographicException)
        {
            // A point of the curve is a key everywhere. Where it is not, nothing can be verified, and the answer is no.
            return null;
        }
    }

    private static byte[] Encode(string curve, byte[] point)
    {
        const string EcdsaWithSha384 = "1.2.840.10045.4.3.3";
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteInteger(1);
                WriteAlgorithm(writer, EcdsaWithSha384);
                WriteName(writer);
                using (writer.PushSequence())
                {
                    writer.WriteUtcTime(DateTimeOffset.UnixEpoch);
                    writer.WriteUtcTime(DateTimeOffset.UnixEpoch);
                }

                WriteName(writer);
                using (writer.PushSequence())
                {
                    WriteAlgorithm(writer, "1.2.840.10045.2.1", curve);
                    writer.WriteBitString(point);
                }
            }

            WriteAlgorithm(writer, EcdsaWithSha384);
            writer.WriteBitString([0]);
        }

        return writer.Encode();
    }

    private static void WriteAlgorithm(AsnWriter writer, params ReadOnlySpan<string> identifiers)
    {
        using (writer.PushSequence())
        {
            foreach (var identifier in identifiers)
            {
                writer.WriteObjectIdentifier(identifier);
            }
        }
    }

    private static void WriteName(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            using (writer.PushSetOf())
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier("2.5.4.3");
                    writer.WriteCharacterString(UniversalTagNumber.UTF8String, "key");
                }
            }
        }
    }
}

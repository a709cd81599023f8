using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Nitro.Verifier.Certificates;

/// <summary>
/// A P-384 public key in the platform's hands, ready to verify ECDSA signatures over SHA-384. Not thread-safe: .NET promises nothing for
/// one ECDsa object in several threads. Disposing frees the key. The only place where certificates meet the platform's cryptography.
/// </summary>
/// <remarks>
/// The key is handed to the platform inside a certificate of our own making (<see cref="Wrapper"/>). Importing it as parameters or as
/// SubjectPublicKeyInfo costs 650 µs with OpenSSL 3.0, more than a verification (450 µs), because it then multiplies the point by the
/// curve's order. Read from a certificate it costs 100 µs, and that multiplication can tell nothing that
/// <see cref="P384.IsUncompressedPoint"/> has not: the cofactor is 1. A certificate of our own, rather than the genuine one, is a little
/// faster, allocates less, and keeps the verdict free of what a platform's X.509 parser thinks of the genuine one's other fields.
/// </remarks>
internal sealed class PlatformKey : IDisposable
{
    /// <summary>Octets of an ES384 signature: r and s (RFC 9053 2.1, IEEE P1363).</summary>
    public const int FixedSignatureLength = 2 * P384.FieldLength;

    private static readonly byte[] Wrapper = MakeWrapper(out PointOffset);

    /// <summary>Where the point lies in <see cref="Wrapper"/>.</summary>
    private static readonly int PointOffset;

    private readonly ECDsa _key;

    private PlatformKey(ECDsa key)
    {
        _key = key;
    }

    /// <summary>Makes a key from an uncompressed point.</summary>
    /// <param name="point"><see cref="P384.PointLength"/> bytes.</param>
    /// <param name="key">The key, null when the bytes are not a point of the curve or the platform refuses it.</param>
    public static bool TryLoad(ReadOnlySpan<byte> point, [NotNullWhen(true)] out PlatformKey? key)
    {
        key = null;

        // The platform's own check is another one: OpenSSL, for instance, takes points in hybrid form too.
        if (!P384.IsUncompressedPoint(point))
        {
            return false;
        }

        Span<byte> certificate = stackalloc byte[Wrapper.Length];
        Wrapper.CopyTo(certificate);
        point.CopyTo(certificate[PointOffset..]);
        try
        {
            using var loaded = X509CertificateLoader.LoadCertificate(certificate);
            if (loaded.GetECDsaPublicKey() is { } ecdsa)
            {
                key = new PlatformKey(ecdsa);
            }
        }
        catch (CryptographicException)
        {
            // A point of the curve is a key everywhere. Where it is not, nothing can be verified, and the answer is no.
        }

        return key is not null;
    }

    /// <summary>Whether the signature, r and s in <see cref="FixedSignatureLength"/> bytes, is this key's over the data (ES384).</summary>
    public bool VerifyFixed(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        signature.Length == FixedSignatureLength && Verify(data, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    /// <summary>As <see cref="VerifyFixed"/>, over data that is hashed already (SHA-384).</summary>
    public bool VerifyFixedHash(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature) =>
        signature.Length == FixedSignatureLength && VerifyHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    /// <summary>Whether the signature, a DER Ecdsa-Sig-Value whose form has been checked, is this key's over the data.</summary>
    public bool VerifyDer(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        Verify(data, signature, DSASignatureFormat.Rfc3279DerSequence);

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, DSASignatureFormat format)
    {
        Span<byte> hash = stackalloc byte[SHA384.HashSizeInBytes];
        SHA384.HashData(data, hash);
        return VerifyHash(hash, signature, format);
    }

    private bool VerifyHash(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature, DSASignatureFormat format)
    {
        try
        {
            return _key.VerifyHash(hash, signature, format);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>The least certificate that holds a P-384 key: it says nothing else that matters, and nobody verifies it.</summary>
    private static byte[] MakeWrapper(out int pointOffset)
    {
        const string EcdsaWithSha384 = "1.2.840.10045.4.3.3";
        var placeholder = new byte[P384.PointLength];
        placeholder.AsSpan().Fill(0xFF);
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
                    WriteAlgorithm(writer, "1.2.840.10045.2.1", "1.3.132.0.34");
                    writer.WriteBitString(placeholder);
                }
            }

            WriteAlgorithm(writer, EcdsaWithSha384);
            writer.WriteBitString([0]);
        }

        var wrapper = writer.Encode();
        pointOffset = wrapper.AsSpan().IndexOf(placeholder);
        return wrapper;
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

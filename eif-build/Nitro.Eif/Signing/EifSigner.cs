using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Nitro.Attestation;
using Nitro.Attestation.Cose;
using Nitro.Eif.Format;

namespace Nitro.Eif.Signing;

/// <summary>A key and its certificate, ready to sign PCR0 of images. Thread-safe as far as the key is. Disposing it disposes the key.</summary>
public sealed class EifSigner : IDisposable
{
    private readonly ECDsa _key;
    private readonly byte[] _certificatePem;

    private EifSigner(ECDsa key, byte[] certificatePem, byte[] certificateDer, EifSigningAlgorithm algorithm)
    {
        _key = key;
        _certificatePem = certificatePem;
        Algorithm = algorithm;
        Pcr8 = Sha384Digest.Of(certificateDer).ExtendFromZero();
    }

    /// <summary>ES256, ES384 or ES512, by the key's curve.</summary>
    public EifSigningAlgorithm Algorithm { get; }

    /// <summary>What an enclave from an image signed with this certificate shows in PCR8.</summary>
    public Sha384Digest Pcr8 { get; }

    /// <summary>Takes a private key and the certificate of its public key.</summary>
    /// <param name="keyPem">An unencrypted EC private key on P-256, P-384 or P-521, as PEM (SEC 1 or PKCS #8).</param>
    /// <param name="certificatePem">The certificate as PEM; it goes into the image byte for byte, so a file without a chain is best, and one with a private key in it is refused.</param>
    /// <exception cref="ArgumentException">One of them cannot be used, or they do not belong together; the message says which and why.</exception>
    public static EifSigner Create(string keyPem, ReadOnlySpan<byte> certificatePem)
    {
        ArgumentNullException.ThrowIfNull(keyPem);
        X509Certificate2 certificate;
        var text = Encoding.Latin1.GetString(certificatePem);
        if (PemCertificate.HoldsSomethingElse(text, out var label))
        {
            throw new ArgumentException($"the certificate's file holds a {label} as well, and all of it would go into the image for everybody to read: leave it out");
        }

        try
        {
            certificate = PemCertificate.Read(text);
        }
        catch (CryptographicException exception)
        {
            throw new ArgumentException($"the certificate is no PEM file with an X.509 certificate: {exception.Message}", exception);
        }

        using (certificate)
        {
            var key = ReadKey(keyPem);
            try
            {
                using var expected = certificate.GetECDsaPublicKey() ?? throw new ArgumentException("the certificate is not of an EC key: images are signed with ECDSA");
                if (!key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(expected.ExportSubjectPublicKeyInfo()))
                {
                    throw new ArgumentException("the certificate is of another key than the one given");
                }

                var algorithm = Enum.GetValues<EifSigningAlgorithm>().Cast<EifSigningAlgorithm?>().FirstOrDefault(one => one!.Value.KeySize() == key.KeySize && IsNist(key))
                    ?? throw new ArgumentException("the key is not on P-256, P-384 or P-521");
                return new EifSigner(key, certificatePem.ToArray(), certificate.RawData, algorithm);
            }
            catch
            {
                key.Dispose();
                throw;
            }
        }
    }

    /// <summary>The data of a signature section for an image with this PCR0. ECDSA is randomised: two signatures differ, PCR8 does not.</summary>
    /// <exception cref="InvalidOperationException">The certificate is too large for a signature section.</exception>
    public byte[] SignSection(Sha384Digest pcr0)
    {
        byte[] header = Algorithm == EifSigningAlgorithm.Es256 ? [0xa1, 0x01, 0x26] : [0xa1, 0x01, 0x38, (byte)(-1 - (int)Algorithm)];
        var payload = EifSignature.EncodePayload(pcr0);
        var hash = new byte[64];
        var length = CoseSign1.HashToBeSigned(Algorithm.HashName(), header, payload, hash);
        var signature = _key.SignHash(hash[..length], DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        var section = EifSignature.EncodeSection(_certificatePem, CoseSign1.Encode(header, payload, signature));
        return section.Length <= EifLimits.MaximumSignatureSize
            ? section
            : throw new InvalidOperationException($"the signature section would have {section.Length} bytes and may have {EifLimits.MaximumSignatureSize}: leave everything but the one certificate out of its file");
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private static bool IsNist(ECDsa key) => key.ExportParameters(false).Curve.Oid.Value is "1.2.840.10045.3.1.7" or "1.3.132.0.34" or "1.3.132.0.35";

    private static ECDsa ReadKey(string pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            key.ExportParameters(true);
            return key;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new ArgumentException($"the key is no unencrypted EC private key in PEM: {exception.Message}", exception);
        }
    }
}

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
    /// <param name="certificatePem">
    /// The certificate as PEM; it goes into the image byte for byte, so a file without a chain is best, and one with a private key in it is
    /// refused.
    /// </param>
    /// <exception cref="ArgumentException">One of them cannot be used, or they do not belong together; the message says which and why.</exception>
    public static EifSigner Create(string keyPem, ReadOnlySpan<byte> certificatePem)
    {
        ArgumentNullException.ThrowIfNull(keyPem);
        X509Certificate2 certificate;
        var text = Encoding.Latin1.GetString(certificatePem);
        if (PemCertificate.HoldsSomethingElse(text, out var label))
        {
            throw new ArgumentException(
                $"the certificate's file holds a block \"{label}\" as well, and all of it would go into the image "
                + "for everybody to read: leave it out");
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
                using var expected = certificate.GetECDsaPublicKey() ?? throw new ArgumentException(
                    "the certificate is not of an EC key: images are signed with ECDSA");
                if (!key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(expected.ExportSubjectPublicKeyInfo()))
                {
                    throw new ArgumentException("the certificate is of another key than the one given");
                }

                var algorithm = Enum.GetValues<EifSigningAlgorithm>().Cast<EifSigningAlgorithm?>().FirstOrDefault(
                    one => one!.Value.KeySize() == key.KeySize && IsNist(key))
                    ?? throw new ArgumentException("the key is not on P-256, P-384 or P-521");
                var signer = new EifSigner(key, certificatePem.ToArray(), certificate.RawData, algorithm);
                signer.RequireRoom();
                return signer;
            }
            catch
            {
                key.Dispose();
                throw;
            }
        }
    }

    /// <summary>The data of a signature section for an image with this PCR0. ECDSA is randomised: two signatures differ, PCR8 does not.</summary>
    /// <param name="pcr0">What the image measures.</param>
    /// <returns>At most <see cref="EifLimits.MaximumSignatureSize"/> bytes.</returns>
    public byte[] SignSection(Sha384Digest pcr0)
    {
        var header = ProtectedHeader;
        var payload = EifSignature.EncodePayload(pcr0);
        var hash = new byte[64];
        var length = CoseSign1.HashToBeSigned(Algorithm.HashName(), header, payload, hash);
        var signature = _key.SignHash(hash[..length], DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return EifSignature.EncodeSection(_certificatePem, CoseSign1.Encode(header, payload, signature));
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    /// <summary><c>{1: algorithm}</c>.</summary>
    private byte[] ProtectedHeader => Algorithm == EifSigningAlgorithm.Es256 ? [0xa1, 0x01, 0x26] : [0xa1, 0x01, 0x38, (byte)(-1 - (int)Algorithm)];

    /// <summary>Before an image of gigabytes is written: integers below 24 take one byte and others two, so the largest section has only others.</summary>
    private void RequireRoom()
    {
        var payload = EifSignature.EncodePayload(Sha384Digest.FromBytes([.. Enumerable.Repeat(byte.MaxValue, Sha384Digest.Size)]));
        var cose = CoseSign1.Encode(ProtectedHeader, payload, new byte[(Algorithm.KeySize() + 7) / 8 * 2]);
        Array.Fill(cose, byte.MaxValue);
        var size = EifSignature.EncodeSection(_certificatePem, cose).Length;
        if (size > EifLimits.MaximumSignatureSize)
        {
            throw new ArgumentException(
                $"the signature section could have {size} bytes and may have {EifLimits.MaximumSignatureSize}: "
                + "leave everything but the one certificate out of its file");
        }
    }

    private static bool IsNist(ECDsa key) => key.ExportParameters(false).Curve is { IsNamed: true } curve
        && curve.Oid.Value is "1.2.840.10045.3.1.7" or "1.3.132.0.34" or "1.3.132.0.35";

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
            throw new ArgumentException(
                "the key is no EC private key in PEM that is not encrypted: found " + PemCertificate.Blocks(pem)
                + " (openssl ecparam -genkey -name secp384r1 -noout makes one, openssl pkey -in KEY takes a passphrase off)",
                exception);
        }
    }
}

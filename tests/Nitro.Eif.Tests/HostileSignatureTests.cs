using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Nitro.Attestation;
using Nitro.Eif.Cli;
using Nitro.Eif.Reading;
using Nitro.Eif.Signing;

namespace Nitro.Eif.Tests;

/// <summary>Signatures made to be read as somebody else's, and certificates that readers read differently.</summary>
public sealed class HostileSignatureTests
{
    private static readonly string Pcr0 = RawImage.Usual().Pcrs().Pcr0;

    /// <summary>What OpenSSL, and with it AWS's tools, takes as the first certificate must be what we take.</summary>
    [Theory]
    [InlineData("-----BEGIN X509 CERTIFICATE-----\n{other}\n-----END X509 CERTIFICATE-----\n{pem}")]
    [InlineData("-----BEGIN TRUSTED CERTIFICATE-----\n{other}\n-----END TRUSTED CERTIFICATE-----\n{pem}")]
    [InlineData("-----BEGIN CERTIFICATE-----\n!{other}\n-----END CERTIFICATE-----\n{pem}")]
    [InlineData("-----BEGIN CERTIFICATE-----\nProc-Type: 4,CLEAR\n\n{other}\n-----END CERTIFICATE-----\n{pem}")]
    [InlineData("-----BEGIN CERTIFICATE-----\n{pem}")]
    [InlineData("-----BEGIN EC PARAMETERS-----\nBgUrgQQAIg==\n-----END EC PARAMETERS-----\n{pem}")]
    [InlineData("-----BEGIN CERTIFICATE-----\n{own+}\n-----END CERTIFICATE-----\n")]
    [InlineData("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")]
    [InlineData("\u00ef\u00bb\u00bf{pem}")]
    [InlineData("{der}")]
    [InlineData("\0")]
    public void A_file_whose_first_certificate_depends_on_the_reader_is_refused(string form)
    {
        var (key, certificate) = Signatures.Signer();
        var other = Convert.ToBase64String(Signatures.Signer().Certificate.RawData, Base64FormattingOptions.InsertLineBreaks);
        var text = form.Replace("{other}", other, StringComparison.Ordinal)
            .Replace("{pem}", certificate.ExportCertificatePem(), StringComparison.Ordinal)
            .Replace("{der}", Encoding.Latin1.GetString(certificate.RawData), StringComparison.Ordinal)
            .Replace("{own+}", Convert.ToBase64String([.. certificate.RawData, 0]), StringComparison.Ordinal);
        var raw = RawImage.Usual().With(RawImage.Signature, Signatures.Section(Pcr0, key, certificate, parts => parts.Pem = Encoding.Latin1.GetBytes(text)));
        Assert.False(EifReader.TryRead(new MemoryStream(raw.Build()), null, out _, out var error));
        Assert.Equal(EifErrorKind.SignatureForm, error.Kind);
        Assert.Throws<ArgumentException>(() => EifSigner.Create(key.ExportPkcs8PrivateKeyPem(), Encoding.Latin1.GetBytes(text)));
    }

    [Theory]
    [InlineData("Bag Attributes: none\n{pem}")]
    [InlineData("{pem}\n{other}\ntext behind it")]
    [InlineData("\r\n{pem}\r\n")]
    public void Text_around_the_certificate_and_a_chain_behind_it_are_allowed(string form)
    {
        var (key, certificate) = Signatures.Signer();
        var text = form.Replace("{pem}", certificate.ExportCertificatePem(), StringComparison.Ordinal).Replace("{other}", Signatures.Signer().Certificate.ExportCertificatePem(), StringComparison.Ordinal);
        Assert.True(EifSignature.TryParse(Signatures.Section(Pcr0, key, certificate, parts => parts.Pem = Encoding.Latin1.GetBytes(text)), out var signature, out _));
        Assert.Equal(RawImage.Extend(certificate.RawData), signature.Pcr8.ToString());
        using var signer = EifSigner.Create(key.ExportPkcs8PrivateKeyPem(), Encoding.Latin1.GetBytes(text));
        Assert.Equal(signature.Pcr8, signer.Pcr8);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_private_key_never_goes_into_an_image(bool keyFirst)
    {
        var (key, certificate) = Signatures.Signer();
        var (pem, secret) = (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
        var refused = Assert.Throws<ArgumentException>(() => EifSigner.Create(secret, Encoding.ASCII.GetBytes(keyFirst ? $"{secret}\n{pem}" : $"{pem}\n{secret}")));
        Assert.Contains("holds a block \"PRIVATE KEY\"", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>COSE's algorithms name a curve (RFC 9053 section 2.1); a key of the same size on another one is none of them.</summary>
    [Theory]
    [InlineData("secp256k1")]
    [InlineData("brainpoolP256r1")]
    [InlineData("brainpoolP384r1")]
    public void A_signature_by_a_key_on_another_curve_does_not_hold(string curve)
    {
        var (key, certificate) = Signatures.Signer(curve);
        Assert.True(EifSignature.TryParse(Signatures.Section(Pcr0, key, certificate), out var signature, out _));
        Assert.Equal(new EifSignatureResult(false, true, true), signature.Verify(Sha384Digest.FromBytes(Convert.FromHexString(Pcr0)), Signatures.From));
        Assert.Throws<ArgumentException>(() => EifSigner.Create(key.ExportPkcs8PrivateKeyPem(), Encoding.ASCII.GetBytes(certificate.ExportCertificatePem())));
    }

    /// <summary>P-256 with another point for its generator: of the same size, and no name leads to it.</summary>
    [Fact]
    public void A_key_on_a_curve_without_a_name_is_none()
    {
        using var usual = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var curve = usual.ExportExplicitParameters(includePrivateParameters: false).Curve;
        curve.G = other.ExportParameters(includePrivateParameters: false).Q;
        curve.Seed = null;
        using var key = ECDsa.Create(curve);
        var subject = new X500DistinguishedName("CN=own");
        var own = PublicKey.CreateFromSubjectPublicKeyInfo(key.ExportSubjectPublicKeyInfo(), out _);
        var certificate = new CertificateRequest(subject, own, HashAlgorithmName.SHA256)
            .Create(subject, X509SignatureGenerator.CreateForECDsa(usual), Signatures.From, Signatures.To, [1]);
        var refused = Assert.Throws<ArgumentException>(
            () => EifSigner.Create(key.ExportPkcs8PrivateKeyPem(), Encoding.ASCII.GetBytes(certificate.ExportCertificatePem())));
        Assert.Contains("not on P-256, P-384 or P-521", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_of_an_RSA_key_verifies_nothing()
    {
        using var rsa = RSA.Create(2048);
        var certificate = new CertificateRequest("CN=rsa", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(Signatures.From, Signatures.To);
        Assert.True(EifSignature.TryParse(Signatures.Section(Pcr0, Signatures.Signer().Key, certificate), out var signature, out _));
        Assert.False(signature.Verify(Sha384Digest.FromBytes(Convert.FromHexString(Pcr0)), Signatures.From).SignatureHolds);
    }

    /// <summary>RFC 5280 section 4.1.2.5: 9999-12-31T23:59:59Z says that a certificate does not expire; a year of two digits from 50 on is of the last century.</summary>
    [Fact]
    public void Validity_is_the_same_in_every_time_zone()
    {
        using var folder = new Folder();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var (from, to) = (new DateTimeOffset(1950, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero));
        var certificate = new CertificateRequest("CN=for ever", key, HashAlgorithmName.SHA384).CreateSelfSigned(from, to);
        File.WriteAllBytes(folder / "i.eif", RawImage.Usual().With(RawImage.Signature, Signatures.Section(Pcr0, key, certificate)).Build());
        var start = new ProcessStartInfo("dotnet", [typeof(CommandLine).Assembly.Location, "verify", folder / "i.eif"]) { RedirectStandardOutput = true };
        start.Environment["TZ"] = "Asia/Tokyo";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.Contains("valid from 1950-01-01T00:00:00Z to 9999-12-31T23:59:59Z", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Five_thousand_damaged_sections_are_refused_or_say_whose_they_are()
    {
        var random = new Random(20_260);
        var (key, certificate) = Signatures.Signer("nistP256");
        var whole = Signatures.Section(Pcr0, key, certificate);
        var digest = Sha384Digest.FromBytes(Convert.FromHexString(Pcr0));
        var parsed = 0;
        for (var round = 0; round < 5_000; round++)
        {
            var bytes = whole.ToArray();
            for (var i = random.Next(1, 3); i > 0; i--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            if (EifSignature.TryParse(bytes, out var signature, out var error))
            {
                parsed++;
                Assert.Equal(RawImage.Extend(signature.CertificateDer.ToArray()), signature.Pcr8.ToString());
                Assert.True(!signature.Verify(digest, Signatures.From).IsVerified || digest.Matches(signature.RegisterValue.Span));
            }
            else
            {
                Assert.NotEmpty(error.ToString());
            }
        }

        Assert.InRange(parsed, 50, 4_950);
    }
}

using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Nitro.Attestation;
using Nitro.Eif.Reading;
using Nitro.Eif.Signing;
using Nitro.Eif.Writing;

namespace Nitro.Eif.Tests;

/// <summary>Signatures of others are judged right, ours are accepted by OpenSSL, and each part of one matters.</summary>
public sealed class EifSignatureTests
{
    private static readonly DateTimeOffset Within = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("nistP256", EifSigningAlgorithm.Es256)]
    [InlineData("nistP384", EifSigningAlgorithm.Es384)]
    [InlineData("nistP521", EifSigningAlgorithm.Es512)]
    public void A_signature_made_from_the_formats_description_verifies(string curve, EifSigningAlgorithm algorithm)
    {
        var (key, certificate) = Signatures.Signer(curve);
        var image = Read(RawImage.Usual().With(RawImage.Signature, Signatures.Section(RawImage.Usual().Pcrs().Pcr0, key, certificate)).Build());
        Assert.Equal(algorithm, image.Signature!.Algorithm);
        Assert.Equal(RawImage.Extend(certificate.RawData), image.Measurements.Pcr8.ToString());
        Assert.True(image.Signature.Verify(image.Measurements.Pcr0, Within).IsVerified);
        Assert.Equal((Signatures.From, Signatures.To), (image.Signature.NotBefore, image.Signature.NotAfter));
    }

    [Theory]
    [InlineData("prime256v1", "-sha256")]
    [InlineData("secp384r1", "-sha384")]
    [InlineData("secp521r1", "-sha512")]
    public void OpenSSL_accepts_our_signature_and_we_take_its_keys(string curve, string digest)
    {
        using var folder = new Folder();
        OpenSsl(folder, "ecparam", "-name", curve, "-genkey", "-noout", "-out", folder / "key.pem");
        OpenSsl(folder, "req", "-x509", "-new", "-key", folder / "key.pem", "-days", "10", "-subj", "/C=DE/O=Example/CN=signer", "-out", folder / "cert.pem");
        using var signer = EifSigner.Create(File.ReadAllText(folder / "key.pem"), File.ReadAllBytes(folder / "cert.pem"));
        var pcr0 = Sha384Digest.Of("an image"u8);
        var section = signer.SignSection(pcr0);
        Assert.True(EifSignature.TryParse(section, out var signature, out _));
        var result = signature.Verify(pcr0, DateTimeOffset.UtcNow);
        Assert.True(result.IsVerified, result.ToString());

        var (toBeSigned, raw) = TakeApart(section);
        File.WriteAllBytes(folder / "tbs", toBeSigned);
        File.WriteAllBytes(folder / "sig", DerOf(raw));
        OpenSsl(folder, "x509", "-in", folder / "cert.pem", "-pubkey", "-noout", "-out", folder / "pub.pem");
        Assert.Contains("Verified OK", OpenSsl(folder, "dgst", digest, "-verify", folder / "pub.pem", "-signature", folder / "sig", folder / "tbs"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_counts_from_its_first_moment_to_its_last()
    {
        var pcr0 = Sha384Digest.Of("x"u8);
        Assert.True(EifSignature.TryParse(Signatures.Section(pcr0.ToString()), out var signature, out _));
        foreach (var (at, valid) in new[]
        {
            (Signatures.From.AddSeconds(-1), false), (Signatures.From, true), (Within, true), (Signatures.To, true), (Signatures.To.AddSeconds(1), false),
        })
        {
            var result = signature.Verify(pcr0, at);
            Assert.Equal((valid, true, true), (result.CertificateIsValid, result.SignatureHolds, result.RegisterMatches));
            Assert.Equal(valid, result.IsVerified);
        }
    }

    [Fact]
    public void A_signature_over_another_PCR0_or_another_register_does_not_hold()
    {
        var pcr0 = Sha384Digest.Of("x"u8);
        Assert.True(EifSignature.TryParse(Signatures.Section(Sha384Digest.Of("y"u8).ToString()), out var other, out _));
        Assert.Equal((true, false, false), Short(other.Verify(pcr0, Within)));
        Assert.True(EifSignature.TryParse(Signatures.Section(pcr0.ToString(), change: parts => parts.Register = 1), out var register, out _));
        Assert.Equal((true, false, false), Short(register.Verify(pcr0, Within)));

        static (bool, bool, bool) Short(EifSignatureResult result) => (result.SignatureHolds, result.RegisterMatches, result.IsVerified);
    }

    [Fact]
    public void A_certificate_of_another_key_does_not_verify_the_signature()
    {
        var pcr0 = Sha384Digest.Of("x"u8);
        var (key, _) = Signatures.Signer();
        var (_, strange) = Signatures.Signer();
        var (_, smaller) = Signatures.Signer("nistP256");
        foreach (var certificate in new[] { strange, smaller })
        {
            Assert.True(EifSignature.TryParse(Signatures.Section(pcr0.ToString(), key, certificate), out var signature, out _));
            Assert.False(signature.Verify(pcr0, Within).SignatureHolds);
        }
    }

    [Fact]
    public void Every_bit_of_the_signed_part_matters()
    {
        var pcr0 = Sha384Digest.Of("x"u8);
        var (key, certificate) = Signatures.Signer("nistP256");
        var section = Signatures.Section(pcr0.ToString(), key, certificate);
        var start = section.AsSpan().IndexOf("signature"u8);
        var verified = 0;
        for (var bit = start * 8; bit < section.Length * 8; bit++)
        {
            var changed = section.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            if (EifSignature.TryParse(changed, out var signature, out _) && signature.Verify(pcr0, Within).IsVerified)
            {
                verified++;
            }
        }

        Assert.Equal(0, verified);
    }

    [Fact]
    public void Forms_that_nitro_cli_does_not_write_are_refused()
    {
        var pcr0 = Sha384Digest.Of("x"u8).ToString();
        Refused(parts => parts.Tagged = true, "tag 18");
        Refused(parts => parts.Algorithm = -257, "-257");
        Refused(parts => parts.Register = 32, "32");
        Refused(parts => parts.Value = new byte[47], "47");
        Refused(parts => parts.FirstKey = "certificate", "certificate");
        Refused(parts => parts.Pem = "no certificate"u8.ToArray(), "no CERTIFICATE");
        Refused(parts => parts.Pem = Encoding.ASCII.GetBytes(ECDsa.Create().ExportECPrivateKeyPem()), "no CERTIFICATE");

        void Refused(Action<Signatures.Parts> change, string found)
        {
            Assert.False(EifSignature.TryParse(Signatures.Section(pcr0, change: change), out _, out var error));
            Assert.Contains(found, error.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_cannot_sign_is_told_why()
    {
        var (key, certificate) = Signatures.Signer();
        var pem = Encoding.ASCII.GetBytes(certificate.ExportCertificatePem());
        Refused("no key", pem, "the key is no EC private key");
        Refused(key.ExportSubjectPublicKeyInfoPem(), pem, "the key is no EC private key");
        Refused(key.ExportEncryptedPkcs8PrivateKeyPem("password", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)), pem, "the key is no EC private key");
        Refused(RSA.Create(2048).ExportPkcs8PrivateKeyPem(), pem, "the key is no EC private key");
        Refused(Signatures.Signer().Key.ExportECPrivateKeyPem(), pem, "another key");
        Refused(key.ExportECPrivateKeyPem(), "nothing"u8.ToArray(), "no PEM file");
        var rsa = new CertificateRequest("CN=rsa", RSA.Create(2048), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(Signatures.From, Signatures.To);
        Refused(key.ExportECPrivateKeyPem(), Encoding.ASCII.GetBytes(rsa.ExportCertificatePem()), "not of an EC key");
        var brainpool = ECDsa.Create(ECCurve.CreateFromFriendlyName("brainpoolP256r1"));
        var odd = new CertificateRequest("CN=odd", brainpool, HashAlgorithmName.SHA256).CreateSelfSigned(Signatures.From, Signatures.To);
        Refused(brainpool.ExportECPrivateKeyPem(), Encoding.ASCII.GetBytes(odd.ExportCertificatePem()), "P-256, P-384 or P-521");
        Refused(key.ExportECPrivateKeyPem(), [.. pem, (byte)'\n', .. Enumerable.Repeat((byte)'#', 32_768)], "32768");
        var room = 0;
        for (var step = 16_384; step > 0; step /= 2)
        {
            room += Signer(room + step, out _) ? step : 0;
        }

        Assert.True(Signer(room, out var largest));
        Assert.InRange(largest, 32_768 - 300, 32_768);

        bool Signer(int length, out int size)
        {
            try
            {
                using var signer = EifSigner.Create(key.ExportECPrivateKeyPem(), [.. pem, (byte)'\n', .. Enumerable.Repeat((byte)'#', length)]);
                size = signer.SignSection(default).Length;
                return true;
            }
            catch (ArgumentException)
            {
                size = 0;
                return false;
            }
        }

        static void Refused(string key, byte[] certificate, string why) =>
            Assert.Contains(why, Assert.Throws<ArgumentException>(() => EifSigner.Create(key, certificate)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Signing_keeps_PCR0_to_PCR2_and_every_section_and_can_replace_a_signature()
    {
        using var folder = new Folder();
        var raw = RawImage.Usual();
        File.WriteAllBytes(folder / "a.eif", raw.Build());
        var before = Read(raw.Build());
        foreach (var curve in new[] { "nistP384", "nistP256" })
        {
            var (key, certificate) = Signatures.Signer(curve);
            using var signer = EifSigner.Create(key.ExportPkcs8PrivateKeyPem(), Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()));
            var description = Read(File.ReadAllBytes(folder / "a.eif"));
            using (var output = new FileStream(folder / "b.eif", FileMode.Create))
            {
                EifWriter.Sign(() => File.OpenRead(folder / "a.eif"), description, output, signer);
            }

            var signed = Read(File.ReadAllBytes(folder / "b.eif"));
            Assert.Equal(before.Measurements with { Pcr8 = signer.Pcr8 }, signed.Measurements);
            Assert.True(signed.Signature!.Verify(before.Measurements.Pcr0, Within).IsVerified);
            Assert.Equal(before.Sections, signed.Sections.SkipLast(1));
            File.Move(folder / "b.eif", folder / "a.eif", overwrite: true);
        }
    }

    [Fact]
    public void An_image_of_version_2_or_without_room_is_not_signed()
    {
        var (key, certificate) = Signatures.Signer();
        using var signer = EifSigner.Create(key.ExportPkcs8PrivateKeyPem(), Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()));
        var old = RawImage.Usual();
        old.Sections.RemoveAt(2);
        old.Version = 2;
        var full = RawImage.Usual();
        while (full.Sections.Count < 32)
        {
            full.With(RawImage.Ramdisk, [1]);
        }

        foreach (var raw in new[] { old, full })
        {
            Assert.Throws<ArgumentException>(() => EifWriter.Sign(() => new MemoryStream(raw.Build()), Read(raw.Build()), new MemoryStream(), signer));
        }
    }

    private static EifDescription Read(byte[] bytes) =>
        EifReader.TryRead(new MemoryStream(bytes), null, out var description, out var error) ? description : throw new InvalidOperationException(error.ToString());

    /// <summary>The bytes that were signed, and r‖s, read with Microsoft's CBOR reader.</summary>
    private static (byte[] ToBeSigned, byte[] Signature) TakeApart(byte[] section)
    {
        var reader = new System.Formats.Cbor.CborReader(section);
        reader.ReadStartArray();
        reader.ReadStartMap();
        reader.SkipValue();
        reader.SkipValue();
        reader.ReadTextString();
        var cose = new List<byte>();
        for (var left = reader.ReadStartArray()!.Value; left > 0; left--)
        {
            cose.Add((byte)reader.ReadInt32());
        }

        var parts = new System.Formats.Cbor.CborReader(cose.ToArray());
        parts.ReadStartArray();
        var header = parts.ReadByteString();
        parts.SkipValue();
        var payload = parts.ReadByteString();
        var signature = parts.ReadByteString();
        var writer = new System.Formats.Cbor.CborWriter();
        writer.WriteStartArray(4);
        writer.WriteTextString("Signature1");
        writer.WriteByteString(header);
        writer.WriteByteString([]);
        writer.WriteByteString(payload);
        writer.WriteEndArray();
        return (writer.Encode(), signature);
    }

    private static byte[] DerOf(byte[] signature)
    {
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(new System.Numerics.BigInteger(signature.AsSpan(0, signature.Length / 2), isUnsigned: true, isBigEndian: true));
            writer.WriteInteger(new System.Numerics.BigInteger(signature.AsSpan(signature.Length / 2), isUnsigned: true, isBigEndian: true));
        }

        return writer.Encode();
    }

    private static string OpenSsl(Folder folder, params string[] arguments) => Tool.Run(folder, "openssl", arguments);
}

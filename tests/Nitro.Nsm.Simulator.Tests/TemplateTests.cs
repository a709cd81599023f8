using System.Formats.Asn1;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Nitro.Nsm.Simulator.Tests;

/// <summary>What other tests make wrong documents from: every field can be anything, and what is not changed stays right.</summary>
public class TemplateTests
{
    private static readonly DateTimeOffset Time = new FakeTime().Now;

    [Fact]
    public void Every_field_of_a_certificate_can_be_changed_and_the_others_stay()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var template = Leaf();
        var name = RelativeDistinguishedName.EncodeName(
            RelativeDistinguishedName.CommonName("x"), new RelativeDistinguishedName("2.5.4.10", "y", UniversalTagNumber.PrintableString));
        var changed = template with
        {
            SerialNumber = new byte[] { 0xff, 0x01 },
            Issuer = name,
            Subject = name,
            NotBefore = Time.AddDays(1),
            NotAfter = Time.AddDays(2),
            SubjectPublicKeyInfo = key.ExportSubjectPublicKeyInfo(),
        };
        using var certificate = X509CertificateLoader.LoadCertificate(changed.Sign(key));
        Assert.Equal([0xff, 0x01], certificate.SerialNumberBytes.ToArray());
        Assert.Equal(name, certificate.IssuerName.RawData);
        Assert.Equal(name, certificate.SubjectName.RawData);
        Assert.Equal("O=y, CN=x", certificate.Subject);
        Assert.Equal(Time.AddDays(1).AddMilliseconds(-703).UtcDateTime, certificate.NotBefore.ToUniversalTime());
        Assert.Equal(Time.AddDays(2).AddMilliseconds(-703).UtcDateTime, certificate.NotAfter.ToUniversalTime());
        Assert.Equal(key.ExportSubjectPublicKeyInfo(), certificate.PublicKey.ExportSubjectPublicKeyInfo());
        Assert.Equal(["2.5.29.19", "2.5.29.15"], certificate.Extensions.Select(extension => extension.Oid!.Value!));
    }

    [Fact]
    public void Versions_and_the_absence_of_extensions_are_written_as_X509_has_them()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var first = X509CertificateLoader.LoadCertificate((Leaf() with { Version = 1, Extensions = [] }).Sign(key));
        Assert.Equal((1, 0), (first.Version, first.Extensions.Count));
        using var second = X509CertificateLoader.LoadCertificate((Leaf() with { Version = 2, Extensions = [] }).Sign(key));
        Assert.Equal(2, second.Version);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("0001")]
    [InlineData("ff")]
    [InlineData("80000000000000000000000000000000000000000000")]
    public void A_serial_number_is_written_as_it_is(string octets)
    {
        var serial = Convert.FromHexString(octets);
        var signed = (Leaf() with { SerialNumber = serial }).EncodeToBeSigned();
        byte[] expected = [0xa0, 0x03, 0x02, 0x01, 0x02, 0x02, (byte)serial.Length, .. serial, 0x30, 0x0a];
        Assert.Contains(Convert.ToHexString(expected), Convert.ToHexString(signed), StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => (Leaf() with { SerialNumber = new byte[128] }).EncodeToBeSigned());
    }

    [Theory]
    [InlineData("01", "01")]
    [InlineData("80", "0080")]
    [InlineData("000001", "01")]
    [InlineData("0080", "0080")]
    [InlineData("0000", "00")]
    public void A_positive_serial_number_has_as_many_octets_as_it_needs(string magnitude, string octets) =>
        Assert.Equal(octets, Convert.ToHexString(CertificateTemplate.PositiveSerial(Convert.FromHexString(magnitude))));

    [Fact]
    public void Dates_may_be_GeneralizedTime_or_any_bytes()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var generalized = Leaf() with { UseGeneralizedTime = true, NotAfter = new DateTimeOffset(2051, 1, 2, 3, 4, 5, TimeSpan.Zero) };
        Assert.Equal(2, Asn1Shape.Of(generalized.Sign(key)).Count(line => line.Trim() == "GeneralizedTime"));
        using var certificate = X509CertificateLoader.LoadCertificate(generalized.Sign(key));
        Assert.Equal(new DateTime(2051, 1, 2, 3, 4, 5, DateTimeKind.Utc), certificate.NotAfter.ToUniversalTime());

        var raw = Leaf() with { RawValidity = Convert.FromHexString("3000") };
        Assert.DoesNotContain(Asn1Shape.Of(raw.Sign(key)), line => line.Contains("Time", StringComparison.Ordinal));
        var tooLate = Leaf() with { NotAfter = new DateTimeOffset(2050, 1, 1, 0, 0, 0, TimeSpan.Zero) };
        Assert.ThrowsAny<ArgumentException>(() => tooLate.Sign(key));
    }

    [Fact]
    public void Algorithms_hashes_and_signatures_are_free()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var sha256 = CertificateTemplate.EncodeAlgorithm("1.2.840.10045.4.3.2");
        var mixed = Leaf() with { OuterSignatureAlgorithm = sha256 };
        var shape = Asn1Shape.Of(mixed.Sign(key));
        Assert.Contains(shape, line => line.Trim() == "1.2.840.10045.4.3.3");
        Assert.Contains(shape, line => line.Trim() == "1.2.840.10045.4.3.2");

        var hashed = Leaf() with { SignatureAlgorithm = sha256, SignatureHash = HashAlgorithmName.SHA256 };
        var (signed, signature) = Split(hashed.Sign(key));
        Assert.True(key.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        (signed, signature) = Split(mixed.Assemble(mixed.EncodeToBeSigned(), [1, 2, 3]));
        Assert.Equal([1, 2, 3], signature);
        Assert.Equal(mixed.EncodeToBeSigned(), signed);
    }

    [Fact]
    public void Extensions_are_replaced_in_place_added_at_the_end_removed_and_written_raw()
    {
        var odd = new CertificateExtension("1.2.3.4", true, new byte[] { 1, 2, 3 });
        var template = Leaf().WithExtension(odd).WithExtension(CertificateExtension.BasicConstraints(true, 7));
        Assert.Equal(
            [CertificateExtension.BasicConstraintsOid, CertificateExtension.KeyUsageOid, "1.2.3.4"],
            template.Extensions.Select(extension => extension.Oid));
        Assert.Same(odd, template.FindExtension("1.2.3.4"));
        Assert.Null(template.WithoutExtension("1.2.3.4").FindExtension("1.2.3.4"));
        Assert.Throws<ArgumentException>("oid", () => template.WithoutExtension("1.2.3.5"));
        Assert.Contains("300D06032A03040101FF0403010203", Convert.ToHexString(template.EncodeToBeSigned()), StringComparison.Ordinal);

        // A default that DER leaves out, written all the same.
        var raw = Convert.FromHexString("300C06032A0304010100" + "04020500");
        template = Leaf().WithExtension(odd with { Raw = raw });
        Assert.Contains(Convert.ToHexString(raw), Convert.ToHexString(template.EncodeToBeSigned()), StringComparison.Ordinal);

        var twice = Leaf() with { Extensions = [odd, odd] };
        Assert.Equal(2, twice.Extensions.Length);
        Assert.Equal(2, Convert.ToHexString(twice.EncodeToBeSigned()).Split("300D06032A03040101FF0403010203").Length - 1);
    }

    [Theory]
    [InlineData(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, "03020186")]
    [InlineData(X509KeyUsageFlags.KeyCertSign, "03020204")]
    [InlineData(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation, "030206C0")]
    [InlineData(X509KeyUsageFlags.EncipherOnly, "03020001")]
    [InlineData(X509KeyUsageFlags.DecipherOnly, "0303070080")]
    [InlineData(X509KeyUsageFlags.KeyAgreement | X509KeyUsageFlags.DecipherOnly, "0303070880")]
    [InlineData(X509KeyUsageFlags.None, "030100")]
    public void Key_usages_are_named_bits_without_trailing_zeros(X509KeyUsageFlags usages, string value)
    {
        var extension = CertificateExtension.KeyUsage(usages, critical: true);
        Assert.Equal(value, Convert.ToHexString(extension.Value.Span));
        Assert.Equal(usages, new X509KeyUsageExtension(new AsnEncodedData(extension.Value.Span), true).KeyUsages);
    }

    [Fact]
    public void Every_part_of_a_document_can_be_changed()
    {
        using var chain = Chain();
        var payload = Payload(chain);
        var changed = payload
            .With("digest", PayloadEntry.Text("SHA256"))
            .With("more", PayloadEntry.Bytes(new byte[] { 1 }))
            .Without("nonce") with
        { Form = PayloadForm.Definite };
        var document = new Document(new AttestationDocumentTemplate { Payload = changed.Encode() }.Sign(chain.Leaf.Key));
        Assert.Equal(
            ["module_id", "digest", "timestamp", "pcrs", "certificate", "cabundle", "public_key", "user_data", "more"], document.Keys);
        Assert.Equal(("SHA256", 0xa9), (document.Digest, document.Payload[0]));
        Assert.True(document.IsSignedBy(chain.Leaf.Key));
        Assert.Throws<ArgumentException>("key", () => payload.Without("nonces"));

        var reordered = payload with { Entries = [.. payload.Entries.Reverse()] };
        Assert.Equal("nonce", new Document(new AttestationDocumentTemplate { Payload = reordered.Encode() }.Sign(chain.Leaf.Key)).Keys[0]);

        var doubled = payload with { Entries = payload.Entries.Add(PayloadEntry.Named("nonce", PayloadEntry.Bytes(null))) };
        var twice = new AttestationDocumentTemplate { Payload = doubled.Encode() }.Sign(chain.Leaf.Key);
        Assert.Throws<CborContentException>(() => new Document(twice));

        var numbered = payload with { Entries = [new PayloadEntry(new byte[] { 0x01 }, new byte[] { 0x19, 0x00, 0x01 })] };
        Assert.Equal("BF01190001FF", Convert.ToHexString(numbered.Encode()));
        var broken = payload with { Entries = [new PayloadEntry(new byte[] { 0x01 }, new byte[] { 0x19 })] };
        Assert.Throws<ArgumentException>(() => broken.Encode());
    }

    [Fact]
    public void Headers_tag_payload_and_signature_are_free()
    {
        using var chain = Chain();
        var template = new AttestationDocumentTemplate
        {
            ProtectedHeader = Convert.FromHexString("a1013823"),
            UnprotectedHeader = Convert.FromHexString("a10440"),
            Payload = new byte[] { 0xff },
        };
        Assert.Equal("8444A1013823A1044041FF43010203", Convert.ToHexString(template.Assemble([1, 2, 3])));
        Assert.Equal("D28444A1013823A1044041FF40", Convert.ToHexString((template with { Tag = 18 }).Assemble([])));
        Assert.Equal("D9D9F784", Convert.ToHexString((template with { Tag = 55799 }).Assemble([]))[..8]);
        Assert.Equal("846A5369676E61747572653144A10138234041FF", Convert.ToHexString(template.EncodeToBeSigned()));

        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        template = new AttestationDocumentTemplate { Payload = Payload(chain).Encode(), SignatureHash = HashAlgorithmName.SHA256 };
        var signature = new Document(template.Sign(p256)).Signature;
        Assert.Equal(64, signature.Length);
        Assert.True(p256.VerifyData(template.EncodeToBeSigned(), signature, HashAlgorithmName.SHA256));
    }

    [Fact]
    public void A_document_from_templates_is_the_NSMs_own()
    {
        using var enclave = new Enclave();
        using var chain = Chain();
        var genuine = enclave.Attest(userData: [1]);
        var payload = AttestationPayload.Create(
            Enclave.ModuleId,
            Time,
            genuine.Pcrs.ToDictionary(pcr => pcr.Key, pcr => (ReadOnlyMemory<byte>)pcr.Value),
            genuine.Certificate,
            genuine.CaBundle.Select(der => (ReadOnlyMemory<byte>)der),
            userData: new byte[] { 1 });
        Assert.Equal(genuine.Payload, payload.Encode());
    }

    private static SimulatedChain Chain() => Enclave.Pki.IssueChain("us-east-1", Enclave.ModuleId, Time);

    private static AttestationPayload Payload(SimulatedChain chain) => AttestationPayload.Create(
        Enclave.ModuleId, Time, new Dictionary<int, ReadOnlyMemory<byte>> { [0] = new byte[48] }, chain.Leaf.Der, chain.CaBundle);

    private static CertificateTemplate Leaf()
    {
        CertificateTemplate? leaf = null;
        using var chain = Enclave.Pki.IssueChain("us-east-1", Enclave.ModuleId, Time, (_, template) => leaf = template);
        return leaf!;
    }

    private static (byte[] Signed, byte[] Signature) Split(byte[] certificate)
    {
        var reader = new AsnReader(certificate, AsnEncodingRules.DER).ReadSequence();
        var signed = reader.ReadEncodedValue().ToArray();
        reader.ReadEncodedValue();
        return (signed, reader.ReadBitString(out _));
    }
}

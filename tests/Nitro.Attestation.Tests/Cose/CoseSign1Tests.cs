using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Nitro.Attestation.Cose;
using Nitro.Attestation.Documents;
using Nitro.Attestation.Tests.Support;

namespace Nitro.Attestation.Tests.Cose;

public sealed class CoseSign1Tests
{
    private const int Limit = 64;

    private static readonly byte[] Header = [0xa1, 0x01, 0x38, 0x22], Payload = [1, 2, 3], Signature = [4, 5, 6, 7];

    private static byte[] Structure => Raw.Array(Raw.Bytes(Header), Raw.Map(), Raw.Bytes(Payload), Raw.Bytes(Signature));

    [Fact]
    public void An_untagged_structure_is_taken_apart()
    {
        var cose = Accepted(Structure);
        Assert.False(cose.IsTagged);
        Assert.Equal(Header, cose.ProtectedHeader.ToArray());
        Assert.Equal(0, cose.UnprotectedCount);
        Assert.Equal(Payload, cose.Payload.ToArray());
        Assert.Equal(Signature, cose.Signature.ToArray());
        Assert.Equal(Structure.AsSpan().IndexOf(Payload), cose.PayloadOffset);
    }

    [Fact]
    public void A_structure_with_tag_18_is_taken_apart_alike()
    {
        byte[] tagged = [0xd2, .. Structure];
        var cose = Accepted(tagged);
        Assert.True(cose.IsTagged);
        Assert.Equal(Payload, cose.Payload.ToArray());
        Assert.Equal(tagged.AsSpan().IndexOf(Payload), cose.PayloadOffset);
    }

    [Fact]
    public void Every_other_tag_is_refused()
    {
        foreach (var tag in Enumerable.Range(0, 300).Where(tag => tag != 18))
        {
            Assert.Equal(new FormatError("COSE_Sign1", 0, "an array", "a tag"), Refused([.. Raw.Head(6, (ulong)tag), .. Structure]));
        }

        foreach (var width in new[] { 1, 2, 4, 8 })
        {
            Assert.Equal(new FormatError("COSE_Sign1", 0, "an array", "a tag"), Refused([.. Raw.Head(6, 18, width), .. Structure]));
        }

        Assert.Equal(new FormatError("COSE_Sign1", 1, "an array", "a tag"), Refused([0xd2, 0xd2, .. Structure]));
    }

    [Fact]
    public void An_array_of_any_other_size_is_refused()
    {
        foreach (var size in Enumerable.Range(0, 30).Where(size => size != 4))
        {
            Assert.Equal(
                new FormatError("COSE_Sign1", 0, "4 entries", $"{size}"),
                Refused(Raw.Array([.. Enumerable.Range(0, size).Select(i => i == 1 ? Raw.Map() : Raw.Bytes(i))])));
        }
    }

    [Fact]
    public void Indefinite_lengths_are_refused_in_every_place()
    {
        byte[] header = Raw.Bytes(Header), payload = Raw.Bytes(Payload), signature = Raw.Bytes(Signature);
        Assert.Equal("an array of definite length", Refused(Raw.IndefiniteArray(header, Raw.Map(), payload, signature)).Expected);
        Assert.Equal("protected header", Refused(Raw.Array(Raw.IndefiniteBytes(Header), Raw.Map(), payload, signature)).Where);
        Assert.Equal("a map of definite length", Refused(Raw.Array(header, Raw.IndefiniteMap(), payload, signature)).Expected);
        Assert.Equal("payload", Refused(Raw.Array(header, Raw.Map(), Raw.IndefiniteBytes(Payload), signature)).Where);
        Assert.Equal("signature", Refused(Raw.Array(header, Raw.Map(), payload, Raw.IndefiniteBytes(Signature))).Where);
    }

    [Fact]
    public void A_length_that_is_not_in_its_shortest_form_is_refused_in_every_place()
    {
        byte[] Wide(ReadOnlySpan<byte> content) => [.. Raw.Head(2, (ulong)content.Length, 2), .. content];
        byte[] header = Raw.Bytes(Header), payload = Raw.Bytes(Payload), signature = Raw.Bytes(Signature);
        foreach (var bytes in new byte[][]
        {
            [.. Raw.Head(4, 4, 1), .. header, .. Raw.Map(), .. payload, .. signature],
            Raw.Array(Wide(Header), Raw.Map(), payload, signature),
            Raw.Array(header, Raw.Head(5, 0, 1), payload, signature),
            Raw.Array(header, Raw.Map(), Wide(Payload), signature),
            Raw.Array(header, Raw.Map(), payload, Wide(Signature)),
        })
        {
            Assert.Equal("the shortest encoding of a length or number", Refused(bytes).Expected);
        }
    }

    [Fact]
    public void A_part_of_another_type_is_refused_in_every_place()
    {
        byte[][] right = [Raw.Bytes(Header), Raw.Map(), Raw.Bytes(Payload), Raw.Bytes(Signature)];
        byte[][] others = [Raw.Null, Raw.Number(1), Raw.Number(-1), Raw.Bytes(1), Raw.Text("a"), Raw.Array(), Raw.Map(), [0xf5],
            [0xc0, 0x40]];
        foreach (var place in Enumerable.Range(0, 4))
        {
            foreach (var other in others.Where(other => other[0] >> 5 != right[place][0] >> 5))
            {
                byte[][] parts = [.. right];
                parts[place] = other;
                var error = Refused(Raw.Array(parts));
                Assert.Equal(new[] { "protected header", "unprotected header", "payload", "signature" }[place], error.Where);
                Assert.Equal(1 + right.Take(place).Sum(part => part.Length), error.Offset);
            }
        }
    }

    [Fact]
    public void Each_part_keeps_to_the_limit()
    {
        byte[][] Parts(int header, int payload, int signature) => [Raw.Bytes(header), Raw.Map(), Raw.Bytes(payload), Raw.Bytes(signature)];
        var cose = Accepted(Raw.Array(Parts(Limit, Limit, Limit)));
        Assert.Equal((Limit, Limit, Limit), (cose.ProtectedHeader.Length, cose.Payload.Length, cose.Signature.Length));
        Assert.Equal("protected header", Refused(Raw.Array(Parts(Limit + 1, 0, 0))).Where);
        Assert.Equal("payload", Refused(Raw.Array(Parts(0, Limit + 1, 0))).Where);
        Assert.Equal("signature", Refused(Raw.Array(Parts(0, 0, Limit + 1))).Where);
        cose = Accepted(Raw.Array(Parts(0, 0, 0)));
        Assert.Equal((0, 0, 0), (cose.ProtectedHeader.Length, cose.Payload.Length, cose.Signature.Length));
    }

    [Fact]
    public void Anything_after_the_structure_is_refused()
    {
        Assert.Equal(new FormatError("COSE_Sign1", Structure.Length, "nothing more", "1 trailing bytes"), Refused([.. Structure, 0x00]));
        Assert.Equal("nothing more", Refused([.. Structure, .. Structure]).Expected);
    }

    [Fact]
    public void Every_proper_prefix_is_refused()
    {
        byte[] tagged = [0xd2, .. Structure];
        for (var length = 0; length < tagged.Length; length++)
        {
            Refused(tagged[..length]);
        }
    }

    [Fact]
    public void An_unprotected_header_with_content_is_reported_and_nothing_after_it_is_read()
    {
        var cose = Accepted(Raw.Array(Raw.Bytes(Header), Raw.Map((Raw.Number(4), Raw.Bytes(2)), (Raw.Number(5), Raw.Null)),
            Raw.Bytes(Payload), Raw.Bytes(Signature)));
        Assert.Equal(2, cose.UnprotectedCount);
        Assert.Equal(Header, cose.ProtectedHeader.ToArray());
        Assert.True(cose.Payload.IsEmpty && cose.Signature.IsEmpty);
    }

    [Fact]
    public void What_is_encoded_is_read_and_is_canonical()
    {
        var encoded = CoseSign1.Encode(Header, Payload, Signature);
        Assert.Equal(Structure, encoded);
        var reader = new CborReader(encoded, CborConformanceMode.Canonical);
        Assert.Equal(4, reader.ReadStartArray());
        Assert.Equal(Header, reader.ReadByteString());
        Assert.Equal(0, reader.ReadStartMap());
        reader.ReadEndMap();
        Assert.Equal(Payload, reader.ReadByteString());
        Assert.Equal(Signature, reader.ReadByteString());
        reader.ReadEndArray();
        Assert.Equal(0, reader.BytesRemaining);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(23)]
    [InlineData(24)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    public void The_hash_is_that_of_the_Sig_structure_as_System_Formats_Cbor_writes_it(int size)
    {
        var content = new byte[size];
        new Random(size).NextBytes(content);
        foreach (var (header, payload) in new[] { (Header, content), (content, Payload) })
        {
            var structure = Raw.Written(writer =>
            {
                writer.WriteStartArray(4);
                writer.WriteTextString("Signature1");
                writer.WriteByteString(header);
                writer.WriteByteString([]);
                writer.WriteByteString(payload);
                writer.WriteEndArray();
            });
            var hash = new byte[64];
            Assert.Equal(SHA384.HashData(structure), hash[..CoseSign1.HashToBeSigned(HashAlgorithmName.SHA384, header, payload, hash)]);
            Assert.Equal(SHA256.HashData(structure), hash[..CoseSign1.HashToBeSigned(HashAlgorithmName.SHA256, header, payload, hash)]);
        }
    }

    [Fact]
    public void The_signature_of_every_genuine_document_verifies_over_that_hash()
    {
        var verified = 0;
        foreach (var row in SharedDocument.All().Where(row => row.Expected is "valid" or "valid-but-debug-mode"))
        {
            Assert.True(UnverifiedDocument.TryParse(row.Read(), out var document, out var error), $"{row.File}: {error}");
            var envelope = document!.Envelope;
            using var certificate = X509CertificateLoader.LoadCertificate(document.Certificate.Span);
            using var key = certificate.GetECDsaPublicKey()!;
            var hash = new byte[Sha384Digest.Size];
            CoseSign1.HashToBeSigned(CoseAlgorithm.Es384.HashName(), envelope.ProtectedHeader.Span, envelope.Payload.Span, hash);
            Assert.True(key.VerifyHash(hash, envelope.Signature.Span, DSASignatureFormat.IeeeP1363FixedFieldConcatenation), row.File);

            hash[0] ^= 1;
            Assert.False(key.VerifyHash(hash, envelope.Signature.Span, DSASignatureFormat.IeeeP1363FixedFieldConcatenation), row.File);
            verified++;
        }

        Assert.InRange(verified, 60, int.MaxValue);
    }

    private static CoseSign1 Accepted(byte[] data)
    {
        Assert.True(CoseSign1.TryParse(data, Limit, out var cose, out var error), error?.ToString());
        Assert.Null(error);
        return cose!;
    }

    private static FormatError Refused(byte[] data)
    {
        Assert.False(CoseSign1.TryParse(data, Limit, out var cose, out var error));
        Assert.Null(cose);
        return error!;
    }
}

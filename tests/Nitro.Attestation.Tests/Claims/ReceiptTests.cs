using System.Security.Cryptography;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Cose;
using Nitro.Attestation.Tests.Support;

namespace Nitro.Attestation.Tests.Claims;

public sealed class ReceiptTests
{
    /// <summary>A receipt that was signed once, and the key it was signed with: both must be read and verify for ever.</summary>
    private const string PinnedHex =
        "84" + "5826" + ProtectedEs256 + "a0" + "590120" +
        "aa01010269696e666572656e6365" +
        "035830111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111" +
        "045830222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222" +
        "055830333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333" +
        "0643010203071b0000018bcfe5687b081903e8" +
        "095830444444444444444444444444444444444444444444444444444444444444444444444444444444444444444444444444" +
        "0a5830000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000" +
        "5840aa579377cd299330781513cca7d4327884a5452bee119509bf1046588965bc78" +
        "86d990c45030be4b9544b89dc3e67b401b55f1c1f249792beb58228a8dff7688";

    private const string PinnedKey =
        "3059301306072a8648ce3d020106082a8648ce3d0301070342000444b4aefbd62a97e820cbfaa73772b01ddaae0de81a4041f33f25524a1c36cca6" +
        "ccc251c37821f7648a3bab3f03c3c32935a7237345aae88abc12a2e6cdf6442c";

    /// <summary>{1: -7, 3: "application/vnd.nitro.claim+cbor"}.</summary>
    private const string ProtectedEs256 = "a201260378206170706c69636174696f6e2f766e642e6e6974726f2e636c61696d2b63626f72";

    public static TheoryData<CoseAlgorithm> Algorithms => [CoseAlgorithm.Es256, CoseAlgorithm.Es384];

    [Fact]
    public void The_pinned_receipt_is_read_and_verifies()
    {
        var receipt = Accepted(Convert.FromHexString(PinnedHex));
        Assert.Equal(CoseAlgorithm.Es256, receipt.Algorithm);
        Assert.Equal((Digests.Filled(0x11), Digests.Filled(0x22), Digests.Filled(0x33)),
            (receipt.Claim.Model, receipt.Claim.Input, receipt.Claim.Output));
        Assert.Equal((1_700_000_000_123UL, 1000UL, Digests.Filled(0x44)),
            (receipt.Claim.IssuedAtMs, receipt.Claim.Sequence, receipt.Claim.Session));
        Assert.Equal(new byte[] { 1, 2, 3 }, receipt.Claim.Nonce.ToArray());
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(Convert.FromHexString(PinnedKey), out _);
        Assert.True(Verifies(key, receipt));
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void What_is_signed_is_read_and_verifies_with_the_key_and_with_no_other(CoseAlgorithm algorithm)
    {
        using var key = ECDsa.Create(algorithm.Curve());
        using var other = ECDsa.Create(algorithm.Curve());
        var claim = Claim(nonce: 64);
        var bytes = Receipt.Sign(key, algorithm, claim);
        var receipt = Accepted(bytes);
        Assert.Equal(algorithm, receipt.Algorithm);
        Assert.Equal(bytes, receipt.Bytes.ToArray());
        Assert.Equal(claim, receipt.Envelope.Payload.ToArray());
        Assert.Equal(claim, receipt.Claim.Encode());
        Assert.True(Verifies(key, receipt));
        Assert.False(Verifies(other, receipt));

        // RFC 9052's Sig_structure, written and verified by means that are not ours.
        var structure = Raw.Array(Raw.Text("Signature1"), Raw.Bytes(Receipt.ProtectedHeader(algorithm).Span), Raw.Bytes(0),
            Raw.Bytes(claim));
        Assert.True(key.VerifyData(structure, receipt.Envelope.Signature.Span, algorithm.HashName(),
            DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
    }

    [Fact]
    public void The_protected_header_is_algorithm_and_content_type_alone()
    {
        Assert.Equal(ProtectedEs256, Convert.ToHexStringLower(Receipt.ProtectedHeader(CoseAlgorithm.Es256).Span));
        foreach (var algorithm in new[] { CoseAlgorithm.Es256, CoseAlgorithm.Es384 })
        {
            var expected = Raw.Written(writer =>
            {
                writer.WriteStartMap(2);
                writer.WriteInt32(1);
                writer.WriteInt32((int)algorithm);
                writer.WriteInt32(3);
                writer.WriteTextString("application/vnd.nitro.claim+cbor");
                writer.WriteEndMap();
            });
            Assert.Equal(expected, Receipt.ProtectedHeader(algorithm).ToArray());
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => Receipt.ProtectedHeader((CoseAlgorithm)(-36)));
    }

    [Fact]
    public void Signing_refuses_a_key_of_another_curve()
    {
        using var small = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var large = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var largest = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        Assert.Throws<ArgumentException>("key", () => Receipt.Sign(large, CoseAlgorithm.Es256, Claim()));
        Assert.Throws<ArgumentException>("key", () => Receipt.Sign(small, CoseAlgorithm.Es384, Claim()));
        Assert.Throws<ArgumentException>("key", () => Receipt.Sign(largest, CoseAlgorithm.Es384, Claim()));
        Assert.Throws<ArgumentNullException>("key", () => Receipt.Sign(null!, CoseAlgorithm.Es256, Claim()));
        Assert.Throws<ArgumentOutOfRangeException>(() => Receipt.Sign(small, 0, Claim()));
    }

    [Fact]
    public void The_largest_receipt_has_just_the_maximum_size()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var claim = new Claim
        {
            Model = default,
            Input = default,
            Output = default,
            Nonce = new byte[64],
            IssuedAtMs = 253_402_300_799_999,
            Sequence = ulong.MaxValue,
            Session = default,
            Previous = default,
        };
        var bytes = Receipt.Sign(key, CoseAlgorithm.Es384, claim.Encode());
        Assert.Equal(Receipt.MaximumSize, bytes.Length);
        Accepted(bytes);
        Assert.Equal(new FormatError("receipt", -1, "1 to 500 bytes", "501"), Refused([.. bytes, 0]));
        Assert.Equal(new FormatError("receipt", -1, "1 to 500 bytes", "0"), Refused([]));
    }

    [Theory]
    [InlineData("a0", "an empty header")]
    [InlineData("a10126", "no content type")]
    [InlineData("a1037820" + ContentType, "no algorithm")]
    [InlineData("a201270378" + "20" + ContentType, "EdDSA")]
    [InlineData("a20138230378" + "20" + ContentType, "ES512")]
    [InlineData("a2013800" + "037820" + ContentType, "algorithm -1")]
    [InlineData("a2037820" + ContentType + "0126", "keys in another order")]
    [InlineData("a301260378" + "20" + ContentType + "0440", "a key identifier besides")]
    [InlineData("a20126037824" + "6170706c69636174696f6e2f766e642e6e6974726f2e6368756e6b2d656e642b63626f72",
        "the content type of something else")]
    [InlineData("a20126035820" + ContentType, "the content type as bytes")]
    [InlineData("a2012603790020" + ContentType, "a length that is not in its shortest form")]
    [InlineData("bf0126037820" + ContentType + "ff", "a map of indefinite length")]
    public void Any_other_protected_header_is_refused(string hex, string what)
    {
        var error = Refused(CoseSign1.Encode(Convert.FromHexString(hex), Claim(), new byte[64]));
        Assert.True(error.Where == "protected header", $"{what}: {error}");
    }

    private const string ContentType = "6170706c69636174696f6e2f766e642e6e6974726f2e636c61696d2b63626f72";

    [Fact]
    public void A_tag_an_unprotected_header_and_another_signature_length_are_refused()
    {
        var header = Receipt.ProtectedHeader(CoseAlgorithm.Es256).Span;
        var right = CoseSign1.Encode(header, Claim(), new byte[64]);
        Accepted(right);
        Assert.Equal(new FormatError("receipt", 0, "an untagged COSE_Sign1", "tag 18"), Refused([0xd2, .. right]));
        Assert.Equal("an array", Refused([0xd1, .. right]).Expected);
        var unprotected = Raw.Array(Raw.Bytes(header), Raw.Map((Raw.Number(4), Raw.Bytes(1))), Raw.Bytes(Claim()), Raw.Bytes(64));
        Assert.Equal(new FormatError("unprotected header", -1, "an empty map", "1 entries"), Refused(unprotected));
        foreach (var length in new[] { 0, 63, 65, 70, 96 })
        {
            Assert.Equal(new FormatError("signature", -1, "64 bytes", $"{length}"),
                Refused(CoseSign1.Encode(header, Claim(), new byte[length])));
        }

        foreach (var length in new[] { 0, 64, 95, 97, 102 })
        {
            Assert.Equal(
                new FormatError("signature", -1, "96 bytes", $"{length}"),
                Refused(CoseSign1.Encode(Receipt.ProtectedHeader(CoseAlgorithm.Es384).Span, Claim(), new byte[length])));
        }
    }

    [Fact]
    public void A_receipt_over_anything_but_a_claim_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        foreach (var payload in new byte[][] { [], Raw.Null, SessionStatementTests.Sample.Encode(), SessionStatementTests.Seal,
            [.. Claim(), 0x00], Raw.Bytes(Claim()) })
        {
            Refused(CoseSign1.Encode(Receipt.ProtectedHeader(CoseAlgorithm.Es256).Span, payload, new byte[64]));
        }

        // A detached payload, as COSE would write it.
        Assert.Equal("null",
            Refused(Raw.Array(Raw.Bytes(Receipt.ProtectedHeader(CoseAlgorithm.Es256).Span), Raw.Map(), Raw.Null, Raw.Bytes(64))).Found);
    }

    [Fact]
    public void An_error_inside_the_claim_is_placed_in_the_receipt()
    {
        var hex = PinnedHex.Replace("0643010203", "0b43010203", StringComparison.Ordinal);
        Assert.Equal(new FormatError("claim.nonce", hex.IndexOf("0b43010203", StringComparison.Ordinal) / 2, "key 6", "11"),
            Refused(Convert.FromHexString(hex)));
    }

    [Fact]
    public void There_is_no_other_form()
    {
        var bytes = Convert.FromHexString(PinnedHex);
        foreach (var (what, other) in CborNode.Parse(bytes).NonCanonicalForms())
        {
            Assert.False(Receipt.TryParse(other, out _, out _), what);
        }

        for (var length = 0; length < bytes.Length; length++)
        {
            Refused(bytes[..length]);
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Every_single_bit_flip_is_refused_or_breaks_the_signature(CoseAlgorithm algorithm)
    {
        using var key = ECDsa.Create(algorithm.Curve());
        var bytes = Receipt.Sign(key, algorithm, Claim());
        Assert.True(Verifies(key, Accepted(bytes)));
        var (read, refused) = (0, 0);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
            if (Receipt.TryParse(bytes, out var receipt, out _))
            {
                Assert.False(Verifies(key, receipt!), $"The receipt verifies with bit {bit} changed.");
                read++;
            }
            else
            {
                refused++;
            }

            bytes[bit / 8] ^= (byte)(1 << bit % 8);
        }

        // All of the five digests and of the signature is content, all of the headers is form.
        Assert.True(read >= 8 * ((5 * 48) + algorithm.SignatureSize()) && refused >= 8 * 40, $"{read} read, {refused} refused.");
    }

    [Fact]
    public void Damaged_receipts_never_verify()
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(Convert.FromHexString(PinnedKey), out _);
        var original = Convert.FromHexString(PinnedHex);
        var (random, read) = (new Random(5), 0);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = Mutator.Mutate(original, random);
            if (Receipt.TryParse(bytes, out var receipt, out var error))
            {
                Assert.Null(error);
                Assert.Equal(bytes.AsSpan().SequenceEqual(original), Verifies(key, receipt!));
                read++;
            }
            else
            {
                Assert.Null(receipt);
                Assert.NotNull(error);
            }
        }

        Assert.InRange(read, 500, 19_000);
    }

    private static byte[] Claim(int nonce = 3) => new Claim
    {
        Model = Digests.Filled(1),
        Input = Digests.Filled(2),
        Output = Digests.Filled(3),
        Nonce = new byte[nonce],
        IssuedAtMs = 1_700_000_000_123,
        Sequence = 7,
        Session = Digests.Filled(4),
        Previous = Digests.Filled(5),
    }.Encode();

    /// <summary>What a verifier does with a receipt, by .NET's ECDsa.</summary>
    private static bool Verifies(ECDsa key, Receipt receipt)
    {
        var hash = new byte[Sha384Digest.Size];
        var size = CoseSign1.HashToBeSigned(receipt.Algorithm.HashName(), receipt.Envelope.ProtectedHeader.Span,
            receipt.Envelope.Payload.Span, hash);
        return key.VerifyHash(hash.AsSpan(0, size), receipt.Envelope.Signature.Span, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    private static Receipt Accepted(byte[] bytes)
    {
        Assert.True(Receipt.TryParse(bytes, out var receipt, out var error), error?.ToString());
        Assert.Null(error);
        return receipt!;
    }

    private static FormatError Refused(byte[] bytes)
    {
        Assert.False(Receipt.TryParse(bytes, out var receipt, out var error));
        Assert.Null(receipt);
        return error!;
    }
}

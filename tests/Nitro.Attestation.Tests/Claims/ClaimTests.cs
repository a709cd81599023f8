using System.Formats.Cbor;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Tests.Support;

namespace Nitro.Attestation.Tests.Claims;

public sealed class ClaimTests
{
    private const ulong LastMillisecond = 253_402_300_799_999;

    /// <summary>The encoding of <see cref="Sample"/>: it must never change, since it is what was signed.</summary>
    private const string SampleHex =
        "aa0101" + "0269696e666572656e6365" +
        "035830111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111" +
        "045830222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222" +
        "055830333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333" +
        "0643010203" + "071b0000018bcfe5687b" + "081903e8" +
        "095830444444444444444444444444444444444444444444444444444444444444444444444444444444444444444444444444" +
        "0a5830000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000";

    private static readonly CanonicalFormat<Claim> Format = new(Claim.TryParse, claim => claim.Encode());

    private static Claim Sample => new()
    {
        Model = Digests.Filled(0x11),
        Input = Digests.Filled(0x22),
        Output = Digests.Filled(0x33),
        Nonce = new byte[] { 1, 2, 3 },
        IssuedAtMs = 1_700_000_000_123,
        Sequence = 1000,
        Session = Digests.Filled(0x44),
        Previous = default,
    };

    [Fact]
    public void The_encoding_is_pinned_and_is_what_System_Formats_Cbor_reads()
    {
        var encoded = Sample.Encode();
        Assert.Equal(SampleHex, Convert.ToHexStringLower(encoded));

        var reader = new CborReader(encoded, CborConformanceMode.Canonical);
        Assert.Equal(10, reader.ReadStartMap());
        byte[] Bytes(int key)
        {
            Assert.Equal(key, reader.ReadInt32());
            return reader.ReadByteString();
        }

        Assert.Equal((1, 1, 2, "inference"), (reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadTextString()));
        Assert.Equal(Digests.Filled(0x11).ToArray(), Bytes(3));
        Assert.Equal(Digests.Filled(0x22).ToArray(), Bytes(4));
        Assert.Equal(Digests.Filled(0x33).ToArray(), Bytes(5));
        Assert.Equal(new byte[] { 1, 2, 3 }, Bytes(6));
        Assert.Equal((7, 1_700_000_000_123UL, 8, 1000UL),
            (reader.ReadInt32(), reader.ReadUInt64(), reader.ReadInt32(), reader.ReadUInt64()));
        Assert.Equal(Digests.Filled(0x44).ToArray(), Bytes(9));
        Assert.Equal(new byte[48], Bytes(10));
        reader.ReadEndMap();
        Assert.Equal(0, reader.BytesRemaining);
    }

    [Fact]
    public void What_is_written_is_read()
    {
        foreach (var nonce in new[] { 0, 1, 23, 24, Claim.MaximumNonce })
        {
            foreach (var (issuedAt, sequence) in new (ulong, ulong)[] { (0, 0), (23, 24), (1_700_000_000_123, 1UL << 32),
                (LastMillisecond, ulong.MaxValue) })
            {
                var written = new Claim
                {
                    Model = Digests.Filled(1),
                    Input = Digests.Filled(2),
                    Output = Digests.Filled(3),
                    Nonce = Enumerable.Repeat((byte)9, nonce).ToArray(),
                    IssuedAtMs = issuedAt,
                    Sequence = sequence,
                    Session = Digests.Filled(4),
                    Previous = Digests.Filled(5),
                };
                var read = Format.Accepted(written.Encode());
                Assert.Equal((written.Model, written.Input, written.Output), (read.Model, read.Input, read.Output));
                Assert.Equal(written.Nonce.ToArray(), read.Nonce.ToArray());
                Assert.Equal((issuedAt, sequence, written.Session, written.Previous),
                    (read.IssuedAtMs, read.Sequence, read.Session, read.Previous));
            }
        }
    }

    [Fact]
    public void The_largest_claim_has_just_the_maximum_size()
    {
        var largest = new Claim
        {
            Model = default,
            Input = default,
            Output = default,
            Nonce = new byte[Claim.MaximumNonce],
            IssuedAtMs = LastMillisecond,
            Sequence = ulong.MaxValue,
            Session = default,
            Previous = default,
        };
        Assert.Equal(Claim.MaximumSize, largest.Encode().Length);
        Assert.InRange(Claim.MaximumSize, 1, 512);
    }

    [Fact]
    public void A_nonce_has_at_most_64_bytes_and_is_a_copy()
    {
        var nonce = new byte[] { 1, 2 };
        var claim = With(nonce, 0);
        nonce[0] = 9;
        Assert.Equal([1, 2], claim.Nonce.ToArray());
        Assert.Throws<ArgumentException>(() => With(new byte[65], 0));
        Assert.Equal(new FormatError("claim.nonce", SampleHex.IndexOf("43010203", StringComparison.Ordinal) / 2, "0 to 64 bytes", "65"),
            Refused("0643010203", "06" + Hex(Raw.Bytes(65))));
    }

    [Fact]
    public void A_time_past_the_year_9999_is_neither_written_nor_read()
    {
        Assert.Equal(LastMillisecond, With([], LastMillisecond).IssuedAtMs);
        Assert.Throws<ArgumentOutOfRangeException>(() => With([], LastMillisecond + 1));
        Assert.Equal("claim.issued-at", Refused("071b0000018bcfe5687b", "07" + Hex(Raw.Unsigned(LastMillisecond + 1))).Where);
        Assert.Equal("claim.issued-at", Refused("071b0000018bcfe5687b", "07" + Hex(Raw.Unsigned(ulong.MaxValue))).Where);
    }

    [Theory]
    [InlineData("0101", "0100", "claim.version", "1", "0")]
    [InlineData("0101", "0102", "claim.version", "1", "2")]
    [InlineData("0101", "0120", "claim.version", "an unsigned integer", "a negative integer")]
    [InlineData("0101", "016131", "claim.version", "an unsigned integer", "a text string")]
    [InlineData("0101", "0001", "claim.version", "key 1", "0")]
    [InlineData("0269696e666572656e6365", "026773657373696f6e", "claim.type", "\"inference\"", "\"session\"")]
    [InlineData("0269696e666572656e6365", "02647365616c", "claim.type", "\"inference\"", "\"seal\"")]
    [InlineData("0269696e666572656e6365", "0269496e666572656e6365", "claim.type", "\"inference\"", "\"Inference\"")]
    [InlineData("0269696e666572656e6365", "0260", "claim.type", "\"inference\"", "\"\"")]
    [InlineData("0269696e666572656e6365", "0249696e666572656e6365", "claim.type", "a text string", "a byte string")]
    [InlineData("0643010203", "0663010203", "claim.nonce", "a byte string", "a text string")]
    [InlineData("0643010203", "06f6", "claim.nonce", "a byte string", "null")]
    [InlineData("0643010203", "0b43010203", "claim.nonce", "key 6", "11")]
    [InlineData("081903e8", "0820", "claim.sequence", "an unsigned integer", "a negative integer")]
    [InlineData("081903e8", "08fb408f400000000000", "claim.sequence", "an unsigned integer", "a floating-point number")]
    [InlineData("081903e8", "08c24203e8", "claim.sequence", "an unsigned integer", "a tag")]
    [InlineData("071b0000018bcfe5687b", "0720", "claim.issued-at", "an unsigned integer", "a negative integer")]
    public void Each_field_is_refused_when_it_is_wrong(string right, string wrong, string where, string expected, string found)
    {
        var error = Refused(right, wrong);
        Assert.Equal((where, expected, found), (error.Where, error.Expected, error.Found));
        Assert.InRange(error.Offset, SampleHex.IndexOf(right, StringComparison.Ordinal) / 2,
            (SampleHex.IndexOf(right, StringComparison.Ordinal) / 2) + 1);
    }

    [Theory]
    [InlineData(3, "model")]
    [InlineData(4, "input")]
    [InlineData(5, "output")]
    [InlineData(9, "session")]
    [InlineData(10, "previous")]
    public void Each_digest_has_48_bytes(int key, string name)
    {
        var right = CborNode.Parse(Convert.FromHexString(SampleHex));
        var digest = right.Children[(key * 2) - 1];
        foreach (var length in new[] { 0, 32, 47, 49, 64 })
        {
            var error = Format.Refused(right.Encode(digest, Raw.Bytes(length)));
            Assert.Equal(("claim." + name, "48 bytes", $"{length}"), (error.Where, error.Expected, error.Found));
        }

        Assert.Equal("claim." + name, Format.Refused(right.Encode(digest, Raw.Text(new string('a', 48)))).Where);
        Assert.Equal("claim." + name, Format.Refused(right.Encode(right.Children[(key * 2) - 2], Raw.Number(key + 1))).Where);
    }

    [Fact]
    public void Any_other_number_of_keys_is_refused()
    {
        var pairs = CborNode.Parse(Convert.FromHexString(SampleHex)).Children.Select(child => child.Encode()).Chunk(2)
            .Select(pair => (pair[0], pair[1])).ToList();
        Assert.Equal(Convert.FromHexString(SampleHex), Raw.Map(pairs));
        Assert.Equal("9", Format.Refused(Raw.Map(pairs[..9])).Found);
        Assert.Equal("11", Format.Refused(Raw.Map([.. pairs, (Raw.Number(11), Raw.Number(0))])).Found);
        Assert.Equal("0", Format.Refused(Raw.Map()).Found);
    }

    [Fact]
    public void There_is_no_other_form() => Format.AssertIsTheOnlyForm(Sample.Encode());

    [Fact]
    public void A_session_statement_and_a_seal_are_no_claims()
    {
        var error = Format.Refused(SessionStatementTests.Sample.Encode());
        Assert.Equal(new FormatError("claim", 0, "10 entries", "7"), error);
        Format.Refused(SessionStatementTests.Seal);

        // Not even with ten keys.
        var padded = Raw.Map([.. Enumerable.Range(3, 8).Select(key => (Raw.Number(key), Raw.Bytes(48)))
            .Prepend((Raw.Number(2), Raw.Text("seal"))).Prepend((Raw.Number(1), Raw.Number(1)))]);
        Assert.Equal(("claim.type", "\"seal\""), (Format.Refused(padded).Where, Format.Refused(padded).Found));
    }

    [Fact]
    public void Damaged_claims_are_refused_or_read_as_they_stand() =>
        Format.AssertSurvivesDamage(1, 40_000, Sample.Encode(), With(new byte[64], LastMillisecond).Encode());

    private static Claim With(byte[] nonce, ulong issuedAt) => new()
    {
        Model = Digests.Filled(1),
        Input = Digests.Filled(2),
        Output = Digests.Filled(3),
        Nonce = nonce,
        IssuedAtMs = issuedAt,
        Sequence = 0,
        Session = Digests.Filled(4),
        Previous = Digests.Filled(5),
    };

    private static FormatError Refused(string right, string wrong)
    {
        Assert.Equal(SampleHex.IndexOf(right, StringComparison.Ordinal), SampleHex.LastIndexOf(right, StringComparison.Ordinal));
        return Format.Refused(Convert.FromHexString(SampleHex.Replace(right, wrong, StringComparison.Ordinal)));
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}

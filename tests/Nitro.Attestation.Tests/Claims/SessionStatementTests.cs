using System.Formats.Cbor;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Cose;
using Nitro.Attestation.Tests.Support;

namespace Nitro.Attestation.Tests.Claims;

public sealed class SessionStatementTests
{
    private const ulong LastMillisecond = 253_402_300_799_999;

    /// <summary>The encoding of <see cref="Sample"/>: it must never change, since it is what was signed.</summary>
    private const string SampleHex =
        "a70101" + "026773657373696f6e" +
        "035830555555555555555555555555555555555555555555555555555555555555555555555555555555555555555555555555" +
        "045830666666666666666666666666666666666666666666666666666666666666666666666666666666666666666666666666" +
        "051b0000018bcfe5687b" + "0626" + "0740";

    private static readonly CanonicalFormat<SessionStatement> Format = new(SessionStatement.TryParse, statement => statement.Encode());

    internal static SessionStatement Sample => With(CoseAlgorithm.Es256, null, 1_700_000_000_123);

    /// <summary>A map of the type that a later release seals claims with.</summary>
    internal static byte[] Seal => Raw.Map(
        (Raw.Number(1), Raw.Number(1)),
        (Raw.Number(2), Raw.Text("seal")),
        (Raw.Number(3), Raw.Bytes(48)),
        (Raw.Number(4), Raw.Number(0)),
        (Raw.Number(5), Raw.Number(1)),
        (Raw.Number(6), Raw.Bytes(48)),
        (Raw.Number(7), Raw.Bytes(48)),
        (Raw.Number(8), Raw.Bytes(0)),
        (Raw.Number(9), [0xf4]));

    [Fact]
    public void The_encoding_is_pinned_and_is_what_System_Formats_Cbor_reads()
    {
        var encoded = Sample.Encode();
        Assert.Equal(SampleHex, Convert.ToHexStringLower(encoded));

        var reader = new CborReader(encoded, CborConformanceMode.Canonical);
        Assert.Equal(7, reader.ReadStartMap());
        Assert.Equal((1, 1, 2, "session", 3),
            (reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadTextString(), reader.ReadInt32()));
        Assert.Equal(Digests.Filled(0x55).ToArray(), reader.ReadByteString());
        Assert.Equal(4, reader.ReadInt32());
        Assert.Equal(Digests.Filled(0x66).ToArray(), reader.ReadByteString());
        Assert.Equal((5, 1_700_000_000_123UL, 6, -7, 7),
            (reader.ReadInt32(), reader.ReadUInt64(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32()));
        Assert.Empty(reader.ReadByteString());
        reader.ReadEndMap();
        Assert.Equal(0, reader.BytesRemaining);
    }

    [Fact]
    public void What_is_written_is_read()
    {
        foreach (var algorithm in new[] { CoseAlgorithm.Es256, CoseAlgorithm.Es384 })
        {
            foreach (var tlsKey in new Sha384Digest?[] { null, default(Sha384Digest), Digests.Filled(7) })
            {
                foreach (var startedAt in new ulong[] { 0, 1_700_000_000_123, LastMillisecond })
                {
                    var read = Format.Accepted(With(algorithm, tlsKey, startedAt).Encode());
                    Assert.Equal((Digests.Filled(0x55), Digests.Filled(0x66)), (read.Models, read.Configuration));
                    Assert.Equal((algorithm, tlsKey, startedAt), (read.Algorithm, read.TlsKey, read.StartedAtMs));
                }
            }
        }
    }

    [Fact]
    public void The_largest_statement_fits_the_512_bytes_of_user_data_that_an_NSM_takes() =>
        Assert.InRange(With(CoseAlgorithm.Es384, Digests.Filled(7), LastMillisecond).Encode().Length, 1, 512);

    [Theory]
    [InlineData("a70101", "a70102", "session.version", "1", "2")]
    [InlineData("a70101", "a70201", "session.version", "key 1", "2")]
    [InlineData("026773657373696f6e", "0269696e666572656e6365", "session.type", "\"session\"", "\"inference\"")]
    [InlineData("026773657373696f6e", "02647365616c", "session.type", "\"session\"", "\"seal\"")]
    [InlineData("026773657373696f6e", "024773657373696f6e", "session.type", "a text string", "a byte string")]
    [InlineData("051b0000018bcfe5687b", "0520", "session.started-at", "an unsigned integer", "a negative integer")]
    [InlineData("051b0000018bcfe5687b", "051b0000e677d21fdc00", "session.started-at", "milliseconds since 1970, at most 253402300799999",
        "253402300800000")]
    [InlineData("0626", "0627", "session.algorithm", "-7 (ES256) or -35 (ES384)", "-8")]
    [InlineData("0626", "063823", "session.algorithm", "-7 (ES256) or -35 (ES384)", "-36")]
    [InlineData("0626", "0620", "session.algorithm", "-7 (ES256) or -35 (ES384)", "-1")]
    [InlineData("0626", "0600", "session.algorithm", "-7 (ES256) or -35 (ES384)", "0")]
    [InlineData("0626", "0607", "session.algorithm", "-7 (ES256) or -35 (ES384)", "7")]
    [InlineData("0626", "063bffffffffffffffff", "session.algorithm", "an integer of 64 bits", "a larger one")]
    [InlineData("0626", "06654553323536", "session.algorithm", "an unsigned integer", "a text string")]
    [InlineData("0740", "074100", "session.tls-key", "0 or 48 bytes", "1")]
    [InlineData("0740", "07f6", "session.tls-key", "a byte string", "null")]
    public void Each_field_is_refused_when_it_is_wrong(string right, string wrong, string where, string expected, string found)
    {
        Assert.Equal(SampleHex.IndexOf(right, StringComparison.Ordinal), SampleHex.LastIndexOf(right, StringComparison.Ordinal));
        var error = Format.Refused(Convert.FromHexString(SampleHex.Replace(right, wrong, StringComparison.Ordinal)));
        Assert.Equal((where, expected, found), (error.Where, error.Expected, error.Found));
        Assert.InRange(error.Offset, SampleHex.IndexOf(right, StringComparison.Ordinal) / 2,
            (SampleHex.IndexOf(right, StringComparison.Ordinal) / 2) + 2);
    }

    [Fact]
    public void Each_digest_has_48_bytes_and_the_TLS_key_none_or_48()
    {
        var right = CborNode.Parse(With(CoseAlgorithm.Es256, Digests.Filled(7), 5).Encode());
        foreach (var (key, name, lengths) in new (int, string, int[])[] { (3, "models", [0, 47, 49]), (4, "configuration", [0, 47, 49]),
            (7, "tls-key", [1, 47, 49]) })
        {
            foreach (var length in lengths)
            {
                Assert.Equal("session." + name, Format.Refused(right.Encode(right.Children[(key * 2) - 1], Raw.Bytes(length))).Where);
            }
        }
    }

    [Fact]
    public void An_unknown_algorithm_and_a_time_past_the_year_9999_are_not_written()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => With((CoseAlgorithm)(-36), null, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => With(0, null, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => With(CoseAlgorithm.Es256, null, LastMillisecond + 1));
    }

    [Fact]
    public void There_is_no_other_form()
    {
        Format.AssertIsTheOnlyForm(Sample.Encode());
        Format.AssertIsTheOnlyForm(With(CoseAlgorithm.Es384, Digests.Filled(7), 0).Encode());
    }

    [Fact]
    public void A_claim_and_a_seal_are_no_session_statements()
    {
        Assert.Equal(new FormatError("session", 0, "7 entries", "9"), Format.Refused(Seal));

        // Not even with seven keys.
        var seal = Raw.Map([.. Enumerable.Range(3, 5).Select(key => (Raw.Number(key), Raw.Bytes(48)))
            .Prepend((Raw.Number(2), Raw.Text("seal"))).Prepend((Raw.Number(1), Raw.Number(1)))]);
        Assert.Equal("\"seal\"", Format.Refused(seal).Found);
        var claim = new Claim
        {
            Model = default,
            Input = default,
            Output = default,
            Nonce = default,
            IssuedAtMs = 0,
            Sequence = 0,
            Session = default,
            Previous = default,
        };
        Assert.Equal("10", Format.Refused(claim.Encode()).Found);
    }

    [Fact]
    public void Damaged_statements_are_refused_or_read_as_they_stand() =>
        Format.AssertSurvivesDamage(2, 40_000, Sample.Encode(), With(CoseAlgorithm.Es384, Digests.Filled(7), LastMillisecond).Encode());

    private static SessionStatement With(CoseAlgorithm algorithm, Sha384Digest? tlsKey, ulong startedAt) => new()
    {
        Models = Digests.Filled(0x55),
        Configuration = Digests.Filled(0x66),
        StartedAtMs = startedAt,
        Algorithm = algorithm,
        TlsKey = tlsKey,
    };
}

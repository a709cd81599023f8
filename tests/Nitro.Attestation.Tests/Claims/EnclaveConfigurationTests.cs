using System.Formats.Cbor;
using System.Security.Cryptography;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Tests.Support;

namespace Nitro.Attestation.Tests.Claims;

public sealed class EnclaveConfigurationTests
{
    /// <summary>The encoding of <see cref="Sample"/>: it must never change, since PCR17 and session statements hold its digest.</summary>
    private const string SampleHex = "82" + "756e6974726f2f636f6e66696775726174696f6e2f31" + "a3" + "616260" + "62616163796573"
        + "67746872656164736132";

    private static readonly byte[] Header = Raw.Text("nitro/configuration/1");

    private static readonly CanonicalFormat<EnclaveConfiguration> Format = new(EnclaveConfiguration.TryParse, configuration =>
        EnclaveConfiguration.Create(configuration.Settings).Encode());

    private static EnclaveConfiguration Sample => Create(("threads", "2"), ("aa", "yes"), ("b", ""));

    [Fact]
    public void The_encoding_is_pinned_and_is_what_System_Formats_Cbor_reads()
    {
        var encoded = Sample.Encode();
        Assert.Equal(SampleHex, Convert.ToHexStringLower(encoded));
        Assert.Equal(SHA384.HashData(encoded), Sample.Digest.ToArray());

        var reader = new CborReader(encoded, CborConformanceMode.Canonical);
        Assert.Equal(2, reader.ReadStartArray());
        Assert.Equal("nitro/configuration/1", reader.ReadTextString());
        Assert.Equal(3, reader.ReadStartMap());
        Assert.Equal(("b", "", "aa", "yes", "threads", "2"), (
            reader.ReadTextString(), reader.ReadTextString(), reader.ReadTextString(), reader.ReadTextString(), reader.ReadTextString(),
                reader.ReadTextString()));
        reader.ReadEndMap();
        reader.ReadEndArray();
        Assert.Equal(0, reader.BytesRemaining);
    }

    [Fact]
    public void Settings_stand_in_the_order_of_their_encoded_names_whatever_order_they_came_in()
    {
        string[] sorted = ["A", "a", "b", "aa", "\u00e4", "aaa", "\uff5e", "aaaa", "\U00010000", new('z', 23), new('a', 24), new('a', 255)];
        var random = new Random(17);
        for (var i = 0; i < 50; i++)
        {
            string[] shuffled = [.. sorted];
            random.Shuffle(shuffled);
            var configuration = Create([.. shuffled.Select(name => (name, $"v{name.Length}"))]);
            Assert.Equal(sorted, configuration.Settings.Select(setting => setting.Key));
            Assert.All(configuration.Settings, setting => Assert.Equal($"v{setting.Key.Length}", setting.Value));
            Assert.Equal(configuration.Settings, Format.Accepted(configuration.Encode()).Settings);
            Assert.Equal(configuration.Digest, Format.Accepted(configuration.Encode()).Digest);
        }

        // The order of RFC 8949 section 4.2.1: that of the encoded keys, byte by byte.
        Assert.Equal(sorted, sorted.OrderBy(name => Convert.ToHexString(Raw.Text(name)), StringComparer.Ordinal));
    }

    [Fact]
    public void No_settings_at_all_are_a_configuration() => Assert.Empty(Format.Accepted(Create().Encode()).Settings);

    [Fact]
    public void Settings_out_of_order_or_twice_are_refused()
    {
        FormatError Order(params string[] names) =>
            Format.Refused(Raw.Array(Header, Raw.Map([.. names.Select(name => (Raw.Text(name), Raw.Text("v")))])));
        Assert.Equal(new FormatError("setting name", 1 + Header.Length + 1 + 4, "names in order, each once", "\"a\" out of order"),
            Order("b", "a"));
        Assert.Equal("names in order, each once", Order("a", "a").Expected);
        Assert.Equal("names in order, each once", Order("aa", "b").Expected);
        Assert.Equal("names in order, each once", Order("a", "b", "a").Expected);

        // Of the same length in bytes, and of another order in UTF-16.
        Assert.Equal("names in order, each once", Order("\U00010000", "\uff5ea").Expected);
        Format.Accepted(Raw.Array(Header, Raw.Map((Raw.Text("\uff5ea"), Raw.Text("")), (Raw.Text("\U00010000"), Raw.Text("")))));
        Assert.Throws<ArgumentException>("settings", () => Create(("a", "1"), ("b", "1"), ("a", "2")));
    }

    [Fact]
    public void A_configuration_has_at_most_64_settings()
    {
        (string, string)[] Settings(int count) => [.. Enumerable.Range(0, count).Select(i => ($"{i:d3}", "v"))];
        Assert.Equal(64, Format.Accepted(Create(Settings(64)).Encode()).Settings.Count);
        Assert.Throws<ArgumentException>("settings", () => Create(Settings(65)));
        var error = Format.Refused(
            Raw.Array(Header, Raw.Map([.. Settings(65).Select(setting => (Raw.Text(setting.Item1), Raw.Text("v")))])));
        Assert.Equal(new FormatError("configuration settings", 1 + Header.Length, "0 to 64 entries", "65"), error);
    }

    [Fact]
    public void A_name_has_1_to_255_bytes_of_UTF_8_and_a_value_at_most_255()
    {
        var longest = new string('a', 253) + "\u00e4";
        Format.Accepted(Create((longest, longest)).Encode());
        Format.Accepted(Create(("a", "")).Encode());
        foreach (var (name, value) in new[] { ("", "v"), (longest + "a", "v"), ("a", longest + "a"), ("\udc00", "v"), ("a", "\ud800"),
            (null!, "v"), ("a", null!) })
        {
            Assert.Throws<ArgumentException>("settings", () => Create(("x", "y"), (name, value)));
        }

        Assert.Throws<ArgumentNullException>("settings", () => EnclaveConfiguration.Create(null!));
        FormatError Setting(string name, string value) => Format.Refused(Raw.Array(Header, Raw.Map((Raw.Text(name), Raw.Text(value)))));
        Assert.Equal(("setting name", "0"), (Setting("", "").Where, Setting("", "").Found));
        Assert.Equal(("setting name", "256"), (Setting(longest + "a", "").Where, Setting(longest + "a", "").Found));
        Assert.Equal(("setting value", "256"), (Setting("a", longest + "a").Where, Setting("a", longest + "a").Found));
    }

    [Fact]
    public void The_largest_configuration_has_just_the_maximum_size()
    {
        var configuration = Create([.. Enumerable.Range(0, 64).Select(i => ($"{i:d255}", new string('v', 255)))]);
        Assert.Equal(EnclaveConfiguration.MaximumSize, configuration.Encode().Length);
        Format.Accepted(configuration.Encode());
    }

    [Fact]
    public void Another_header_is_refused()
    {
        foreach (var header in new[] { "nitro/configuration/2", "nitro/configuration/10", "nitro/input/1", "", "Nitro/configuration/1" })
        {
            var error = Format.Refused(Raw.Array(Raw.Text(header), Raw.Map()));
            Assert.Equal(new FormatError("configuration header", 1, "\"nitro/configuration/1\"", $"\"{header}\""), error);
        }

        Assert.Equal("configuration header", Format.Refused(Raw.Array(Raw.Bytes("nitro/configuration/1"u8), Raw.Map())).Where);
    }

    [Fact]
    public void Each_part_is_refused_when_it_is_wrong()
    {
        Assert.Equal("configuration", Format.Refused(Raw.Array(Header)).Where);
        Assert.Equal("configuration", Format.Refused(Raw.Array(Header, Raw.Map(), Raw.Map())).Where);
        Assert.Equal("configuration settings", Format.Refused(Raw.Array(Header, Raw.Array())).Where);
        Assert.Equal("setting name", Format.Refused(Raw.Array(Header, Raw.Map((Raw.Number(1), Raw.Text("v"))))).Where);
        Assert.Equal("setting value", Format.Refused(Raw.Array(Header, Raw.Map((Raw.Text("a"), Raw.Number(1))))).Where);
        Assert.Equal("setting value", Format.Refused(Raw.Array(Header, Raw.Map((Raw.Text("a"), Raw.Text([0xc3]))))).Where);
    }

    [Fact]
    public void There_is_no_other_form()
    {
        Format.AssertIsTheOnlyForm(Sample.Encode());
        Format.AssertIsTheOnlyForm(Create().Encode());
    }

    [Fact]
    public void Its_encoding_and_its_settings_cannot_be_changed()
    {
        var configuration = Sample;
        Array.Clear(configuration.Encode());
        Assert.Equal(SampleHex, Convert.ToHexStringLower(configuration.Encode()));
        Assert.True(((ICollection<KeyValuePair<string, string>>)configuration.Settings).IsReadOnly);
    }

    [Fact]
    public void Damaged_configurations_are_refused_or_read_as_they_stand() => Format.AssertSurvivesDamage(4, 40_000, Sample.Encode());

    private static EnclaveConfiguration Create(params (string Name, string Value)[] settings) =>
        EnclaveConfiguration.Create(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)));
}

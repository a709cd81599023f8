using System.Formats.Cbor;
using System.Security.Cryptography;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Tests.Support;

namespace Nitro.Attestation.Tests.Claims;

public sealed class ModelManifestTests
{
    /// <summary>The encoding of <see cref="Sample"/>: it must never change, since PCR16 and session statements hold its digest.</summary>
    private const string SampleHex =
        "82" +
        "83" + "66646967697473" + "6131" +
        "5830111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111" +
        "83" + "66646967697473" + "6132" +
        "5830222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222";

    private static readonly CanonicalFormat<ModelManifest> Format = new(ModelManifest.TryParse, manifest => ModelManifest.Create(manifest.Entries).Encode());

    private static ModelManifest Sample => ModelManifest.Create([Entry("digits", "2", 0x22), Entry("digits", "1", 0x11)]);

    [Fact]
    public void The_encoding_is_pinned_and_is_what_System_Formats_Cbor_reads()
    {
        var encoded = Sample.Encode();
        Assert.Equal(SampleHex, Convert.ToHexStringLower(encoded));
        Assert.Equal(SHA384.HashData(encoded), Sample.Digest.ToArray());

        var reader = new CborReader(encoded, CborConformanceMode.Canonical);
        Assert.Equal(2, reader.ReadStartArray());
        foreach (var (version, fill) in new (string, byte)[] { ("1", 0x11), ("2", 0x22) })
        {
            Assert.Equal(3, reader.ReadStartArray());
            Assert.Equal(("digits", version), (reader.ReadTextString(), reader.ReadTextString()));
            Assert.Equal(Digests.Filled(fill).ToArray(), reader.ReadByteString());
            reader.ReadEndArray();
        }

        reader.ReadEndArray();
        Assert.Equal(0, reader.BytesRemaining);
    }

    [Fact]
    public void Entries_stand_by_the_bytes_of_name_and_version_whatever_order_they_came_in()
    {
        ManifestEntry[] sorted =
        [
            Entry("A", "9", 1), Entry("a", "1", 2), Entry("a", "10", 3), Entry("a", "2", 4), Entry("aa", "0", 5),
            Entry("b", "\uff5e", 6), Entry("b", "\U00010000", 7),
            Entry("\u00e4", "1", 8), Entry("\uff5e", "1", 9), Entry("\U00010000", "1", 10),
        ];
        var random = new Random(16);
        for (var i = 0; i < 50; i++)
        {
            ManifestEntry[] shuffled = [.. sorted];
            random.Shuffle(shuffled);
            var manifest = ModelManifest.Create(shuffled);
            Assert.Equal(sorted, manifest.Entries);
            Assert.Equal(sorted, Format.Accepted(manifest.Encode()).Entries);
            Assert.Equal(manifest.Digest, Format.Accepted(manifest.Encode()).Digest);
        }
    }

    [Fact]
    public void Entries_out_of_order_or_twice_are_refused()
    {
        FormatError Order(params (string Name, string Version)[] entries) =>
            Format.Refused(Raw.Array([.. entries.Select(entry => Item(entry.Name, entry.Version))]));
        var expected = "entries sorted by name and version, each once";
        Assert.Equal(new FormatError("manifest entry", 1 + Item("b", "1").Length, expected, "\"a\" \"1\" out of order"),
            Order(("b", "1"), ("a", "1")));
        Assert.Equal(expected, Order(("a", "2"), ("a", "1")).Expected);
        Assert.Equal(expected, Order(("a", "1"), ("a", "1")).Expected);
        Assert.Equal(expected, Order(("aa", "1"), ("a", "1")).Expected);
        Assert.Equal(expected, Order(("\U00010000", "1"), ("\uff5e", "1")).Expected);
        Assert.Equal(expected, Order(("a", "\U00010000"), ("a", "\uff5e")).Expected);
        Assert.Equal(expected, Order(("a", "1"), ("b", "1"), ("a", "1")).Expected);
        Format.Accepted(Raw.Array(Item("\uff5e", "1"), Item("\U00010000", "1")));
        Format.Accepted(Raw.Array(Item("a", "1"), Item("aa", "1")));
    }

    [Fact]
    public void The_same_name_and_version_with_another_digest_is_still_the_same_entry()
    {
        Assert.Throws<ArgumentException>("entries", () => ModelManifest.Create([Entry("a", "1", 1), Entry("a", "1", 2)]));
        Format.Refused(Raw.Array(Item("a", "1", 1), Item("a", "1", 2)));
    }

    [Fact]
    public void An_entry_is_found_by_its_exact_name_and_version()
    {
        Assert.Equal(Digests.Filled(0x11), Sample.Find("digits", "1")?.Model);
        Assert.Equal(Digests.Filled(0x22), Sample.Find("digits", "2")?.Model);
        foreach (var (name, version) in new[] { ("digits", "3"), ("digits", ""), ("Digits", "1"), ("digit", "1"), ("digits ", "1"),
            ("1", "digits") })
        {
            Assert.Null(Sample.Find(name, version));
        }
    }

    [Fact]
    public void A_manifest_has_1_to_256_entries()
    {
        ManifestEntry[] Entries(int count) => [.. Enumerable.Range(0, count).Select(i => Entry($"model-{i:d5}", "1", 1))];
        Assert.Equal(256, Format.Accepted(ModelManifest.Create(Entries(256)).Encode()).Entries.Count);
        Assert.Throws<ArgumentException>("entries", () => ModelManifest.Create(Entries(257)));
        Assert.Throws<ArgumentException>("entries", () => ModelManifest.Create([]));
        Assert.Equal(new FormatError("manifest", 0, "1 to 256 entries", "0"), Format.Refused(Raw.Array()));
        Assert.Equal("257", Format.Refused(Raw.Array([.. Enumerable.Range(0, 257).Select(i => Item($"model-{i:d5}", "1"))])).Found);
    }

    [Fact]
    public void A_name_and_a_version_have_1_to_128_bytes_of_UTF_8()
    {
        var longest = new string('\u00e4', 64);
        Format.Accepted(ModelManifest.Create([Entry(longest, longest, 1)]).Encode());
        foreach (var text in new[] { "", longest + "a", "\ud800", null! })
        {
            Assert.Throws<ArgumentException>("entries", () => ModelManifest.Create([Entry("a", "1", 1), Entry(text, "1", 1)]));
            Assert.Throws<ArgumentException>("entries", () => ModelManifest.Create([Entry("a", "1", 1), Entry("a", text, 1)]));
        }

        Assert.Throws<ArgumentException>("entries", () => ModelManifest.Create([null!, null!]));
        Assert.Throws<ArgumentNullException>("entries", () => ModelManifest.Create(null!));
        Assert.Equal(("manifest name", "129"), Text(Format.Refused(Raw.Array(Item(longest + "a", "1")))));
        Assert.Equal(("manifest name", "0"), Text(Format.Refused(Raw.Array(Item("", "1")))));
        Assert.Equal(("manifest version", "129"), Text(Format.Refused(Raw.Array(Item("a", longest + "a")))));
        Assert.Equal(("manifest version", "0"), Text(Format.Refused(Raw.Array(Item("a", "")))));
        static (string, string) Text(FormatError error) => (error.Where, error.Found);
    }

    [Fact]
    public void The_largest_manifest_has_just_the_maximum_size()
    {
        var manifest = ModelManifest.Create(Enumerable.Range(0, 256).Select(i => Entry($"{i:d128}", new string('1', 128), 1)));
        Assert.Equal(ModelManifest.MaximumSize, manifest.Encode().Length);
        Format.Accepted(manifest.Encode());
    }

    [Fact]
    public void Each_part_is_refused_when_it_is_wrong()
    {
        byte[] name = Raw.Text("a"), version = Raw.Text("1"), model = Raw.Bytes(48);
        Assert.Equal("manifest entry", Format.Refused(Raw.Array(Raw.Array(name, version))).Where);
        Assert.Equal("manifest entry", Format.Refused(Raw.Array(Raw.Array(name, version, model, model))).Where);
        Assert.Equal("manifest entry", Format.Refused(Raw.Array(Raw.Map((name, version)))).Where);
        Assert.Equal("manifest name", Format.Refused(Raw.Array(Raw.Array(Raw.Bytes("a"u8), version, model))).Where);
        Assert.Equal("manifest name", Format.Refused(Raw.Array(Raw.Array(Raw.Text([0xff]), version, model))).Where);
        Assert.Equal("manifest version", Format.Refused(Raw.Array(Raw.Array(name, Raw.Number(1), model))).Where);
        Assert.Equal("manifest model", Format.Refused(Raw.Array(Raw.Array(name, version, Raw.Bytes(47)))).Where);
        Assert.Equal("manifest model", Format.Refused(Raw.Array(Raw.Array(name, version, Raw.Bytes(49)))).Where);
        Assert.Equal("manifest model", Format.Refused(Raw.Array(Raw.Array(name, version, Raw.Text(new string('a', 48))))).Where);
    }

    [Fact]
    public void There_is_no_other_form() => Format.AssertIsTheOnlyForm(Sample.Encode());

    [Fact]
    public void Its_encoding_and_its_entries_cannot_be_changed()
    {
        var manifest = Sample;
        Array.Clear(manifest.Encode());
        Assert.Equal(SampleHex, Convert.ToHexStringLower(manifest.Encode()));
        Assert.True(((ICollection<ManifestEntry>)manifest.Entries).IsReadOnly);
    }

    [Fact]
    public void Damaged_manifests_are_refused_or_read_as_they_stand() => Format.AssertSurvivesDamage(3, 40_000, Sample.Encode());

    private static ManifestEntry Entry(string name, string version, byte fill) => new(name, version, Digests.Filled(fill));

    private static byte[] Item(string name, string version, byte fill = 1) =>
        Raw.Array(Raw.Text(name), Raw.Text(version), Raw.Bytes(Digests.Filled(fill).ToArray()));
}

using System.Text;
using System.Text.Json.Nodes;
using Nitro.Eif.Comparing;
using Nitro.Eif.Reading;

namespace Nitro.Eif.Tests;

/// <summary>What differs between two images, said by the library.</summary>
public sealed class EifComparisonTests
{
    [Theory]
    [InlineData("""{"a.b":1,"a":{"b":2}}""", """{"a.b":3,"a":{"b":2}}""", "\"a.b\"", "1", "3")]
    [InlineData("""{"":1}""", """{"":2}""", "\"\"", "1", "2")]
    [InlineData("""{"\"a":{"b":1}}""", """{"\"a":{"b":2}}""", "\"\\\\u0022a\".b", "1", "2")]
    [InlineData("""{"a":{"b":1}}""", """{"a":{"b":null}}""", "a.b", "1", "null")]
    [InlineData("""{"a":{}}""", """{"a":[]}""", "a", "{}", "[]")]
    [InlineData("""{"a":1,"a":2}""", """{"a":2,"a":1}""", "", "{\"a\":1,\"a\":2}", "{\"a\":2,\"a\":1}")]
    public void Two_members_of_the_metadata_never_become_one(string one, string other, string what, string before, string after)
    {
        var difference = Assert.Single(Compare(Metadata(one), Metadata(other)));
        Assert.Equal(new EifDifference("metadata", null, what.Replace("\\\\", "\\", StringComparison.Ordinal), before, after), difference);
    }

    [Fact]
    public void An_archive_that_cannot_be_read_is_compared_as_a_whole()
    {
        var other = RawImage.Usual();
        other.Sections[4] = (RawImage.Ramdisk, 0, "changed"u8.ToArray());
        var difference = Assert.Single(Compare(RawImage.Usual(), other));
        Assert.Equal("ramdisk 1", difference.Where);
        Assert.Contains("cannot be compared", difference.What, StringComparison.Ordinal);
        Assert.Contains("7 bytes", difference.Second, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_files_in_another_order_are_told_of()
    {
        var (one, other) = (RawImage.Usual(), RawImage.Usual());
        one.Sections[4] = (RawImage.Ramdisk, 0, new Cpio().Entry("a", 0x81A4, "1").Entry("b", 0x81A4, "2").Bytes());
        other.Sections[4] = (RawImage.Ramdisk, 0, new Cpio().Entry("b", 0x81A4, "2").Entry("a", 0x81A4, "1").Bytes());
        Assert.Contains("another order", Assert.Single(Compare(one, other)).What, StringComparison.Ordinal);
        Assert.Empty(Compare(one, one));
    }

    [Theory]
    [InlineData("/app\n--a\n--b", "/app\n--c\n--b", "content", "--a", "--c")]
    [InlineData("/app\n--a", "/app\n--a\n--b", "content", "", "--b")]
    [InlineData("--a\n--b", "--b\n--a", "content, order of the lines", "--a --b", "--b --a")]
    [InlineData("--a\n--a", "--a", "content, order of the lines", "--a --a", "--a")]
    [InlineData("\u001b[2J", "b", "content", "\\u{1b}[2J", "b")]
    public void Of_command_and_environment_the_lines_are_shown(string before, string after, string what, string first, string second)
    {
        foreach (var file in (string[])["cmd", "env"])
        {
            var (one, other) = (RawImage.Usual(), RawImage.Usual());
            one.Sections[4] = (RawImage.Ramdisk, 0, new Cpio().Entry(file, 0x81A4, before).Bytes());
            other.Sections[4] = (RawImage.Ramdisk, 0, new Cpio().Entry(file, 0x81A4, after).Bytes());
            Assert.Equal(new EifDifference("ramdisk 1", file, what, first, second), Assert.Single(Compare(one, other)));
        }
    }

    /// <summary>In Latin-1: a line in the place of two arguments, a space in the place of an empty line, bytes that are no Unicode.</summary>
    [Theory]
    [InlineData("cmd", 0x81A4, "/app\n-a b", "/app\n-a\nb")]
    [InlineData("cmd", 0x81A4, "a\n \nb", "a\n\n\nb")]
    [InlineData("env", 0x81A4, "A=\u00ff", "A=\u00fe")]
    [InlineData("link", 0xA1FF, "\u00ff", "\u00fe")]
    public void What_differs_and_would_look_the_same_is_shown_by_its_digest(string file, int mode, string before, string after)
    {
        var (one, other) = (RawImage.Usual(), RawImage.Usual());
        one.Sections[4] = (RawImage.Ramdisk, 0, new Cpio().Entry(file, mode, Encoding.Latin1.GetBytes(before)).Bytes());
        other.Sections[4] = (RawImage.Ramdisk, 0, new Cpio().Entry(file, mode, Encoding.Latin1.GetBytes(after)).Bytes());
        var difference = Assert.Single(Compare(one, other));
        Assert.Equal((file, "content"), (difference.Path, difference.What.Split(',')[0]));
        Assert.NotEqual(difference.First, difference.Second);
    }

    [Theory]
    [InlineData("cmd", 4097)]
    [InlineData("other", 10)]
    public void Of_other_files_and_long_ones_size_and_digest_are_shown(string file, int size)
    {
        var (one, other) = (RawImage.Usual(), RawImage.Usual());
        one.Sections[4] = (RawImage.Ramdisk, 0, new Cpio().Entry(file, 0x81A4, new string('a', size)).Bytes());
        other.Sections[4] = (RawImage.Ramdisk, 0, new Cpio().Entry(file, 0x81A4, new string('b', size)).Bytes());
        Assert.StartsWith($"{size} bytes, SHA-256 ", Assert.Single(Compare(one, other)).First, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Unmeasured => new()
    {
        { "memory", "memory" },
        { "processors", "processors" },
        { "reserved", "nothing reads" },
        { "unused", "nothing reads" },
        { "a place beyond the sections", "nothing reads" },
        { "order", "order of the sections" },
        { "spaces in the metadata", "written differently" },
        { "members of the metadata", "another order" },
    };

    [Theory]
    [MemberData(nameof(Unmeasured))]
    public void Images_that_differ_where_nothing_measures_them_are_not_called_the_same(string which, string said)
    {
        var other = RawImage.Usual();
        switch (which)
        {
            case "memory":
                other.Memory = 7;
                break;
            case "processors":
                other.Cpus = 7;
                break;
            case "reserved":
                other.Reserved = 7;
                break;
            case "unused":
                other.Unused = 7;
                break;
            case "order":
                other.Sections.Add(other.Sections[2]);
                other.Sections.RemoveAt(2);
                break;
            case "spaces in the metadata":
                other.Sections[2] = (RawImage.Metadata, 0, [.. RawImage.SomeMetadata, .. " \n"u8]);
                break;
            case "members of the metadata":
                var members = JsonNode.Parse(RawImage.SomeMetadata)!.AsObject().Reverse()
                    .Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()));
                other.Sections[2] = (RawImage.Metadata, 0, Encoding.UTF8.GetBytes(new JsonObject(members).ToJsonString()));
                break;
            default:
                other.Offsets[31] = 7;
                break;
        }

        Assert.Contains(said, Assert.Single(Compare(RawImage.Usual(), other)).What, StringComparison.Ordinal);
        Assert.Empty(Compare(other, other));
    }

    [Fact]
    public void The_same_certificate_and_another_signature_are_told_of()
    {
        var (key, certificate) = Signatures.Signer();
        var pcr0 = RawImage.Usual().Pcrs().Pcr0;
        var (one, other) = (RawImage.Usual(), RawImage.Usual());
        one.With(RawImage.Signature, Signatures.Section(pcr0, key, certificate));
        other.With(RawImage.Signature, Signatures.Section(pcr0, key, certificate));
        Assert.Contains("signed again", Assert.Single(Compare(one, other)).What, StringComparison.Ordinal);
        Assert.Equal("PCR8", Assert.Single(Compare(one, RawImage.Usual())).What);
    }

    [Fact]
    public void Values_of_the_metadata_are_shown_as_people_write_them()
    {
        var difference = Assert.Single(Compare(Metadata("""{"a":"2026-01-01T00:00:00+00:00"}"""), Metadata("""{"a":"\u00fc"}""")));
        Assert.Equal(("\"2026-01-01T00:00:00+00:00\"", "\"\u00fc\""), (difference.First, difference.Second));
    }

    [Fact]
    public void A_ramdisk_more_is_told_of()
    {
        var difference = Assert.Single(Compare(RawImage.Usual(), RawImage.Usual().With(RawImage.Ramdisk, [1])));
        Assert.Equal(("ramdisk 2", "only in the second"), (difference.Where, difference.What));
    }

    private static RawImage Metadata(string json)
    {
        var raw = RawImage.Usual();
        raw.Sections[2] = (RawImage.Metadata, 0, Encoding.UTF8.GetBytes(json));
        return raw;
    }

    private static IReadOnlyList<EifDifference> Compare(RawImage one, RawImage other)
    {
        var (first, second) = (one.Build(), other.Build());
        return EifComparison.Compare(() => new MemoryStream(first), Read(first), () => new MemoryStream(second), Read(second));
    }

    private static EifDescription Read(byte[] bytes) =>
        EifReader.TryRead(new MemoryStream(bytes), null, out var description, out var error) ? description : throw new InvalidOperationException(error.ToString());
}

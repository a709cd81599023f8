using System.Text;
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

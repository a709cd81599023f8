using System.Text;

namespace Nitro.Attestation.Tests;

public sealed class Utf8OrderTests
{
    /// <summary>U+FF5E comes before U+10000 by its bytes (EF.. and F0..) and after it by its UTF-16 code units (FF5E and D800).</summary>
    [Fact]
    public void The_order_is_that_of_bytes_and_not_of_UTF_16()
    {
        Assert.True(Utf8Order.Compare("\uff5e", "\U00010000") < 0);
        Assert.True(string.CompareOrdinal("\uff5e", "\U00010000") > 0);
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "a", -1)]
    [InlineData("a", "ab", -1)]
    [InlineData("b", "ab", 1)]
    [InlineData("a", "A", 1)]
    [InlineData("a", "\u00e4", -1)]
    [InlineData("\u00e4", "\u00e4", 0)]
    [InlineData("a\u0308", "\u00e4", -1)]
    public void A_prefix_comes_first_and_nothing_is_folded(string left, string right, int sign)
    {
        Assert.Equal(sign, Math.Sign(Utf8Order.Compare(left, right)));
        Assert.Equal(-sign, Math.Sign(Utf8Order.Compare(right, left)));
    }

    [Fact]
    public void A_text_is_as_long_as_its_UTF_8()
    {
        foreach (var text in new[] { "", "a", "\u0000", "\u007f", "\u0080", "\u07ff", "\u0800", "\uffff", "\U00010000", "\U0010ffff",
            "a\u00e4\u6c34\U00010151" })
        {
            Assert.Equal(Encoding.UTF8.GetByteCount(text), Utf8Text.Length(text));
        }
    }

    [Fact]
    public void A_text_with_half_a_surrogate_pair_has_no_length()
    {
        foreach (var text in new[] { "\ud800", "\udc00", "a\ud800b", "\ud800\ud800\udc00", "\udc00\ud800", "abc\ud83d" })
        {
            Assert.Equal(-1, Utf8Text.Length(text));
        }
    }
}

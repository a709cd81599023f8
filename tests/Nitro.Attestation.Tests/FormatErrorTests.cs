using Nitro.Attestation.Documents;
using Nitro.Attestation.Tests.Support;

namespace Nitro.Attestation.Tests;

public sealed class FormatErrorTests
{
    [Fact]
    public void It_is_one_line_with_place_expectation_and_finding()
    {
        Assert.Equal("field at byte 7: expected this, found that", new FormatError("field", 7, "this", "that").ToString());
        Assert.Equal("field: expected this, found that", new FormatError("field", -1, "this", "that").ToString());
    }

    [Theory]
    [InlineData("plain ~ text", "plain ~ text")]
    [InlineData("\u00e4\u6c34\U0001f600", "\u00e4\u6c34\U0001f600")]
    [InlineData("", "")]
    [InlineData("\u001b[2Jx", "\\u{1b}[2Jx")]
    [InlineData("a\r\nb\tc\0", "a\\u{d}\\u{a}b\\u{9}c\\u{0}")]
    [InlineData("\u0085\u009b", "\\u{85}\\u{9b}")]
    [InlineData("\u2028\u2029", "\\u{2028}\\u{2029}")]
    [InlineData("\u202eevil\u2066", "\\u{202e}evil\\u{2066}")]
    [InlineData("\u200b\ufeff", "\\u{200b}\\u{feff}")]
    [InlineData("\ue000\U000e0001", "\\u{e000}\\u{e0001}")]
    [InlineData("\u0378\ufffe\U0010ffff", "\\u{378}\\u{fffe}\\u{10ffff}")]
    public void What_would_control_a_terminal_is_written_out(string quoted, string expected)
    {
        var error = new FormatError(quoted, 0, quoted, quoted);
        Assert.Equal((expected, expected, expected), (error.Where, error.Expected, error.Found));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_written_out() =>
        Assert.Equal("a\\u{d800}b\\u{dc00}\\u{d83d}", new FormatError("", 0, "", "a\ud800b\udc00\ud83d").Found);

    [Fact]
    public void The_error_of_a_hostile_document_is_fit_for_a_terminal()
    {
        var document = new DocumentBuilder().Adding(Raw.Text("\u001b]0;owned\u0007\n\u202e"), Raw.Null).Build();
        Assert.False(UnverifiedDocument.TryParse(document, out _, out var error));
        Assert.DoesNotContain(error!.ToString(), char.IsControl);
        Assert.Contains("another: \\u{1b}]0;owned\\u{7}\\u{a}\\u{202e}", error.ToString(), StringComparison.Ordinal);
    }
}

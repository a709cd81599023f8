using Nitro.Models.Digits;

namespace Nitro.Models.Tests;

public sealed class AsciiPictureTests
{
    [Fact]
    public void Two_rows_become_one_line_of_half_blocks()
    {
        float[] image =
        [
            0, 1, 0, 1,
            0, 0, 1, 1,
        ];
        Assert.Equal(" ▀▄█", AsciiPicture.Render(image, 4, 2));
    }

    [Fact]
    public void Even_greys_become_shades()
    {
        float[] image =
        [
            0.00f, 0.25f, 0.50f, 0.75f, 1.00f,
            0.00f, 0.25f, 0.50f, 0.75f, 1.00f,
        ];
        Assert.Equal(" ░▒▓█", AsciiPicture.Render(image, 5, 2));
        Assert.Equal(" :+#@", AsciiPicture.RenderPlain(image, 5, 2));
    }

    [Fact]
    public void An_odd_last_row_stands_over_paper()
    {
        Assert.Equal("█\n▀", AsciiPicture.Render([1, 1, 1], 1, 3));
        Assert.Equal("@\n+", AsciiPicture.RenderPlain([1, 1, 1], 1, 3));
    }

    [Fact]
    public void Values_beyond_the_range_are_clamped_and_NaN_is_paper()
    {
        float[] image = [float.NaN, float.NegativeInfinity, -3, 7, float.PositiveInfinity];
        float[] rows = [.. image, .. image];
        Assert.Equal("   ██", AsciiPicture.Render(rows, 5, 2));
        Assert.Equal("   @@", AsciiPicture.RenderPlain(rows, 5, 2));
    }

    [Fact]
    public void A_digit_is_14_lines_of_28_characters()
    {
        var image = DigitSample.Draw(DigitSet.Demonstration, 2).Image.Span;
        foreach (var picture in new[] { AsciiPicture.Render(image, 28, 28), AsciiPicture.RenderPlain(image, 28, 28) })
        {
            Assert.Equal(14, picture.Split('\n').Length);
            Assert.All(picture.Split('\n'), line => Assert.Equal(28, line.Length));
        }

        Assert.All(AsciiPicture.RenderPlain(image, 28, 28), character => Assert.True(char.IsAscii(character)));
    }

    [Theory]
    [InlineData(5, 2, 3)]
    [InlineData(7, 2, 3)]
    [InlineData(0, 65536, 65536)]
    public void A_wrong_number_of_values_is_refused(int count, int width, int height)
    {
        Assert.Throws<ArgumentException>(() => AsciiPicture.Render(new float[count], width, height));
        Assert.Throws<ArgumentException>(() => AsciiPicture.RenderPlain(new float[count], width, height));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(-1, -1)]
    public void A_picture_without_rows_or_columns_is_refused(int width, int height) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => AsciiPicture.Render([1], width, height));
}

using Nitro.Models.Digits;

namespace Nitro.Models.Tests;

public sealed class CanvasTests
{
    [Fact]
    public void A_dot_in_the_middle_of_a_pixel_darkens_as_much_of_each_pixel_as_the_pen_reaches()
    {
        // Radius 1: the pixel itself is covered, those one away by half, those farther than 1.5 not at all.
        var canvas = new Canvas(5, 5);
        canvas.DrawLine(2.5, 2.5, 1, 2.5, 2.5, 1);
        var image = canvas.Quantise();
        Assert.Equal(1f, image[12]);
        Assert.Equal(128 / 255f, image[11]);
        Assert.Equal((float)(Math.Round((1.5 - Math.Sqrt(2)) * 255) / 255), image[6]);
        Assert.Equal(0f, image[10]);
    }

    [Fact]
    public void A_pen_that_widens_draws_a_wedge()
    {
        var canvas = new Canvas(9, 9);
        canvas.DrawLine(0.5, 4.5, 0.5, 8.5, 4.5, 3.5);
        var image = canvas.Quantise();
        var widths = Enumerable.Range(0, 9).Select(x => Enumerable.Range(0, 9).Count(y => image[(y * 9) + x] > 0.5f)).ToArray();
        Assert.Equal(widths.Order(), widths);
        Assert.True(widths[8] >= widths[0] + 4);
    }

    [Fact]
    public void A_line_far_outside_leaves_no_ink()
    {
        var canvas = new Canvas(4, 4);
        canvas.DrawLine(-50, -50, 2, -60, 90, 2);
        canvas.DrawLine(1e9, 1e9, 2, 2e9, 1e9, 2);
        Assert.All(canvas.Quantise(), value => Assert.Equal(0f, value));
    }

    [Fact]
    public void Blurring_spreads_ink_to_the_neighbours_and_loses_none()
    {
        var canvas = new Canvas(5, 5);
        canvas.DrawLine(2.5, 2.5, 0.5, 2.5, 2.5, 0.5);
        canvas.Blur(0.25);
        float[] expected = [0.0625f, 0.125f, 0.0625f, 0.125f, 0.25f, 0.125f, 0.0625f, 0.125f, 0.0625f];
        var image = canvas.Quantise();
        int[] square = [6, 7, 8, 11, 12, 13, 16, 17, 18];
        Assert.Equal(expected, square.Select(at => image[at]), (a, b) => Math.Abs(a - b) <= 0.5f / 255);
        Assert.Equal(0f, image[2]);
    }

    [Fact]
    public void Noise_and_fading_stay_within_paper_and_ink()
    {
        var canvas = new Canvas(20, 20);
        canvas.DrawLine(0, 10, 5, 20, 10, 5);
        canvas.Fade(0.5);
        Assert.Equal(128 / 255f, canvas.Quantise().Max());
        canvas.AddNoise(10, new DeterministicRandom(1));
        var image = canvas.Quantise();
        Assert.Contains(0f, image);
        Assert.Contains(1f, image);
        Assert.All(image, value => Assert.InRange(value, 0f, 1f));
    }
}

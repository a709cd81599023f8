using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Nitro.Models.Digits;

namespace Nitro.Models.Tests;

public sealed class DigitRendererTests
{
    [Theory]
    [InlineData(0, 0UL, "41c2365176793ab4a5232c7a49d8d11e92d35c2a6df8c307a683d725f30974b9")]
    [InlineData(1, 1UL, "8f965a0707bc27849a61045395abc417c75cdd640dee1a3d84f7e5992921440b")]
    [InlineData(4, 123_456_789UL, "19a77e9bdca694141a30aa3c332f26027a4e53074bfe0b3ca22fcec9baacc7d7")]
    [InlineData(7, 0x8000_0000_0000_0007UL, "26bb642415da2d731bbdff705ec32b1acfa8dab6d22467bbeaf7ad2780178fec")]
    [InlineData(8, ulong.MaxValue, "de7b3ecae058b0319fee3391eb8ad985212ecba385b68e5c8f01686ae20c4f58")]
    public void The_same_digit_and_seed_give_the_same_bytes_on_every_machine(int digit, ulong seed, string expected) =>
        Assert.Equal(expected, HashOf(DigitRenderer.Render(digit, seed)));

    [Fact]
    public void A_thousand_pictures_are_the_same_on_every_machine()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var i = 0; i < 1000; i++)
        {
            var image = DigitRenderer.Render(i % 10, (ulong)i, i % 2 == 0 ? DigitDistortion.Standard : DigitDistortion.Strong);
            hash.AppendData(MemoryMarshal.AsBytes(image.AsSpan()));
        }

        Assert.Equal("1a4bf0586cafc0f3310ed2c6e461e08f65059b1ef682ae93990cccc609f25fa3", Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    [Fact]
    public void Threads_that_draw_at_the_same_time_do_not_disturb_each_other()
    {
        var expected = Enumerable.Range(0, 200).Select(i => HashOf(DigitRenderer.Render(i % 10, (ulong)i))).ToArray();
        var found = new string[200];
        Parallel.For(0, 200, i => found[i] = HashOf(DigitRenderer.Render(i % 10, (ulong)i)));
        Assert.Equal(expected, found);
    }

    [Fact]
    public void A_picture_has_784_values_in_256_levels_from_0_to_1()
    {
        for (var i = 0; i < 200; i++)
        {
            var image = DigitRenderer.Render(i % 10, (ulong)i);
            Assert.Equal(784, image.Length);
            Assert.All(image, value => Assert.InRange(value, 0f, 1f));
            Assert.All(image, value => Assert.Equal((float)(Math.Round(value * 255.0) / 255), value));
        }
    }

    [Fact]
    public void Every_picture_shows_ink_on_paper_and_keeps_it_off_the_edge()
    {
        for (var i = 0; i < 500; i++)
        {
            var image = DigitRenderer.Render(i % 10, (ulong)i);

            // At its faintest and thinnest, a digit is a line of 14 pixels.
            Assert.InRange(image.Count(value => value > 0.3f), 10, 300);

            // Only noise and stray dots lie in the outermost rows and columns.
            var edge = Enumerable.Range(0, 28).SelectMany(j =>
                new[] { image[j], image[(27 * 28) + j], image[j * 28], image[(j * 28) + 27] });
            Assert.InRange(edge.Count(value => value > 0.6f), 0, 6);
        }
    }

    [Fact]
    public void Every_digit_has_three_to_five_styles_that_fill_its_box()
    {
        for (var digit = 0; digit < 10; digit++)
        {
            var styles = DigitStyles.Of(digit).ToArray();
            Assert.InRange(styles.Length, 3, 5);
            Assert.All(styles, strokes =>
            {
                var points = strokes.SelectMany(stroke => stroke.Points.ToArray()).ToArray();
                Assert.All(strokes, stroke => Assert.InRange(stroke.Points.Length, 2, 12));
                Assert.All(points, point => Assert.InRange(point.X, 0.15, 0.9));
                Assert.InRange(points.Min(point => point.Y), 0, 0.05);
                Assert.InRange(points.Max(point => point.Y), 0.95, 1);
            });
        }
    }

    [Fact]
    public void Neighbouring_seeds_give_different_pictures()
    {
        var hashes = Enumerable.Range(0, 1000).Select(seed => HashOf(DigitRenderer.Render(5, (ulong)seed)));
        Assert.Equal(1000, hashes.Distinct().Count());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(10)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void What_is_no_digit_is_refused(int digit)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => DigitRenderer.Render(digit, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => DigitRenderer.Render(digit, 0, DigitDistortion.Strong));
    }

    [Fact]
    public void A_missing_distortion_is_refused() => Assert.Throws<ArgumentNullException>(() => DigitRenderer.Render(0, 0, null!));

    private static string HashOf(float[] image) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(image.AsSpan())));
}

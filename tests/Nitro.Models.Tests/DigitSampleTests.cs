using Nitro.Models.Digits;

namespace Nitro.Models.Tests;

public sealed class DigitSampleTests
{
    [Fact]
    public void No_two_sets_share_a_seed_whatever_the_index()
    {
        var sets = Enum.GetValues<DigitSet>();
        Assert.Equal(4, sets.Length);
        foreach (var set in sets)
        {
            foreach (var index in new[] { 0, 1, 600_000, int.MaxValue })
            {
                var seed = DigitSample.Draw(set, index).Seed;
                Assert.Equal((ulong)set, seed >> 62);
                Assert.Equal((ulong)index, seed & 0x3FFF_FFFF_FFFF_FFFF);
            }
        }
    }

    [Fact]
    public void A_sample_is_what_the_renderer_draws_from_its_digit_and_seed()
    {
        var sample = DigitSample.Draw(DigitSet.Demonstration, 47);
        Assert.Equal((DigitSet.Demonstration, 47, 7), (sample.Set, sample.Index, sample.Digit));
        Assert.Equal(DigitRenderer.Render(7, sample.Seed), sample.Image.ToArray());
        var strong = DigitSample.Draw(DigitSet.Demonstration, 47, DigitDistortion.Strong);
        Assert.Equal(DigitRenderer.Render(7, sample.Seed, DigitDistortion.Strong), strong.Image.ToArray());
        Assert.NotEqual(sample.Image.ToArray(), strong.Image.ToArray());
    }

    [Fact]
    public void The_same_index_in_another_set_is_another_picture() => Assert.NotEqual(
        DigitSample.Draw(DigitSet.Training, 3).Image.ToArray(), DigitSample.Draw(DigitSet.Unseen, 3).Image.ToArray());

    [Fact]
    public void Every_digit_comes_equally_often() => Assert.All(
        Enumerable.Range(0, 100).Select(index => DigitSample.Draw(DigitSet.Unseen, index).Digit).CountBy(digit => digit),
        pair => Assert.Equal(10, pair.Value));

    [Fact]
    public void An_unknown_set_or_a_negative_index_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => DigitSample.Draw((DigitSet)4, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => DigitSample.Draw((DigitSet)(-1), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => DigitSample.Draw(DigitSet.Unseen, -1));
    }
}

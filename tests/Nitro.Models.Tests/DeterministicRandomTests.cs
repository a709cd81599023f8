namespace Nitro.Models.Tests;

public sealed class DeterministicRandomTests
{
    [Fact]
    public void The_generator_gives_the_published_outputs_of_xoshiro256_star_star()
    {
        // State 1, 2, 3, 4: the vector of the rand_xoshiro crate, made with the authors' C code.
        var random = new DeterministicRandom(1, 2, 3, 4);
        ulong[] expected =
        [
            11520, 0, 1509978240, 1215971899390074240, 1216172134540287360, 607988272756665600,
            16172922978634559625, 8476171486693032832, 10595114339597558777, 2904607092377533576,
        ];
        Assert.Equal(expected, Enumerable.Range(0, 10).Select(_ => random.NextUInt64()));
    }

    [Fact]
    public void Seeds_are_spread_by_splitmix64_with_its_published_outputs()
    {
        // Seed 1234567: Rosetta Code, "Pseudo-random numbers/Splitmix64".
        var state = 1234567UL;
        ulong[] expected = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821];
        Assert.Equal(expected, Enumerable.Range(0, 5).Select(_ => DeterministicRandom.SplitMix64(ref state)));
    }

    [Fact]
    public void A_seed_fills_the_state_with_four_outputs_of_splitmix64()
    {
        var seeded = new DeterministicRandom(1234567);
        var filled = new DeterministicRandom(6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(filled.NextUInt64(), seeded.NextUInt64());
        }
    }

    [Fact]
    public void Numbers_below_a_count_reach_every_value_and_no_other()
    {
        var random = new DeterministicRandom(5);
        var seen = new int[7];
        for (var i = 0; i < 7000; i++)
        {
            seen[random.NextBelow(7)]++;
        }

        Assert.All(seen, count => Assert.InRange(count, 850, 1150));
    }

    [Fact]
    public void One_is_the_least_count()
    {
        var random = new DeterministicRandom(5);
        Assert.Equal(0, random.NextBelow(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.NextBelow(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.NextBelow(-1));
    }

    [Fact]
    public void Numbers_of_an_interval_stay_in_it_and_fill_it()
    {
        var random = new DeterministicRandom(5);
        var values = Enumerable.Range(0, 10_000).Select(_ => random.NextBetween(-2, 3)).ToArray();
        Assert.All(values, value => Assert.InRange(value, -2, 3));
        Assert.InRange(values.Average(), 0.4, 0.6);
        Assert.InRange(values.Min(), -2, -1.99);
        Assert.InRange(values.Max(), 2.99, 3);
    }

    [Fact]
    public void Bell_shaped_numbers_have_mean_zero_and_deviation_one()
    {
        var random = new DeterministicRandom(5);
        var values = Enumerable.Range(0, 50_000).Select(_ => random.NextBell()).ToArray();
        Assert.InRange(values.Average(), -0.02, 0.02);
        Assert.InRange(values.Average(value => value * value), 0.97, 1.03);
        Assert.All(values, value => Assert.InRange(value, -3.47, 3.47));
    }
}

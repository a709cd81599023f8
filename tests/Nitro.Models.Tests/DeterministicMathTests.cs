namespace Nitro.Models.Tests;

public sealed class DeterministicMathTests
{
    [Fact]
    public void Exp_agrees_with_the_platform_over_its_whole_range()
    {
        for (var x = -708.0; x <= 709.7; x += 0.0917)
        {
            var expected = Math.Exp(x);
            Assert.True(Math.Abs(DeterministicMath.Exp(x) - expected) <= 5e-16 * expected, $"exp({x:R})");
        }
    }

    [Fact]
    public void Exp_of_zero_is_exactly_one() => Assert.Equal(1, DeterministicMath.Exp(0));

    [Theory]
    [InlineData(double.NegativeInfinity, 0)]
    [InlineData(-1000, 0)]
    [InlineData(-708.5, 0)]
    [InlineData(709.8, double.PositiveInfinity)]
    [InlineData(double.PositiveInfinity, double.PositiveInfinity)]
    [InlineData(double.NaN, double.NaN)]
    public void Exp_beyond_its_range_is_zero_or_infinity(double x, double expected) => Assert.Equal(expected, DeterministicMath.Exp(x));

    [Fact]
    public void Exp_at_the_largest_argument_is_finite() =>
        Assert.InRange(DeterministicMath.Exp(709.782712893384) / double.MaxValue, 1 - 1e-12, 1);

    [Fact]
    public void Sine_and_cosine_agree_with_the_platform()
    {
        for (var x = -50.0; x <= 50; x += 0.00731)
        {
            Assert.Equal(Math.Sin(x), DeterministicMath.Sin(x), 1e-14);
            Assert.Equal(Math.Cos(x), DeterministicMath.Cos(x), 1e-14);
        }
    }

    [Theory]
    [InlineData(DeterministicMath.MaximumAngle)]
    [InlineData(-DeterministicMath.MaximumAngle)]
    [InlineData(98_765.4321)]
    public void Sine_and_cosine_agree_with_the_platform_far_from_zero(double x)
    {
        Assert.Equal(Math.Sin(x), DeterministicMath.Sin(x), 1e-13);
        Assert.Equal(Math.Cos(x), DeterministicMath.Cos(x), 1e-13);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(100_000.1)]
    [InlineData(-100_000.1)]
    public void An_angle_too_large_to_reduce_is_refused(double x)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => DeterministicMath.Sin(x));
        Assert.Throws<ArgumentOutOfRangeException>(() => DeterministicMath.Cos(x));
    }

    [Fact]
    public void The_bits_are_the_same_on_every_machine()
    {
        // The bits that the same steps give in another language's IEEE 754 arithmetic.
        Assert.Equal(0x40371A9704B9599CL, BitConverter.DoubleToInt64Bits(DeterministicMath.Exp(3.14)));
        Assert.Equal(0x3FE326AF0DCFCAB0L, BitConverter.DoubleToInt64Bits(DeterministicMath.Sin(2.5)));
        Assert.Equal(unchecked((long)0xBFE9A2F7EF858B7DUL), BitConverter.DoubleToInt64Bits(DeterministicMath.Cos(2.5)));
    }
}

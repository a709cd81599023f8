using Nitro.Models.Digits;

namespace Nitro.Models.Tests;

public sealed class StrokeTests
{
    [Fact]
    public void A_curve_passes_through_its_points()
    {
        StrokePoint[] points = [new(0.2, 0.1), new(0.7, 0.3), new(0.4, 0.6, IsCorner: true), new(0.5, 1)];
        var line = new Stroke(points).Flatten();
        Assert.Equal((3 * 6) + 1, line.Length);
        for (var i = 0; i < points.Length; i++)
        {
            Assert.Equal(points[i].X, line[i * 6].X, 1e-12);
            Assert.Equal(points[i].Y, line[i * 6].Y, 1e-12);
        }
    }

    [Fact]
    public void Between_two_points_a_stroke_is_straight()
    {
        var line = new Stroke(new StrokePoint(0, 0), new StrokePoint(0.6, 1.2)).Flatten();
        Assert.All(line, point => Assert.Equal(2 * point.X, point.Y, 1e-12));
    }

    [Fact]
    public void A_corner_is_sharp_where_a_curve_is_round()
    {
        // Down, then right: with a corner both ways are straight lines; without one the curve leaves them.
        var sharp = new Stroke(new(0, 0), new(0, 1, IsCorner: true), new(1, 1)).Flatten();
        var round = new Stroke(new(0, 0), new(0, 1), new(1, 1)).Flatten();
        Assert.All(sharp, point => Assert.True(Math.Abs(point.X) < 1e-12 || Math.Abs(point.Y - 1) < 1e-12));
        Assert.Contains(round, point => Math.Abs(point.X) > 0.01 && Math.Abs(point.Y - 1) > 0.01);
    }
}

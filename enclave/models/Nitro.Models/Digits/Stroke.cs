namespace Nitro.Models.Digits;

/// <summary>
/// One movement of the pen between touching the paper and leaving it: a smooth curve through its points, broken at corners.
/// </summary>
internal sealed class Stroke
{
    // At 28 pixels a curve between two neighbouring points spans 4 to 8 pixels; six straight pieces are indistinguishable from it.
    private const int PiecesPerCurve = 6;

    private readonly StrokePoint[] points;

    public Stroke(params StrokePoint[] points) => this.points = points;

    /// <summary>The points, for moving them one by one.</summary>
    public ReadOnlySpan<StrokePoint> Points => points;

    /// <summary>The curve as points so close that straight lines between them will do.</summary>
    public StrokePoint[] Flatten()
    {
        var line = new List<StrokePoint>(((points.Length - 1) * PiecesPerCurve) + 1) { points[0] };
        for (var i = 0; i + 1 < points.Length; i++)
        {
            var (tangentX, tangentY) = Tangent(i, leaving: true);
            var (nextTangentX, nextTangentY) = Tangent(i + 1, leaving: false);
            for (var piece = 1; piece <= PiecesPerCurve; piece++)
            {
                var t = piece / (double)PiecesPerCurve;
                line.Add(new StrokePoint(
                    Hermite(points[i].X, tangentX, points[i + 1].X, nextTangentX, t),
                    Hermite(points[i].Y, tangentY, points[i + 1].Y, nextTangentY, t)));
            }
        }

        return [.. line];
    }

    // Catmull-Rom: half the way from the previous point to the next. At an end or a corner only one side counts.
    private (double X, double Y) Tangent(int i, bool leaving)
    {
        var stopsBefore = i == 0 || (points[i].IsCorner && leaving);
        var stopsAfter = i == points.Length - 1 || (points[i].IsCorner && !leaving);
        var before = stopsBefore ? points[i] : points[i - 1];
        var after = stopsAfter ? points[i] : points[i + 1];
        var span = stopsBefore || stopsAfter ? 1.0 : 0.5;
        return ((after.X - before.X) * span, (after.Y - before.Y) * span);
    }

    private static double Hermite(double from, double fromTangent, double to, double toTangent, double t)
    {
        var t2 = t * t;
        var t3 = t2 * t;
        return (((2 * t3) - (3 * t2) + 1) * from)
            + ((t3 - (2 * t2) + t) * fromTangent)
            + (((3 * t2) - (2 * t3)) * to)
            + ((t3 - t2) * toTangent);
    }
}

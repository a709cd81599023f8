namespace Nitro.Models.Digits;

/// <summary>
/// Renders digits as a hand might write them: a skeleton of strokes in one of several styles, its points missing their places a little,
/// slanted, turned, stretched, bent, moved, drawn with a round pen of some thickness and pressure, blurred, faded and covered with noise.
/// Everything follows from the digit and the seed, in arithmetic that every machine does alike. Thread-safe.
/// </summary>
public static class DigitRenderer
{
    /// <summary>Columns of a picture.</summary>
    public const int Width = 28;

    /// <summary>Rows of a picture.</summary>
    public const int Height = 28;

    /// <summary>Pixels of a picture.</summary>
    public const int PixelCount = Width * Height;

    // Ink keeps this far from the picture's edge, in pixels, before the pen's thickness.
    private const double Margin = 2;

    /// <summary>
    /// A digit under <see cref="DigitDistortion.Standard"/>: 28 by 28 values, row by row from the top left, 0 (paper) to 1 (ink) in steps
    /// of 1/255.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="digit"/> is not 0 to 9.</exception>
    public static float[] Render(int digit, ulong seed) => Render(digit, seed, DigitDistortion.Standard);

    /// <summary>
    /// A digit under the given distortion: 28 by 28 values, row by row from the top left, 0 (paper) to 1 (ink) in steps of 1/255.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="digit"/> is not 0 to 9.</exception>
    public static float[] Render(int digit, ulong seed, DigitDistortion distortion)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(digit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(digit, 9);
        ArgumentNullException.ThrowIfNull(distortion);
        var random = new DeterministicRandom(seed);
        var styles = DigitStyles.Of(digit);
        var lines = Deform(styles[random.NextBelow(styles.Length)], distortion, random);
        Place(lines, distortion, random);
        return Draw(lines, distortion, random);
    }

    // The strokes as lines in pixels around (0, 0).
    private static StrokePoint[][] Deform(Stroke[] strokes, DigitDistortion distortion, DeterministicRandom random)
    {
        var height = random.NextBetween(distortion.MinimumHeight, distortion.MaximumHeight);
        var width = height * (1 + random.NextWithin(distortion.Aspect));
        var shear = random.NextWithin(distortion.Shear);
        var rotation = random.NextWithin(distortion.Rotation);
        var (sin, cos) = (DeterministicMath.Sin(rotation), DeterministicMath.Cos(rotation));
        var (warpX, warpY) = (new Wave(distortion.Warp, random), new Wave(distortion.Warp, random));
        var jitter = random.NextDouble() * distortion.Jitter;
        var lines = new StrokePoint[strokes.Length][];
        for (var s = 0; s < strokes.Length; s++)
        {
            var moved = strokes[s].Points.ToArray();
            foreach (ref var point in moved.AsSpan())
            {
                point = point with { X = point.X + (jitter * random.NextBell()), Y = point.Y + (jitter * random.NextBell()) };
            }

            lines[s] = new Stroke(moved).Flatten();
            foreach (ref var point in lines[s].AsSpan())
            {
                var x = (point.X - 0.5 + warpX.At(point.X, point.Y)) * width;
                var y = (point.Y - 0.5 + warpY.At(point.X, point.Y)) * height;
                x -= shear * y;
                point = new StrokePoint((cos * x) - (sin * y), (sin * x) + (cos * y));
            }
        }

        return lines;
    }

    // Moves the digit to its place in the picture, and makes it smaller where it would not fit.
    private static void Place(StrokePoint[][] lines, DigitDistortion distortion, DeterministicRandom random)
    {
        var (left, right, top, bottom) = (double.MaxValue, double.MinValue, double.MaxValue, double.MinValue);
        foreach (var point in lines.SelectMany(line => line))
        {
            (left, right) = (Math.Min(left, point.X), Math.Max(right, point.X));
            (top, bottom) = (Math.Min(top, point.Y), Math.Max(bottom, point.Y));
        }

        var (room, tallest) = (Math.Min(Width, Height) - (2 * Margin), Math.Max(right - left, bottom - top));
        var scale = tallest > room ? room / tallest : 1;
        var spareX = (Width / 2.0) - Margin - (scale * (right - left) / 2);
        var spareY = (Height / 2.0) - Margin - (scale * (bottom - top) / 2);
        var middleX = (Width / 2.0) + Math.Clamp(random.NextWithin(distortion.Translation), -spareX, spareX);
        var middleY = (Height / 2.0) + Math.Clamp(random.NextWithin(distortion.Translation), -spareY, spareY);
        foreach (var line in lines)
        {
            foreach (ref var point in line.AsSpan())
            {
                point = new StrokePoint(
                    middleX + (scale * (point.X - ((left + right) / 2))),
                    middleY + (scale * (point.Y - ((top + bottom) / 2))));
            }
        }
    }

    private static float[] Draw(StrokePoint[][] lines, DigitDistortion distortion, DeterministicRandom random)
    {
        var canvas = new Canvas(Width, Height);
        var thickness = random.NextBetween(distortion.MinimumThickness, distortion.MaximumThickness);
        foreach (var line in lines)
        {
            // The pen's pressure changes evenly from one end of a stroke to the other.
            var (first, last) = (thickness / 2 * random.NextBetween(0.75, 1.1), thickness / 2 * random.NextBetween(0.75, 1.1));
            for (var i = 0; i + 1 < line.Length; i++)
            {
                canvas.DrawLine(
                    line[i].X, line[i].Y, first + ((last - first) * i / (line.Length - 1)),
                    line[i + 1].X, line[i + 1].Y, first + ((last - first) * (i + 1) / (line.Length - 1)));
            }
        }

        for (var speckle = random.NextBelow(distortion.Speckles + 1); speckle > 0; speckle--)
        {
            var (x, y, radius) = (random.NextBetween(0, Width), random.NextBetween(0, Height), random.NextBetween(0.2, 0.7));
            canvas.DrawLine(x, y, radius, x, y, radius);
        }

        canvas.Blur(random.NextBetween(0, distortion.Blur));
        canvas.Fade(random.NextBetween(distortion.MinimumInk, 1));
        canvas.AddNoise(random.NextBetween(0, distortion.Noise), random);
        return canvas.Quantise();
    }

    // A slow wave across the digit, in a direction of its own.
    private readonly struct Wave
    {
        private readonly double amplitude;
        private readonly double alongX;
        private readonly double alongY;
        private readonly double phase;

        public Wave(double maximum, DeterministicRandom random)
        {
            // At most one turn across the digit along each axis: more would fold it.
            amplitude = random.NextDouble() * maximum;
            alongX = random.NextWithin(2 * Math.PI);
            alongY = random.NextWithin(2 * Math.PI);
            phase = random.NextBetween(0, 2 * Math.PI);
        }

        public double At(double x, double y) => amplitude * DeterministicMath.Sin((alongX * x) + (alongY * y) + phase);
    }
}

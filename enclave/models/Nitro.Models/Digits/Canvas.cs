namespace Nitro.Models.Digits;

/// <summary>A grid of pixels that a round pen draws on; 0 is paper, 1 is ink. Positions are in pixels from the top left corner.</summary>
internal sealed class Canvas(int width, int height)
{
    private readonly double[] pixels = new double[width * height];

    /// <summary>Draws a line with a pen whose radius goes from one value to another; where lines cross, the darker one counts.</summary>
    public void DrawLine(double fromX, double fromY, double fromRadius, double toX, double toY, double toRadius)
    {
        // One pixel beyond the pen, for the soft edge.
        var reach = Math.Max(fromRadius, toRadius) + 1;
        var left = Math.Max(0, (int)Math.Floor(Math.Min(fromX, toX) - reach));
        var right = Math.Min(width - 1, (int)Math.Ceiling(Math.Max(fromX, toX) + reach));
        var top = Math.Max(0, (int)Math.Floor(Math.Min(fromY, toY) - reach));
        var bottom = Math.Min(height - 1, (int)Math.Ceiling(Math.Max(fromY, toY) + reach));
        var (alongX, alongY) = (toX - fromX, toY - fromY);
        var squaredLength = (alongX * alongX) + (alongY * alongY);
        for (var y = top; y <= bottom; y++)
        {
            for (var x = left; x <= right; x++)
            {
                // From the pixel's middle to the nearest point of the line.
                var (dx, dy) = (x + 0.5 - fromX, y + 0.5 - fromY);
                var t = squaredLength > 0 ? Math.Clamp(((dx * alongX) + (dy * alongY)) / squaredLength, 0, 1) : 0;
                dx -= t * alongX;
                dy -= t * alongY;
                var radius = fromRadius + (t * (toRadius - fromRadius));
                var coverage = Math.Clamp(radius + 0.5 - Math.Sqrt((dx * dx) + (dy * dy)), 0, 1);
                ref var pixel = ref pixels[(y * width) + x];
                pixel = Math.Max(pixel, coverage);
            }
        }
    }

    /// <summary>Hands <paramref name="share"/> (0 to 0.25) of each pixel's ink to each of its neighbours along x, then along y.</summary>
    public void Blur(double share)
    {
        BlurLines(share, lines: height, lineStep: width, count: width, step: 1);
        BlurLines(share, lines: width, lineStep: 1, count: height, step: width);
    }

    /// <summary>Makes the ink fainter.</summary>
    public void Fade(double ink)
    {
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] *= ink;
        }
    }

    /// <summary>Adds noise of the given standard deviation to every pixel.</summary>
    public void AddNoise(double deviation, DeterministicRandom random)
    {
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] += deviation * random.NextBell();
        }
    }

    /// <summary>The picture as a camera would give it: 256 levels, from 0 to 1, row by row.</summary>
    public float[] Quantise()
    {
        var image = new float[pixels.Length];
        for (var i = 0; i < pixels.Length; i++)
        {
            image[i] = (float)(Math.Floor((Math.Clamp(pixels[i], 0, 1) * 255) + 0.5) / 255);
        }

        return image;
    }

    private void BlurLines(double share, int lines, int lineStep, int count, int step)
    {
        for (var line = 0; line < lines; line++)
        {
            // Paper lies beyond the edges.
            var (at, before) = (line * lineStep, 0.0);
            for (var i = 0; i < count; i++, at += step)
            {
                var here = pixels[at];
                var after = i + 1 < count ? pixels[at + step] : 0;
                pixels[at] = (share * (before + after)) + ((1 - (2 * share)) * here);
                before = here;
            }
        }
    }
}

using System.Text;

namespace Nitro.Models;

/// <summary>
/// Shows a grey picture in a terminal. One character stands for two rows, because a character is about twice as high as wide. Thread-safe.
/// </summary>
public static class AsciiPicture
{
    private const string Shades = " ░▒▓█";
    private const string PlainShades = " .:-=+*#%@";

    // Two rows that differ by more than this are shown as an upper and a lower half.
    private const float Contrast = 0.4f;

    /// <summary>The picture in half-block and shade characters (U+2580 and following), for terminals that show Unicode.</summary>
    /// <param name="image">
    /// Values from 0 (background) to 1 (ink), row by row from the top left; others are clamped, and NaN counts as 0.
    /// </param>
    /// <param name="width">Columns, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <returns>
    /// Half as many lines as rows, rounded up, of <paramref name="width"/> characters each, with a line feed between them and none at the
    /// end.
    /// </returns>
    /// <exception cref="ArgumentException">The image has not <paramref name="width"/> times <paramref name="height"/> values.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A side is not positive.</exception>
    public static string Render(ReadOnlySpan<float> image, int width, int height) => Render(image, width, height, HalfBlock);

    /// <summary>The picture in printable ASCII characters, for terminals and files that take nothing else.</summary>
    /// <param name="image">
    /// Values from 0 (background) to 1 (ink), row by row from the top left; others are clamped, and NaN counts as 0.
    /// </param>
    /// <param name="width">Columns, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <returns>
    /// Half as many lines as rows, rounded up, of <paramref name="width"/> characters each, with a line feed between them and none at the
    /// end.
    /// </returns>
    /// <exception cref="ArgumentException">The image has not <paramref name="width"/> times <paramref name="height"/> values.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A side is not positive.</exception>
    public static string RenderPlain(ReadOnlySpan<float> image, int width, int height) =>
        Render(image, width, height, (upper, lower) => Shade(PlainShades, (upper + lower) / 2));

    private static string Render(ReadOnlySpan<float> image, int width, int height, Func<float, float, char> character)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (image.Length != (long)width * height)
        {
            throw new ArgumentException($"{width} by {height} values are expected, {image.Length} were given.", nameof(image));
        }

        var text = new StringBuilder();
        for (var y = 0; y < height; y += 2)
        {
            if (y > 0)
            {
                text.Append('\n');
            }

            for (var x = 0; x < width; x++)
            {
                var upper = Level(image[(y * width) + x]);
                var lower = y + 1 < height ? Level(image[((y + 1) * width) + x]) : 0;
                text.Append(character(upper, lower));
            }
        }

        return text.ToString();
    }

    private static char HalfBlock(float upper, float lower) => (upper - lower) switch
    {
        > Contrast => '▀',
        < -Contrast => '▄',
        _ => Shade(Shades, (upper + lower) / 2),
    };

    private static char Shade(string shades, float level) => shades[(int)((level * (shades.Length - 1)) + 0.5f)];

    private static float Level(float value) => float.IsNaN(value) ? 0 : Math.Clamp(value, 0, 1);
}

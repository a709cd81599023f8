using System.Globalization;
using System.Text;
using Nitro.Models.Digits;

namespace Nitro.Models.Train;

/// <summary>How a network answered a number of samples: a table of counts by drawn and by answered digit.</summary>
internal sealed class Measurement
{
    private readonly int[,] counts = new int[Network.Classes, Network.Classes];

    /// <summary>Samples measured.</summary>
    public int Total { get; private set; }

    /// <summary>Samples answered rightly.</summary>
    public int Right { get; private set; }

    /// <summary>The part answered rightly, 0 to 1; 0 when nothing was measured.</summary>
    public double Accuracy => Total == 0 ? 0 : Right / (double)Total;

    /// <summary>Samples of one digit that were answered as another, or rightly.</summary>
    public int this[int drawn, int answered] => counts[drawn, answered];

    /// <summary>Measures a network on the first samples of a set.</summary>
    /// <param name="network">What answers.</param>
    /// <param name="set">Which samples.</param>
    /// <param name="count">How many.</param>
    /// <param name="distortion">How they are drawn.</param>
    /// <param name="progress">Told after each sample how many are done.</param>
    public static Measurement Of(Network network, DigitSet set, int count, DigitDistortion distortion, Action<int>? progress = null)
    {
        var measurement = new Measurement();
        for (var index = 0; index < count; index++)
        {
            var sample = DigitSample.Draw(set, index, distortion);
            measurement.Add(sample.Digit, Network.MostLikely(network.Forward(sample.Image.Span)));
            progress?.Invoke(index + 1);
        }

        return measurement;
    }

    /// <summary>Counts one answer.</summary>
    public void Add(int drawn, int answered)
    {
        counts[drawn, answered]++;
        Total++;
        Right += drawn == answered ? 1 : 0;
    }

    /// <summary>The table for people: a row per drawn digit, a column per answer, a dot for none.</summary>
    public string ToTable()
    {
        var table = new StringBuilder("  drawn  answered 0     1     2     3     4     5     6     7     8     9     right\n");
        for (var drawn = 0; drawn < Network.Classes; drawn++)
        {
            var total = 0;
            table.Append(CultureInfo.InvariantCulture, $"  {drawn,5}      ");
            for (var answered = 0; answered < Network.Classes; answered++)
            {
                var count = counts[drawn, answered];
                total += count;
                table.Append(CultureInfo.InvariantCulture, $"{(count == 0 ? "." : count),6}");
            }

            table.Append(CultureInfo.InvariantCulture, $"  {(total == 0 ? "." : 100.0 * counts[drawn, drawn] / total),6:0.00} %\n");
        }

        return table.ToString();
    }
}

using System.Globalization;

namespace Nitro.Models.Train;

/// <summary>One line on a terminal that shows how far a task is; nothing where there is no terminal. Not thread-safe.</summary>
internal sealed class ProgressBar(TextWriter terminal, bool isTerminal)
{
    private const int Cells = 40;

    private int shownPercent = -1;
    private int shownLength;

    /// <summary>Shows that <paramref name="done"/> of <paramref name="total"/> are done; writes only when the percentage changes.</summary>
    public void Show(string task, long done, long total)
    {
        var percent = (int)(100 * done / total);
        if (!isTerminal || percent == shownPercent)
        {
            return;
        }

        shownPercent = percent;
        var full = Cells * percent / 100;
        var cells = new string('#', full).PadRight(Cells, '.');
        var line = string.Create(CultureInfo.InvariantCulture, $"  {task} [{cells}] {percent,3} %");
        terminal.Write('\r' + line.PadRight(shownLength));
        shownLength = line.Length;
    }

    /// <summary>Makes the line empty again, so that something else can be written there.</summary>
    public void Clear()
    {
        if (shownLength > 0)
        {
            terminal.Write('\r' + new string(' ', shownLength) + '\r');
        }

        (shownPercent, shownLength) = (-1, 0);
    }
}

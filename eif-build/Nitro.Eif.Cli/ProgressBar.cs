using System.Globalization;

namespace Nitro.Eif.Cli;

/// <summary>
/// A bar on the error stream while someone watches it, for work of which at least a second is left after the first; nothing otherwise.
/// </summary>
internal sealed class ProgressBar(CommandContext context, string label, long total) : IProgress<long>, IDisposable
{
    private const int Width = 30;

    private readonly long _started = context.Clock.GetTimestamp();
    private int _shown = -1;

    public void Report(long value)
    {
        if (!context.Interactive || total <= 0 || context.Clock.GetElapsedTime(_started) < TimeSpan.FromSeconds(0.5))
        {
            return;
        }

        var percent = (int)(Math.Min(value, total) * 100 / total);
        if (percent == _shown)
        {
            return;
        }

        _shown = percent;
        var full = percent * Width / 100;
        context.Errors.Write(string.Create(CultureInfo.InvariantCulture, $"\r{label} [{new string('#', full)}{new string('.', Width - full)}] {percent,3} %"));
    }

    public void Dispose()
    {
        if (_shown >= 0)
        {
            context.Errors.Write($"\r{new string(' ', label.Length + Width + 10)}\r");
        }
    }
}

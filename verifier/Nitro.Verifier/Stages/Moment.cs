using System.Globalization;

namespace Nitro.Verifier.Stages;

/// <summary>Moments and spans for people, the same in every culture.</summary>
internal static class Moment
{
    public static string Show(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", DateTimeFormatInfo.InvariantInfo);

    public static string Show(TimeSpan span) => string.Create(NumberFormatInfo.InvariantInfo, $"{span.TotalSeconds:0.###} s");

    /// <summary>A moment from milliseconds that a format has already bounded to the calendar.</summary>
    public static DateTimeOffset FromMs(ulong milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds);

    /// <summary>A sum that stops at the end of the calendar, near which a document's time may lie.</summary>
    public static DateTimeOffset Later(DateTimeOffset moment, TimeSpan span) => DateTimeOffset.MaxValue - moment < span ? DateTimeOffset.MaxValue : moment + span;

    /// <summary>A difference that stops at the beginning of the calendar.</summary>
    public static DateTimeOffset Earlier(DateTimeOffset moment, TimeSpan span) => moment - DateTimeOffset.MinValue < span ? DateTimeOffset.MinValue : moment - span;
}

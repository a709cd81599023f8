using System.Globalization;

namespace Nitro.Verifier.Fuzz.Running;

/// <summary>
/// Cultures and time zones that have broken programs: another i, other digits and minus signs, calendars that are not Gregorian, offsets
/// of a quarter of an hour and beyond the date line. Where the machine has no cultures, invented ones take their places.
/// </summary>
public static class Surroundings
{
    private static readonly string[] Names = ["tr-TR", "ar-SA", "th-TH", "fa-IR", "sv-SE", "de-CH", "hi-IN", "ja-JP"];

    /// <summary>Eight, one per thread.</summary>
    public static IReadOnlyList<CultureInfo> Cultures { get; } = [.. Names.Select(Find)];

    public static IReadOnlyList<string> TimeZones { get; } =
    [
        "Asia/Kathmandu", "Pacific/Kiritimati", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe", "Africa/Casablanca",
        "America/Sao_Paulo", "UTC",
    ];

    private static readonly string? OwnTimeZone = Environment.GetEnvironmentVariable("TZ");

    /// <summary>Sets what <see cref="TimeZoneInfo.Local"/> is for the whole process back to what it was at first.</summary>
    public static void RestoreTimeZone() => SetTimeZone(OwnTimeZone);

    /// <summary>Sets what <see cref="TimeZoneInfo.Local"/> is for the whole process; null for the machine's own.</summary>
    public static void SetTimeZone(string? name)
    {
        Environment.SetEnvironmentVariable("TZ", name);
        TimeZoneInfo.ClearCachedData();
    }

    private static CultureInfo Find(string name)
    {
        try
        {
            return CultureInfo.GetCultureInfo(name, predefinedOnly: true);
        }
        catch (CultureNotFoundException)
        {
            return new InventedCulture(name);
        }
    }

    /// <summary>A culture with nothing as programmers expect it.</summary>
    private sealed class InventedCulture : CultureInfo
    {
        private readonly string _name;

        public InventedCulture(string name)
            : base("")
        {
            _name = name;
            var calendar = new ThaiBuddhistCalendar();
            NumberFormat = new NumberFormatInfo { NegativeSign = "minus", PositiveSign = "plus" };
            (NumberFormat.NumberDecimalSeparator, NumberFormat.NumberGroupSeparator) = ("\u066b", "\u066c");
            DateTimeFormat = new DateTimeFormatInfo { DateSeparator = "\u060c", TimeSeparator = "\u061b", ShortDatePattern = "gg yyyy" };
            Calendar = calendar;
        }

        public override Calendar Calendar { get; }

        public override string ToString() => _name + " (invented)";
    }
}

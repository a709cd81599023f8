using System.Globalization;

namespace Nitro.Verifier.Certificates;

/// <summary>Times as certificates write them (RFC 5280 4.1.2.5), as milliseconds since 1970-01-01T00:00:00Z.</summary>
internal static class CertificateTime
{
    /// <summary>YYMMDDHHMMSSZ: RFC 5280 4.1.2.5.1 asks for seconds and for Z.</summary>
    private const int UtcTimeLength = 13;

    /// <summary>YYYYMMDDHHMMSSZ: RFC 5280 4.1.2.5.2 asks for seconds, forbids fractions and asks for Z.</summary>
    private const int GeneralizedTimeLength = 15;

    /// <summary>RFC 5280 4.1.2.5: through 2049 UTCTime must be used, and GeneralizedTime from this year on.</summary>
    private const int FirstGeneralizedYear = 2050;

    /// <summary>Reads notBefore, notAfter and the times of revocation lists: UTCTime through 2049, GeneralizedTime from 2050 on.</summary>
    public static bool TryRead(ref DerReader reader, ReadOnlySpan<byte> bytes, string where, out long milliseconds) =>
        TryRead(ref reader, bytes, where, reader.NextIs(DerTag.GeneralizedTime), FirstGeneralizedYear, out milliseconds);

    /// <summary>Reads invalidityDate, a GeneralizedTime in any year (RFC 5280 5.3.2).</summary>
    public static bool TryReadGeneralized(ref DerReader reader, ReadOnlySpan<byte> bytes, string where, out long milliseconds) =>
        TryRead(ref reader, bytes, where, generalized: true, firstYear: 1, out milliseconds);

    private static bool TryRead(ref DerReader reader, ReadOnlySpan<byte> bytes, string where, bool generalized, int firstYear, out long milliseconds)
    {
        milliseconds = 0;
        if (!reader.TryRead(generalized ? DerTag.GeneralizedTime : DerTag.UtcTime, where, out var value))
        {
            return false;
        }

        var text = value.Content(bytes);
        if (text.Length != (generalized ? GeneralizedTimeLength : UtcTimeLength)
            || text[^1] != (byte)'Z'
            || text[..^1].ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            var form = generalized ? "YYYYMMDDHHMMSSZ" : "YYMMDDHHMMSSZ";
            return reader.Fail(where, value.Start, form, $"\"{ByteText.Printable(text)}\"");
        }

        int year;
        if (generalized)
        {
            year = (TwoDigits(text) * 100) + TwoDigits(text[2..]);
            if (year < firstYear)
            {
                return reader.Fail(where, value.Start, $"{(firstYear == 1 ? "a year from 1 on" : "UTCTime for a year before 2050")}", $"GeneralizedTime \"{ByteText.Printable(text)}\"");
            }
        }
        else
        {
            // RFC 5280 4.1.2.5.1: 50 and above is 19YY, below is 20YY.
            year = TwoDigits(text);
            year += year >= 50 ? 1900 : 2000;
        }

        var rest = text[(generalized ? 4 : 2)..];
        var (month, day) = (TwoDigits(rest), TwoDigits(rest[2..]));
        var (hour, minute, second) = (TwoDigits(rest[4..]), TwoDigits(rest[6..]), TwoDigits(rest[8..]));
        if (month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
        {
            return reader.Fail(where, value.Start, "a date and time that exist", $"\"{ByteText.Printable(text)}\"");
        }

        milliseconds = new DateTimeOffset(year, month, day, hour, minute, second, TimeSpan.Zero).ToUnixTimeMilliseconds();
        return true;
    }

    /// <summary>The time for people, in UTC; the bare number where it lies beyond the years 1 to 9999.</summary>
    public static string Text(long milliseconds)
    {
        var representable = milliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds()
            && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
        return representable
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{milliseconds} ms since 1970");
    }

    private static int TwoDigits(ReadOnlySpan<byte> digits) => ((digits[0] - '0') * 10) + (digits[1] - '0');
}

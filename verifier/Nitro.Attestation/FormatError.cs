using System.Globalization;
using System.Text;

namespace Nitro.Attestation;

/// <summary>
/// Why bytes are not what they should be: what was read, where, what was expected and what was found. The texts are fit for a terminal and
/// a log, though they may quote bytes from outside: what controls a terminal or turns the direction of writing stands there as
/// <c>\u{1b}</c>.
/// </summary>
/// <param name="Where">The part of the format, in the field's own names, such as <c>payload.pcrs index</c>.</param>
/// <param name="Offset">Bytes from the start of the input that was handed over, or -1 where no single byte is to blame.</param>
/// <param name="Expected">What the format asks for.</param>
/// <param name="Found">What was there instead.</param>
public sealed record FormatError(string Where, int Offset, string Expected, string Found)
{
    /// <summary>The part of the format, in the field's own names, such as <c>payload.pcrs index</c>.</summary>
    public string Where { get; init; } = Printable(Where);

    /// <summary>What the format asks for.</summary>
    public string Expected { get; init; } = Printable(Expected);

    /// <summary>What was there instead.</summary>
    public string Found { get; init; } = Printable(Found);

    /// <summary>One line for people.</summary>
    public override string ToString() => Offset < 0
        ? $"{Where}: expected {Expected}, found {Found}"
        : $"{Where} at byte {Offset}: expected {Expected}, found {Found}";

    /// <summary>The text with an escape for each character that could steer a terminal, break the line or turn the direction of writing.</summary>
    internal static string Printable(string text)
    {
        if (text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0)
        {
            return text;
        }

        var printable = new StringBuilder(text.Length);
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            var whole = Rune.DecodeFromUtf16(rest, out var rune, out var read) == System.Buffers.OperationStatus.Done;
            if (whole && !IsUnfit(Rune.GetUnicodeCategory(rune)))
            {
                printable.Append(rest[..read]);
            }
            else
            {
                printable.Append(CultureFree, $"\\u{{{(whole ? rune.Value : rest[0]):x}}}");
            }

            rest = rest[read..];
        }

        return printable.ToString();
    }

    private static IFormatProvider CultureFree => NumberFormatInfo.InvariantInfo;

    private static bool IsUnfit(UnicodeCategory category) => category is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse;
}

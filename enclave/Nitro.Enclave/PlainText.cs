using System.Text;

namespace Nitro.Enclave;

/// <summary>Makes text that others wrote (names in files, a runtime's messages) fit for one line of an error or a log.</summary>
internal static class PlainText
{
    /// <summary>The most characters of a name.</summary>
    public const int MaximumName = 128;

    /// <summary>The most characters of a message.</summary>
    public const int MaximumMessage = 400;

    /// <summary>An exception's message on one line.</summary>
    public static string Of(Exception exception) => Clean(exception.Message, MaximumMessage);

    /// <summary>A name in quotation marks.</summary>
    public static string Quote(string name) => $"\"{Clean(name, MaximumName)}\"";

    /// <summary>
    /// The text on one line: control, format, surrogate and unassigned characters become spaces, runs of spaces one; the rest is cut off
    /// with an ellipsis.
    /// </summary>
    public static string Clean(string text, int maximum)
    {
        var clean = new StringBuilder(Math.Min(text.Length, maximum));
        foreach (var rune in text.EnumerateRunes())
        {
            var space = Rune.IsWhiteSpace(rune) || Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.Control
                or System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.PrivateUse
                or System.Globalization.UnicodeCategory.OtherNotAssigned;
            if (space)
            {
                if (clean.Length > 0 && clean[^1] != ' ')
                {
                    clean.Append(' ');
                }

                continue;
            }

            if (clean.Length + rune.Utf16SequenceLength >= maximum)
            {
                return clean.Append('…').ToString();
            }

            clean.Append(rune.ToString());
        }

        return clean.ToString().TrimEnd();
    }
}

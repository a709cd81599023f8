using System.Text;

namespace Nitro.Verifier.Cli;

/// <summary>Lines for people: aligned, coloured only when asked, and with every control character of untrusted text made visible.</summary>
internal sealed class Terminal(TextWriter output, bool colour)
{
    public const string Green = "32", Red = "31", Yellow = "33", Dim = "2", Bold = "1";

    public void Line(string text = "") => output.WriteLine(text);

    public string Paint(string text, string code) => colour ? $"\u001b[{code}m{text}\u001b[0m" : text;

    /// <summary>The most characters of text from a file that a message quotes.</summary>
    private const int MaximumQuoted = 128;

    /// <summary>The most characters of a message: room for the longest path of Linux (PATH_MAX, 4,096) and what is said about it.</summary>
    private const int MaximumMessage = 5000;

    /// <summary>A message of our own, whatever it quotes.</summary>
    public static string Message(string text) => Clip(Clean(text), MaximumMessage);

    /// <summary>Text from a file, for a message: the message says more after it.</summary>
    public static string Quoted(string text) => $"\"{Clip(Clean(text), MaximumQuoted)}\"";

    /// <summary>Where a text stops being JSON, without the reader's words.</summary>
    public static string Place(System.Text.Json.JsonException exception) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"no JSON at line {exception.LineNumber.GetValueOrDefault() + 1}, byte {exception.BytePositionInLine.GetValueOrDefault() + 1}");

    /// <summary>What an argument's exception says, without the parameter's name, which means nothing on a command line.</summary>
    public static string Reason(ArgumentException exception) => exception.Message.Split(" (Parameter '")[0];

    /// <summary>Text from a document or file, in which escape sequences and line breaks must not reach the terminal.</summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.Format
                or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator)
            {
                clean.Append(System.Globalization.NumberFormatInfo.InvariantInfo, $"\\u{{{rune.Value:x}}}");
            }
            else
            {
                clean.Append(rune.ToString());
            }
        }

        return clean.ToString();
    }

    private static string Clip(string text, int maximum) => text.Length <= maximum ? text : $"{text[..maximum]}... ({text.Length} characters)";
}

using System.Text;

namespace Nitro.Verifier.Cli;

/// <summary>Lines for people: aligned, coloured only when asked, and with every control character of untrusted text made visible.</summary>
internal sealed class Terminal(TextWriter output, bool colour)
{
    public const string Green = "32", Red = "31", Yellow = "33", Dim = "2", Bold = "1";

    public void Line(string text = "") => output.WriteLine(text);

    public string Paint(string text, string code) => colour ? $"\u001b[{code}m{text}\u001b[0m" : text;

    /// <summary>Text from a document or file, in which escape sequences and line breaks must not reach the terminal.</summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.LineSeparator)
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
}

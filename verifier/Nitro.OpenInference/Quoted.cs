using System.Text;

namespace Nitro.OpenInference;

/// <summary>Text from a message as errors show it: quoted, cut, without control characters.</summary>
internal static class Quoted
{
    private const int Shown = 48;

    public static string Show(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes().Take(Shown))
        {
            quoted.Append(Rune.IsControl(rune) || rune == Rune.ReplacementChar || Rune.GetUnicodeCategory(rune) == System.Globalization.UnicodeCategory.Format ? "?" : rune.ToString());
        }

        return quoted.Append(text.Length > Shown ? "…\"" : "\"").ToString();
    }
}

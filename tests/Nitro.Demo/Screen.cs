namespace Nitro.Demo;

/// <summary>Lines for people: aligned, calm, coloured only on a terminal.</summary>
internal sealed class Screen(TextWriter output, bool colour)
{
    public const string Green = "32", Red = "31", Dim = "2", Bold = "1";

    public void Line(string text = "") => output.WriteLine(text);

    public void Section(string title)
    {
        Line();
        Line(Paint(title, Bold));
    }

    public void Field(string name, string value) => Line($"  {name,-14} {value}");

    public string Paint(string text, string code) => colour ? $"\u001b[{code}m{text}\u001b[0m" : text;
}

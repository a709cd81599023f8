using System.Text;

namespace Nitro.Verifier.Fuzz.Mutation;

/// <summary>Changes to the tokens of a JSON text: values of other types and sizes, members dropped, repeated, renamed, nested.</summary>
public static class JsonMutator
{
    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-0", "-1", "1", "1.5", "1e0", "1e999", "-1e999", "2147483648", "9223372036854775807",
        "9223372036854775808", "01", "+1", "NaN",
        "\"\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\u202e\"", "\"aws\"", "\"aws-us-gov\"", "\"direct\"", "\"session\"",
        "\"0001-01-01T00:00:00Z\"",
        "\"9999-12-31T23:59:59Z\"", "\"2026-02-30T00:00:00Z\"", "\"AAAA\"", "\"AA==\"", "\"AB==\"", "\" AAAA\"", "[]", "{}", "[[]]",
        "[null]", "[{}]", "// x\n1", "\ufeff1",
    ];

    private static readonly string[] Names =
    [
        "\"version\"", "\"$schema\"", "\"releases\"", "\"models\"", "\"configurations\"", "\"trustAnchors\"", "\"anyMeasurementsUnsafe\"",
        "\"anyModelUnsafe\"", "\"PCR0\"", "\"PCR8\"",
        "\"PCR31\"", "\"PCR32\"", "\"PCR٣\"", "\"name\"", "\"notBefore\"", "\"notAfter\"", "\"session\"", "\"leastEvidence\"", "\"kind\"",
        "\"receipt\"", "\"input\"", "\"VERSION\"",
        "\"v\\u0065rsion\"", "\"debugModeUnsafe\"", "\"clockSkewSeconds\"",
    ];

    /// <summary>The text with one token changed.</summary>
    public static byte[] Mutate(byte[] json, FuzzRandom random, Story story)
    {
        var tokens = Tokens(Encoding.Latin1.GetString(json));
        var at = random.Below(tokens.Count);
        var isName = at + 1 < tokens.Count && tokens.Skip(at + 1).FirstOrDefault(token => !string.IsNullOrWhiteSpace(token)) == ":";
        switch (random.Below(8))
        {
            case 0:
                story.Add($"JSON token {at} dropped");
                tokens.RemoveAt(at);
                break;
            case 1:
                story.Add($"JSON token {at} repeated");
                tokens.Insert(at, tokens[at]);
                break;
            case 2:
                var other = random.Below(tokens.Count);
                (tokens[at], tokens[other]) = (tokens[other], tokens[at]);
                story.Add($"JSON tokens {at} and {other} exchanged");
                break;
            case 3:
                var depth = random.Pick((int[])[1, 2, 8, 64, 1000]);
                tokens[at] = new string('[', depth) + tokens[at] + new string(']', depth);
                story.Add($"JSON token {at} nested {depth} deep");
                break;
            case 4:
                var end = Math.Min(tokens.Count, at + random.Between(2, 12));
                tokens.InsertRange(end, tokens.GetRange(at, end - at));
                story.Add($"JSON tokens {at} to {end} repeated");
                break;
            default:
                tokens[at] = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(random.Pick(isName ? Names : Values)));
                story.Add($"JSON token {at} replaced");
                break;
        }

        return Encoding.Latin1.GetBytes(string.Concat(tokens));
    }

    /// <summary>Strings with their quotes, single marks of punctuation, runs of white space, and runs of everything else.</summary>
    private static List<string> Tokens(string text)
    {
        var tokens = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var end = start + 1;
            if (text[start] == '"')
            {
                while (end < text.Length && text[end] != '"')
                {
                    end += text[end] == '\\' ? 2 : 1;
                }

                end = Math.Min(text.Length, end + 1);
            }
            else if (!"{}[],:".Contains(text[start], StringComparison.Ordinal))
            {
                var white = char.IsWhiteSpace(text[start]);
                while (end < text.Length
                    && char.IsWhiteSpace(text[end]) == white
                    && !"{}[],:\"".Contains(text[end], StringComparison.Ordinal))
                {
                    end++;
                }
            }

            tokens.Add(text[start..end]);
            start = end;
        }

        return tokens.Count == 0 ? [""] : tokens;
    }
}

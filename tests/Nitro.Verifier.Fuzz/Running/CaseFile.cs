using System.Text.Json;

namespace Nitro.Verifier.Fuzz.Running;

/// <summary>
/// A finding as a file that holds all that its verdict depends on: it can be tried again by anyone, on any machine, without the seeds.
/// </summary>
public static class CaseFile
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true };

    public static void Write(string path, Finding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        var content = new Content(
            finding.Property,
            finding.Case.Kind,
            finding.Case.Situation.ToString(),
            finding.Case.NowMs,
            finding.Case.Story,
            finding.Case.Bytes);
        File.WriteAllText(path, JsonSerializer.Serialize(content, Options) + "\n");
    }

    /// <exception cref="InvalidDataException">The file holds no case.</exception>
    public static FuzzCase Read(string path)
    {
        try
        {
            var content = JsonSerializer.Deserialize<Content>(File.ReadAllText(path));
            return content is { Kind: not null, Bytes: not null, Story: not null }
                && Enum.TryParse<Situation>(content.Situation, out var situation)
                ? new FuzzCase(content.Kind, situation, content.NowMs, content.Bytes, content.Story)
                : throw new InvalidDataException($"{path} holds no case: expected property, kind, situation, nowMs, story and bytes.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path} holds no case: {exception.Message}", exception);
        }
    }

    private sealed record Content(string Property, string Kind, string Situation, long NowMs, string Story, byte[] Bytes);
}

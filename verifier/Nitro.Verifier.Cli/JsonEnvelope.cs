using System.Text.Json;

namespace Nitro.Verifier.Cli;

/// <summary>Finds the attestation document in JSON that a service answered with: a text under one of the names that are in use, at any depth.</summary>
internal static class JsonEnvelope
{
    private const int MaximumDepth = 32;

    /// <summary>Compared without case, hyphens and underscores.</summary>
    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "document", "attestation", "attestationDocument", "attestationDoc", "nitroAttestation", "nitroDocument", "cose", "coseSign1",
    };

    /// <summary>The one text that may be the document.</summary>
    /// <exception cref="UsageException">No JSON, no such member, or several that differ.</exception>
    public static string Find(byte[] content, string name)
    {
        try
        {
            using var json = JsonDocument.Parse(content, new JsonDocumentOptions { MaxDepth = MaximumDepth });
            var found = new List<(string Path, string Text)>();
            Collect(json.RootElement, "", found);
            return found.Select(one => one.Text).Distinct(StringComparer.Ordinal).Count() switch
            {
                1 => found[0].Text,
                0 => throw new UsageException($"{name} is JSON without an attestation document: none of {string.Join(", ", Names)} holds a text"),
                _ => throw new UsageException($"{name} is JSON with several texts that may be the document ({Terminal.Quoted(string.Join(", ", found.Select(one => one.Path)))}): give the one that is meant alone"),
            };
        }
        catch (JsonException exception)
        {
            throw new UsageException($"{name} begins like JSON: {Terminal.Place(exception)}");
        }
    }

    private static void Collect(JsonElement element, string path, List<(string Path, string Text)> found)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                Collect(item, path, found);
            }
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in element.EnumerateObject())
            {
                var here = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
                if (member.Value.ValueKind == JsonValueKind.String && Names.Contains(member.Name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal)))
                {
                    found.Add((here, Text(member.Value, here)));
                }
                else
                {
                    Collect(member.Value, here, found);
                }
            }
        }
    }

    private static string Text(JsonElement value, string path)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new UsageException($"the member {Terminal.Quoted(path)} holds text that is not Unicode");
        }
    }
}

using System.Text.Json;

namespace Nitro.Eif.Format;

/// <summary>The rule for the metadata section, for whoever reads one and whoever writes one.</summary>
internal static class MetadataJson
{
    /// <summary>
    /// Why bytes are no JSON object at most 64 deep whose texts are Unicode, or null when they are one. .NET's documents take texts with half
    /// of a surrogate pair and throw when somebody asks for one; AWS's tools refuse them.
    /// </summary>
    public static string? Fault(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                return $"JSON that is {json.RootElement.ValueKind}";
            }

            var reader = new Utf8JsonReader(bytes.Span);
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String)
                {
                    reader.GetString();
                }
            }

            return null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return exception.Message;
        }
    }
}

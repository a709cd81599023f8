using System.Globalization;
using System.Text.Json.Nodes;

namespace Nitro.Vectors.Generator;

/// <summary>The options member of a vector: what a caller states beside the policy. What is left out is stated by nobody.</summary>
internal static class Options
{
    /// <summary>Nothing is asked of the fields that an enclave chooses.</summary>
    public static JsonObject AnyDocument(DateTimeOffset? now = null) => Document("any", "any", "any", now);

    /// <summary>For a document: each field "any", "absent" or { "exact": hex }.</summary>
    public static JsonObject Document(JsonNode nonce, JsonNode userData, JsonNode publicKey, DateTimeOffset? now = null) =>
        Live(new JsonObject { ["nonce"] = nonce, ["userData"] = userData, ["publicKey"] = publicKey }, now);

    /// <summary>For evidence: the good caller's, with the members of <paramref name="changes"/> put in their places.</summary>
    public static JsonObject Evidence(JsonObject? changes = null, DateTimeOffset? now = null)
    {
        var options = new JsonObject
        {
            ["model"] = new JsonObject { ["name"] = "digits", ["version"] = "1" },
            ["input"] = "disclosed",
            ["output"] = "disclosed",
            ["nonce"] = Exact(Evidences.EvidenceBuilder.Nonce),
        };
        foreach (var (name, value) in changes ?? [])
        {
            options[name] = value?.DeepClone();
        }

        return Live(options, now);
    }

    /// <summary>Exactly these bytes.</summary>
    public static JsonObject Exact(byte[] bytes) => new() { ["exact"] = Convert.ToHexStringLower(bytes) };

    /// <summary>With a witnessed time and the time of revocation lists.</summary>
    public static JsonObject Timed(JsonObject options, DateTimeOffset? witnessed, DateTimeOffset? listTime)
    {
        Add(options, "witnessed", witnessed);
        Add(options, "listTime", listTime);
        return options;
    }

    private static JsonObject Live(JsonObject options, DateTimeOffset? now)
    {
        Add(options, "now", now);
        return options;
    }

    private static void Add(JsonObject options, string name, DateTimeOffset? time)
    {
        if (time is { } moment)
        {
            options[name] = moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", DateTimeFormatInfo.InvariantInfo);
        }
    }
}

using System.Text.Json.Nodes;

namespace Nitro.Vectors.Generator;

/// <summary>One entry of the index: what to verify, how, and what must come of it.</summary>
/// <param name="Name">Unique; a folder and a name, such as chains/v2.</param>
/// <param name="Kind">What is verified: document, evidence or policy.</param>
/// <param name="Description">One sentence for people.</param>
/// <param name="Files">The files by their role, below the folder of vectors.</param>
/// <param name="Options">What the caller asks for, by name.</param>
/// <param name="Error">The exact error, null when it must pass.</param>
internal sealed record Vector(
    string Name, string Kind, string Description, IReadOnlyDictionary<string, string> Files, JsonObject Options, JsonObject? Error)
{
    public JsonObject ToJson() => new()
    {
        ["name"] = Name,
        ["kind"] = Kind,
        ["description"] = Description,
        ["files"] = new JsonObject(Files.Select(file => KeyValuePair.Create(file.Key, (JsonNode?)file.Value))),
        ["options"] = Options.DeepClone(),
        ["error"] = Error?.DeepClone(),
    };
}

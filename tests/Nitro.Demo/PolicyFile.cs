using System.Text.Json;
using System.Text.Json.Nodes;
using Nitro.Harness;
using Nitro.Verifier;

namespace Nitro.Demo;

/// <summary>Writes the policy that an operator would write from an image's description, and reads it as the verifier does.</summary>
internal static class PolicyFile
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string Compose(string rootCertificate, SimulatedImage image, IEnumerable<string> models)
    {
        var measurements = new JsonObject { ["HashAlgorithm"] = "Sha384 { ... }" };
        for (var index = 0; index < image.Measurements.Count; index++)
        {
            measurements[FormattableString.Invariant($"PCR{index}")] = image.Measurements[index];
        }

        return new JsonObject
        {
            ["version"] = 1,
            ["trustAnchors"] = new JsonArray(new JsonObject { ["name"] = "simulated", ["certificate"] = File.ReadAllText(rootCertificate) }),
            ["releases"] = new JsonArray(new JsonObject { ["name"] = "simulated image", ["measurements"] = measurements }),
            ["models"] = new JsonArray([.. models.Select(model => JsonValue.Create(model))]),
            ["configurations"] = new JsonArray(image.Configuration),
        }.ToJsonString(Indented) + "\n";
    }

    public static AttestationVerifier Load(string file) => new(VerificationPolicy.Parse(File.ReadAllBytes(file)));
}

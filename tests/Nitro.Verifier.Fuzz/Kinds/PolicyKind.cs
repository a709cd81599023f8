using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Nitro.Testing;
using Nitro.Verifier.Fuzz.Judging;
using Nitro.Verifier.Fuzz.Mutation;
using Nitro.Verifier.Fuzz.Simulation;

namespace Nitro.Verifier.Fuzz.Kinds;

/// <summary>Policies. One that is accepted must open nothing up that its text does not open up, and must make a verifier.</summary>
public sealed class PolicyKind : SeedKind
{
    private readonly byte[][] _seeds = [DocumentedPolicy(), .. OwnPolicies()];

    public override string Name => "policy";

    public override int Weight => 6;

    public override string Seeds => FormattableString.Invariant($"{_seeds.Length} policies, docs/policy.md's among them");

    public override FuzzCase Make(FuzzRandom random)
    {
        var story = new Story();
        var bytes = random.Pick(_seeds);
        for (var change = random.OneIn(30) ? 0 : random.Between(1, 3); change > 0; change--)
        {
            bytes = random.OneIn(5)
                ? ByteMutator.Mutate(bytes, random.Pick(_seeds), random, story)
                : JsonMutator.Mutate(bytes, random, story);
        }

        return new FuzzCase(Name, Situation.Open, 0, bytes, story.ToString());
    }

    public override Verdict Judge(FuzzCase one, VerifierSet verifiers)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(verifiers);
        VerificationPolicy policy;
        try
        {
            policy = VerificationPolicy.Parse(one.Bytes);
        }
        catch (PolicyException exception)
        {
            return Verdict.Refused("policy", exception.Message);
        }

        var settings = policy.Settings;
        return Verdict.AcceptedWith(string.Create(CultureInfo.InvariantCulture, $"""
            {verifiers.Configuration.Make(policy).Policy.CoversEvidence} {policy.TrustsAwsOnly} {settings.NoCertificateProfileUnsafe}
            {string.Join(' ', settings.TrustAnchors.Select(anchor => anchor.Fingerprint))}
            {string.Join(' ', settings.Releases.Select(Describe))} {settings.AnyMeasurementsUnsafe} {settings.DebugModeUnsafe}
            {string.Join(' ', settings.Models)} {settings.AnyModelUnsafe}
            {string.Join(' ', settings.Configurations)} {settings.AnyConfigurationUnsafe}
            {settings.MaximumDocumentAge} {settings.ClockSkew} {settings.LeastEvidence}
            {settings.SessionMaximumDocumentAge} {settings.SessionMaximumAge}
            """));
    }

    public override string? Recheck(FuzzCase one)
    {
        ArgumentNullException.ThrowIfNull(one);
        var settings = VerificationPolicy.Parse(one.Bytes).Settings;
        using var text = JsonDocument.Parse(
            one.Bytes, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        var root = text.RootElement;
        (string Name, bool Open)[] openings =
        [
            ("anyMeasurementsUnsafe", settings.AnyMeasurementsUnsafe),
            ("debugModeUnsafe", settings.DebugModeUnsafe),
            ("anyModelUnsafe", settings.AnyModelUnsafe),
            ("anyConfigurationUnsafe", settings.AnyConfigurationUnsafe),
            ("noCertificateProfileUnsafe", settings.NoCertificateProfileUnsafe),
        ];
        foreach (var (name, open) in openings)
        {
            if (open != (root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True))
            {
                return $"accepted, and {name} is not as its text has it";
            }
        }

        return Count(root, "releases") == settings.Releases.Count
            && Count(root, "models") == settings.Models.Count
            && Count(root, "configurations") == settings.Configurations.Count
            ? null
            : "accepted with another number of releases, models or configurations than its text has";
    }

    private static int Count(JsonElement root, string name) => root.TryGetProperty(name, out var list) ? list.GetArrayLength() : 0;

    private static string Describe(Release release)
    {
        var measurements = string.Join(' ', release.Measurements.Select(one => FormattableString.Invariant($"{one.Key}={one.Value}")));
        return FormattableString.Invariant(
            $"{release.Name} {release.NotBefore?.ToUnixTimeSeconds()} {release.NotAfter?.ToUnixTimeSeconds()} {measurements}");
    }

    private static byte[] DocumentedPolicy()
    {
        var text = File.ReadAllText(RepositoryRoot.Combine("docs", "policy.md"));
        var start = text.IndexOf("```json\n", StringComparison.Ordinal) + 8;
        return Encoding.UTF8.GetBytes(text[start..text.IndexOf("```", start, StringComparison.Ordinal)]);
    }

    private static IEnumerable<byte[]> OwnPolicies()
    {
        var pem = JsonEncodedText.Encode(PemEncoding.WriteString("CERTIFICATE", FuzzChain.Anchor.Der.Span));
        var hex = new string('a', 96);
        var pcrs = $$$"""{"HashAlgorithm": "Sha384 { ... }", "PCR0": "{{{hex}}}", "PCR1": "{{{hex}}}", "PCR2": "{{{hex}}}"}""";
        yield return Encoding.UTF8.GetBytes("""{"version": 1, "anyMeasurementsUnsafe": true}""");
        yield return Encoding.UTF8.GetBytes($$$"""
            {"version": 1, "trustAnchors": ["aws", {"name": "fuzz", "certificate": "{{{pem}}}"}],
             "releases": [{"name": "r", "measurements": {{{pcrs}}},
                           "notBefore": "2026-01-01T00:00:00Z", "notAfter": "2027-01-01T00:00:00Z"},
                          {"name": "s", "anyImageBySignerUnsafe": true, "Measurements": {"PCR8": "{{{hex}}}"}}],
             "models": ["{{{hex}}}"], "configurations": ["{{{hex}}}"], "leastEvidence": "direct"}
            """);
        yield return Encoding.UTF8.GetBytes("""
            {"version": 1, // comment
             "anyMeasurementsUnsafe": true, "debugModeUnsafe": true, "anyModelUnsafe": true, "anyConfigurationUnsafe": true,
             "noCertificateProfileUnsafe": true, "maximumDocumentAgeSeconds": 300, "clockSkewSeconds": 60,
             "session": {"maximumDocumentAgeSeconds": 3600, "maximumAgeSeconds": 86400}, "leastEvidence": "session",}
            """);
    }
}

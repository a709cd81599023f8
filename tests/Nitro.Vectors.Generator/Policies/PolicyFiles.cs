using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nitro.Vectors.Generator.Documents;
using Nitro.Vectors.Generator.Evidences;

namespace Nitro.Vectors.Generator.Policies;

/// <summary>The policies under which documents and evidence are verified. Each is a vector itself: it must be accepted.</summary>
internal static class PolicyFiles
{
    /// <summary>The release whose image the documents show, its model and its configuration.</summary>
    public const string Strict = "policies/strict.json";

    /// <summary>As the strict one, for evidence, whose chains are short.</summary>
    public const string Evidence = "policies/evidence.json";

    /// <summary>Any image of the same root.</summary>
    public const string AnyImage = "policies/any-image.json";

    /// <summary>Any image, any chain that keeps RFC 5280.</summary>
    public const string NoProfile = "policies/no-profile.json";

    /// <summary>Debug mode accepted.</summary>
    public const string Debug = "policies/debug.json";

    /// <summary>Any image of one signer, by PCR8.</summary>
    public const string Signer = "policies/signer.json";

    /// <summary>Two releases of which each lacks what the other has.</summary>
    public const string Mixed = "policies/mixed-releases.json";

    /// <summary>Two releases of one image, the second with the window of the documents.</summary>
    public const string Windows = "policies/two-windows.json";

    /// <summary>A window of which a document's time is the first and the last moment.</summary>
    public const string WindowOfOne = "policies/window-of-one-second.json";

    public const string WindowOver = "policies/window-over.json";

    public const string WindowToCome = "policies/window-to-come.json";

    public const string DirectOnly = "policies/direct-only.json";

    public const string OtherModel = "policies/other-model.json";

    public const string OtherConfiguration = "policies/other-configuration.json";

    public const string OpenEvidence = "policies/any-model-and-configuration.json";

    private const string Now = "2026-01-15T12:00:00Z";

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void AddTo(VectorSet set)
    {
        void Add(string path, string description, JsonObject policy) =>
            set.AddPolicy(description, Encode(policy), null, Path.GetFileNameWithoutExtension(path));
        Add(Strict, "One release, one model, one configuration", With(Releases(Release("vectors 1", [0, 1, 2]))));
        Add(Evidence, "The strict policy, for chains of any length", Short(With(Releases(Release("vectors 1", [0, 1, 2])))));
        Add(AnyImage, "Any image under the vectors' root", Open());
        Add(NoProfile, "Any image and any chain that keeps RFC 5280", Changed(Open(), "noCertificateProfileUnsafe", true));
        Add(Debug, "Debug mode accepted; PCR8 of the release still counts",
            Changed(With(Releases(Release("vectors 1", [0, 1, 2, 8]))), "debugModeUnsafe", true));
        Add(Signer, "Any image of one signer", With(Releases(Changed(Release("signed", [8]), "anyImageBySignerUnsafe", true))));
        Add(Mixed, "Two releases, each with one PCR that the documents do not show", With(Releases(Other("a", 0), Other("b", 1))));
        Add(Windows, "Two releases of one image, one of them over", With(Releases(
            Changed(Release("over", [0, 1, 2]), "notAfter", "2026-01-15T11:59:59Z"),
            Changed(Release("going on", [0, 1, 2]), "notBefore", Now))));
        Add(WindowOfOne, "A release that is valid at one moment", With(Releases(
            Changed(Changed(Release("vectors 1", [0, 1, 2]), "notBefore", Now), "notAfter", Now))));
        Add(WindowOver, "A release that is over",
            With(Releases(Changed(Release("vectors 1", [0, 1, 2]), "notAfter", "2026-01-15T11:59:59Z"))));
        Add(WindowToCome, "A release that is to come",
            With(Releases(Changed(Release("vectors 1", [0, 1, 2]), "notBefore", "2026-01-15T12:00:01Z"))));
        Add(DirectOnly, "Direct evidence alone",
            Changed(Short(With(Releases(Release("vectors 1", [0, 1, 2])))), "leastEvidence", "direct"));
        Add(OtherModel, "Another model",
            Changed(Short(With(Releases(Release("vectors 1", [0, 1, 2])))), "models", List(DocumentBuilder.Digest("unknown model"))));
        Add(OtherConfiguration, "Another configuration", Changed(
            Short(With(Releases(Release("vectors 1", [0, 1, 2])))), "configurations",
            List(DocumentBuilder.Digest("unknown configuration"))));
        var open = Short(With(Releases(Release("vectors 1", [0, 1, 2]))));
        open.Remove("models");
        open.Remove("configurations");
        Add(OpenEvidence, "Any model and any configuration",
            Changed(Changed(open, "anyModelUnsafe", true), "anyConfigurationUnsafe", true));
    }

    /// <summary>The policy of good evidence, to be changed.</summary>
    public static JsonObject ForEvidence() => Short(With(Releases(Release("vectors 1", [0, 1, 2]))));

    /// <summary>A policy for any image under another root.</summary>
    public static string AddForRoot(VectorSet set, string fileName, byte[] root) =>
        set.AddPolicy($"Any image under the root of {fileName}", Encode(Open(root)), null, fileName);

    public static byte[] Encode(JsonObject policy) => Encoding.UTF8.GetBytes(policy.ToJsonString(Indented) + "\n");

    public static JsonObject Open(byte[]? root = null) => new()
    {
        ["version"] = 1,
        ["trustAnchors"] = Anchors(root ?? DocumentBuilder.Chain[0]),
        ["anyMeasurementsUnsafe"] = true,
    };

    public static JsonObject With(JsonArray releases) => new()
    {
        ["version"] = 1,
        ["trustAnchors"] = Anchors(DocumentBuilder.Chain[0]),
        ["releases"] = releases,
        ["models"] = List(EvidenceBuilder.Model),
        ["configurations"] = List(SHA384.HashData(EvidenceBuilder.GoodConfiguration)),
    };

    public static JsonObject Release(string name, int[] indices)
    {
        var pcrs = DocumentBuilder.Pcrs();
        return new()
        {
            ["name"] = name,
            ["measurements"] = new JsonObject(indices.Select(index =>
                KeyValuePair.Create($"PCR{index}", (JsonNode?)Convert.ToHexStringLower(pcrs[index])))),
        };
    }

    public static JsonArray Releases(params JsonObject[] releases) => new([.. releases]);

    private static JsonObject Changed(JsonObject policy, string name, JsonNode value)
    {
        policy[name] = value;
        return policy;
    }

    private static JsonObject Short(JsonObject policy) => Changed(policy, "noCertificateProfileUnsafe", true);

    private static JsonObject Other(string name, int index)
    {
        var release = Release(name, [0, 1, 2]);
        release["measurements"]![$"PCR{index}"] = Convert.ToHexStringLower(DocumentBuilder.Digest("another image"));
        return release;
    }

    private static JsonArray List(byte[] digest) => new(Convert.ToHexStringLower(digest));

    private static JsonArray Anchors(byte[] root) => new(new JsonObject
    {
        ["name"] = "vectors",
        ["certificate"] = PemEncoding.WriteString("CERTIFICATE", root) + "\n",
    });
}

using Nitro.Attestation;
using Nitro.Attestation.Claims;

namespace Nitro.Verifier.Stages;

/// <summary>
/// The links from the claim to the models and the configuration: the session statement names their digests, and PCR16 and PCR17, locked before the enclave
/// opened a socket, hold them. Checks 712 to 718.
/// </summary>
internal static class LinkStage
{
    /// <summary>The PCR that an enclave extends with its manifest's digest.</summary>
    public const int ManifestPcr = 16;

    /// <summary>The PCR that an enclave extends with its configuration's digest.</summary>
    public const int ConfigurationPcr = 17;

    public static bool Run(
        VerifiedStatements statements,
        EvidenceParts parts,
        AttestationDocument document,
        EvidenceExpectations expected,
        VerificationPolicy policy,
        CheckList checks,
        out IReadOnlyList<ManifestEntry> models)
    {
        models = [];
        if (!RequireDigest(statements.Session?.Models, parts.Manifest.Digest, Check.ManifestDigest, "session.models", checks)
            || !RequirePcr(document, ManifestPcr, parts.ManifestPcr, Check.ManifestPcr, "manifest", checks)
            || !RequireDigest(statements.Session?.Configuration, parts.Configuration.Digest, Check.ConfigurationDigest, "session.configuration", checks)
            || !RequirePcr(document, ConfigurationPcr, parts.ConfigurationPcr, Check.ConfigurationPcr, "configuration", checks))
        {
            return false;
        }

        var model = statements.Claim.Model;
        models = expected.Model.Find(parts.Manifest, model);
        return RequireModel(models, expected.Model, parts.Manifest, model, checks)
            && RequireAllowed(policy.Settings.AnyModelUnsafe, policy.Models.Contains(model), Check.ModelAllowed, "a model that the policy allows", model, "anyModelUnsafe", checks)
            && RequireAllowed(
                policy.Settings.AnyConfigurationUnsafe,
                policy.Configurations.Contains(parts.Configuration.Digest),
                Check.ConfigurationAllowed,
                "a configuration that the policy allows",
                parts.Configuration.Digest,
                "anyConfigurationUnsafe",
                checks);
    }

    private static bool RequireDigest(Sha384Digest? stated, Sha384Digest computed, Check check, string name, CheckList checks)
    {
        if (stated is not { } digest)
        {
            checks.Skip(check);
            return true;
        }

        return checks.Require(digest == computed, check, () => ($"{name} {digest}", computed.ToString()));
    }

    private static bool RequirePcr(AttestationDocument document, int index, Sha384Digest extended, Check check, string what, CheckList checks) => checks.Require(
        document.Pcrs.TryGet(index, out var found) && found == extended,
        check,
        () => (FormattableString.Invariant($"PCR{index} extended once with the {what}'s digest: {extended}"),
            document.Pcrs.TryGet(index, out var shown) ? shown.ToString() : FormattableString.Invariant($"no PCR{index}")));

    private static bool RequireModel(IReadOnlyList<ManifestEntry> models, ModelExpectation expected, ModelManifest manifest, Sha384Digest model, CheckList checks)
    {
        if (models.Count > 0 && expected.IsWaived)
        {
            checks.Waive(Check.ModelInManifest, $"AnyAllowedUnsafe: it is {Name(models[0])}");
            return true;
        }

        return checks.Require(models.Count > 0, Check.ModelInManifest, () => (expected.Describe(), models.Count > 0 ? Name(models[0]) : FoundInstead(manifest, model)));
    }

    private static bool RequireAllowed(bool open, bool allowed, Check check, string expected, Sha384Digest found, string opening, CheckList checks)
    {
        if (open)
        {
            checks.Waive(check, opening);
            return true;
        }

        return checks.Require(allowed, check, () => (expected, found.ToString()));
    }

    private static string FoundInstead(ModelManifest manifest, Sha384Digest model) =>
        manifest.Entries.FirstOrDefault(entry => entry.Model == model) is { } other ? Name(other) : $"{model}, which the manifest does not list";

    private static string Name(ManifestEntry entry) => $"\"{entry.Name}\" version \"{entry.Version}\"";
}

using Nitro.Attestation.Claims;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Attestation.Inference;

namespace Nitro.Verifier;

/// <summary>One inference whose evidence was verified: this model, on this input, gave this output, in this enclave. Only a verifier makes one. Immutable.</summary>
public sealed class VerifiedInference
{
    internal VerifiedInference()
    {
    }

    /// <summary>Who signed the claim.</summary>
    public required EvidenceKind Kind { get; init; }

    /// <summary>"signed by the NSM" or "signed by the session key".</summary>
    public string SignedBy => Kind == EvidenceKind.Direct ? "signed by the NSM" : "signed by the session key";

    /// <summary>The claim.</summary>
    public required Claim Claim { get; init; }

    /// <summary>The attestation document that the claim rests on.</summary>
    public required AttestationDocument Document { get; init; }

    /// <summary>What the session's document states; null for direct evidence.</summary>
    public SessionStatement? Session { get; init; }

    /// <summary>The models that the enclave serves.</summary>
    public required ModelManifest Manifest { get; init; }

    /// <summary>The names under which the manifest has the claim's model: the one asked for, when the caller named one.</summary>
    public required IReadOnlyList<ManifestEntry> Models { get; init; }

    /// <summary>How the enclave is configured.</summary>
    public required EnclaveConfiguration Configuration { get; init; }

    /// <summary>The input whose digest the claim holds; null when the check of it was waived.</summary>
    public InferenceInput? Input { get; init; }

    /// <summary>The output whose digest the claim holds; null when the check of it was waived.</summary>
    public InferenceOutput? Output { get; init; }

    /// <summary>When the enclave answered.</summary>
    public DateTimeOffset IssuedAt => DateTimeOffset.FromUnixTimeMilliseconds((long)Claim.IssuedAtMs);
}

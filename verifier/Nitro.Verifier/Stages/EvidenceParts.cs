using Nitro.Attestation;
using Nitro.Attestation.Claims;
using Nitro.Attestation.EvidenceFiles;

namespace Nitro.Verifier.Stages;

/// <summary>Members of evidence whose form is right and whose content is not verified yet. The receipt is null for direct evidence.</summary>
internal sealed record EvidenceParts(
    Receipt? Receipt,
    ModelManifest Manifest,
    EnclaveConfiguration Configuration,
    ReadOnlyMemory<byte> ManifestBytes,
    ReadOnlyMemory<byte> ConfigurationBytes)
{
    /// <summary>What PCR16 must be.</summary>
    public Sha384Digest ManifestPcr { get; } = Manifest.Digest.ExtendFromZero();

    /// <summary>What PCR17 must be.</summary>
    public Sha384Digest ConfigurationPcr { get; } = Configuration.Digest.ExtendFromZero();

    /// <summary>Whether evidence has the manifest and the configuration that these were read from.</summary>
    public bool HasSameMembers(Evidence evidence) =>
        ManifestBytes.Span.SequenceEqual(evidence.Manifest.Span) && ConfigurationBytes.Span.SequenceEqual(evidence.Configuration.Span);
}

using Nitro.Attestation.Claims;

namespace Nitro.Verifier.Stages;

/// <summary>Members of evidence whose form is right and whose content is not verified yet. The receipt is null for direct evidence.</summary>
internal sealed record EvidenceParts(Receipt? Receipt, ModelManifest Manifest, EnclaveConfiguration Configuration);

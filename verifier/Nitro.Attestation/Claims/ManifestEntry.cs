namespace Nitro.Attestation.Claims;

/// <summary>One model that an enclave serves.</summary>
/// <param name="Name">The name callers ask for: 1 to <see cref="ModelManifest.MaximumText"/> bytes of UTF-8.</param>
/// <param name="Version">The version callers may ask for: 1 to <see cref="ModelManifest.MaximumText"/> bytes of UTF-8.</param>
/// <param name="Model">The digest of the very buffer that the runtime loaded.</param>
public sealed record ManifestEntry(string Name, string Version, Sha384Digest Model);

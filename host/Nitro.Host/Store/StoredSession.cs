using Nitro.Attestation;

namespace Nitro.Host.Store;

/// <summary>A session document with what it vouches for, as the enclave gave them.</summary>
/// <param name="Document">The attestation document.</param>
/// <param name="Manifest">The encoded model manifest.</param>
/// <param name="Configuration">The encoded configuration.</param>
internal sealed record StoredSession(byte[] Document, byte[] Manifest, byte[] Configuration)
{
    /// <summary>What receipts are filed under.</summary>
    public Sha384Digest Digest { get; } = Sha384Digest.Of(Document);
}

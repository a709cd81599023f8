using System.Runtime.CompilerServices;
using Nitro.Attestation;

namespace Nitro.Verifier.Certificates;

/// <summary>
/// One certificate on its way through a path's rules: what the rules have read so far. A node whose <see cref="Key"/> is there has passed every rule
/// that looks at the certificate alone, and carries a signature by the node above it; it does not change any more and may be shared by threads.
/// Nothing in it depends on a time, a policy, a revocation or a document: those are looked at anew for every document.
/// </summary>
internal sealed class CertificateNode(Certificate certificate) : IDisposable
{
    private StrongBox<Sha384Digest>? _keyDigest;

    /// <summary>The certificate.</summary>
    public Certificate Certificate { get; } = certificate;

    /// <summary>The certificate's bytes.</summary>
    public ReadOnlyMemory<byte> Der => Certificate.Memory;

    /// <summary>SHA-384 of its SubjectPublicKeyInfo, computed when first asked for.</summary>
    public Sha384Digest KeyDigest => (_keyDigest ??= new StrongBox<Sha384Digest>(Sha384Digest.Of(Certificate.SubjectPublicKeyInfo))).Value;

    /// <summary>Its extensions, once read.</summary>
    public CertificateExtensions Extensions { get; set; } = null!;

    /// <summary>Its key, once its signature is verified.</summary>
    public VerificationKey? Key { get; set; }

    /// <summary>Whether a cache keeps it, so that others may be using it.</summary>
    public bool IsShared { get; set; }

    /// <summary>Frees the key, unless the node is shared.</summary>
    public void Dispose()
    {
        if (!IsShared)
        {
            Key?.Dispose();
        }
    }
}

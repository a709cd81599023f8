using Nitro.Attestation.Documents;
using Nitro.Verifier.Certificates;
using Nitro.Verifier.Stages;

namespace Nitro.Verifier.Caching;

/// <summary>
/// A session document that was read before and whose signature by its leaf's key was verified before; and once they have been read, the statement and the
/// key in it. Nothing in it depends on a time, a policy or a revocation. Shared between threads.
/// </summary>
/// <param name="document">The document.</param>
/// <param name="leaf">The leaf, under one path, whose key verified the signature.</param>
internal sealed class KnownSession(UnverifiedDocument document, CertificateNode leaf)
{
    private volatile SessionContent? _content;
    private volatile EvidenceParts? _parts;
    private volatile CertificateNode _leaf = leaf;

    /// <summary>The document.</summary>
    public UnverifiedDocument Document { get; } = document;

    /// <summary>The leaf: in a path with another one the signature is verified again.</summary>
    public CertificateNode Leaf
    {
        get => _leaf;
        set => _leaf = value;
    }

    /// <summary>Manifest and configuration that came with a receipt of this session, as they were read; null before the first.</summary>
    public EvidenceParts? Parts
    {
        get => _parts;
        set => _parts = value;
    }

    /// <summary>What the document's user data and public key say; null until they have been read and were good.</summary>
    public SessionContent? Content
    {
        get => _content;
        set => _content = value;
    }
}

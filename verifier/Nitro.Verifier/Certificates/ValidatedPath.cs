namespace Nitro.Verifier.Certificates;

/// <summary>A certificate path that all rules have passed. Disposing it frees the keys that nobody else uses.</summary>
/// <param name="anchor">The trust anchor it starts with.</param>
/// <param name="nodes">Root first, leaf last, each with its key; owned by the new object but for those that are shared.</param>
internal sealed class ValidatedPath(TrustAnchor anchor, CertificateNode[] nodes) : IDisposable
{
    /// <summary>The trust anchor whose bytes the first certificate has.</summary>
    public TrustAnchor Anchor { get; } = anchor;

    /// <summary>The certificates, the root first and the leaf last.</summary>
    public ReadOnlySpan<CertificateNode> Nodes => nodes;

    /// <summary>The leaf's public key.</summary>
    public VerificationKey LeafKey => nodes[^1].Key!;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var node in nodes)
        {
            node.Dispose();
        }
    }
}

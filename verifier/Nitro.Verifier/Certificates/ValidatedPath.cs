namespace Nitro.Verifier.Certificates;

/// <summary>A certificate path that all rules have passed. Disposing it frees <see cref="LeafKey"/>.</summary>
/// <param name="anchor">The trust anchor it starts with.</param>
/// <param name="certificates">Root first, leaf last.</param>
/// <param name="leafKey">The key of the last one; owned by the new object.</param>
internal sealed class ValidatedPath(TrustAnchor anchor, Certificate[] certificates, VerificationKey leafKey) : IDisposable
{
    /// <summary>The trust anchor whose bytes the first certificate has.</summary>
    public TrustAnchor Anchor { get; } = anchor;

    /// <summary>The certificates, the root first and the leaf last.</summary>
    public ReadOnlySpan<Certificate> Certificates => certificates;

    /// <summary>The leaf's public key. Not thread-safe.</summary>
    public VerificationKey LeafKey { get; } = leafKey;

    /// <inheritdoc/>
    public void Dispose() => LeafKey.Dispose();
}

using System.Collections.Immutable;

namespace Nitro.Nsm.Simulator;

/// <summary>Five certificates with their keys, from a simulated root to an enclave's leaf.</summary>
/// <remarks>Disposing it forgets the keys of levels 1 to 4; the root is the PKI's.</remarks>
public sealed class SimulatedChain : IDisposable
{
    internal SimulatedChain(
        IssuedCertificate root, IssuedCertificate regional, IssuedCertificate zonal, IssuedCertificate instance, IssuedCertificate leaf)
    {
        Root = root;
        Regional = regional;
        Zonal = zonal;
        Instance = instance;
        Leaf = leaf;
    }

    /// <summary>Level 0.</summary>
    public IssuedCertificate Root { get; }

    /// <summary>Level 1.</summary>
    public IssuedCertificate Regional { get; }

    /// <summary>Level 2.</summary>
    public IssuedCertificate Zonal { get; }

    /// <summary>Level 3.</summary>
    public IssuedCertificate Instance { get; }

    /// <summary>Level 4, whose key signs documents.</summary>
    public IssuedCertificate Leaf { get; }

    /// <summary>A document's cabundle: levels 0 to 3, DER, root first.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> CaBundle => [Root.Der, Regional.Der, Zonal.Der, Instance.Der];

    /// <summary>All five, root first.</summary>
    public ImmutableArray<IssuedCertificate> Levels => [Root, Regional, Zonal, Instance, Leaf];

    /// <summary>Forgets the keys of levels 1 to 4.</summary>
    public void Dispose()
    {
        Regional.Dispose();
        Zonal.Dispose();
        Instance.Dispose();
        Leaf.Dispose();
    }
}

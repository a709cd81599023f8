using System.Diagnostics.CodeAnalysis;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.Caching;

/// <summary>
/// Certificates that were read before and whose signature was verified before, each under one certificate above it. What is remembered is what no time, no
/// policy and no revocation can change: that these bytes are a well-formed certificate and carry a signature by that key. No verdict is kept: the rules
/// about names, constraints, key identifiers, validity, profile and revocation are applied to every level on every hit. Thread-safe.
/// </summary>
/// <remarks>
/// A certificate is found by the one above it, as an object, and by all of its bytes: nothing rests on a digest, and a certificate that hangs under another
/// path is another entry. Only certificates of valid paths come in, so filling it takes that many certificates signed under a trust anchor.
/// </remarks>
internal sealed class IssuerCache(int capacity)
{
    private readonly GenerationCache<Key, Entry> _entries = new(capacity);

    /// <summary>How many certificates it keeps now.</summary>
    public int Count => _entries.Count;

    /// <summary>Finds a certificate whose signature by the key of <paramref name="above"/> has been verified.</summary>
    public bool TryGet(CertificateNode above, ReadOnlyMemory<byte> der, [NotNullWhen(true)] out CertificateNode? node)
    {
        node = _entries.TryGet(new Key(above, der), static entry => new Key(entry.Above, entry.Node.Der), out var entry) ? entry.Node : null;
        return node is not null;
    }

    /// <summary>Keeps a certificate whose signature by the key of <paramref name="above"/> has been verified.</summary>
    public void Add(CertificateNode above, CertificateNode node)
    {
        node.IsShared = true;
        _entries.Add(new Key(above, node.Der), new Entry(above, node));
    }

    private sealed record Entry(CertificateNode Above, CertificateNode Node);

    /// <summary>Equal when the node above is the same object and the bytes are the same.</summary>
    private readonly struct Key(CertificateNode above, ReadOnlyMemory<byte> der) : IEquatable<Key>
    {
        private readonly CertificateNode _above = above;
        private readonly ReadOnlyMemory<byte> _der = der;

        public bool Equals(Key other) => ReferenceEquals(_above, other._above) && _der.Span.SequenceEqual(other._der.Span);

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode() => KeyBytes.Hash(_der.Span);
    }
}

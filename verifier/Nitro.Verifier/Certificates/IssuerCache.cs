using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Nitro.Verifier.Certificates;

/// <summary>
/// Certificates that were read before and whose signature was verified before, each under one certificate above it. What is remembered is what no time, no
/// policy and no revocation can change: that these bytes are a well-formed certificate and carry a signature by that key. No verdict is kept: the rules
/// about names, constraints, key identifiers, validity, profile and revocation are applied to every level on every hit. Thread-safe.
/// </summary>
/// <remarks>
/// A node is found by the node above it, as an object, and by all of its bytes: nothing rests on a digest, and a certificate that hangs under another path is
/// another entry. Two generations: a hit in the older one moves to the younger one; when the younger one is full the older one is forgotten. Only
/// certificates of valid paths come in, so filling it takes that many certificates signed under a trust anchor.
/// </remarks>
internal sealed class IssuerCache
{
    private readonly int _generation;
    private readonly Lock _turn = new();
    private volatile ConcurrentDictionary<Key, CertificateNode> _younger = new();
    private volatile ConcurrentDictionary<Key, CertificateNode> _older = new();
    private int _count;

    /// <summary>A cache.</summary>
    /// <param name="capacity">The most certificates it keeps, 2 or more.</param>
    public IssuerCache(int capacity)
    {
        _generation = capacity / 2;
    }

    /// <summary>How many certificates it keeps now.</summary>
    public int Count => _younger.Count + _older.Count;

    /// <summary>Finds a certificate whose signature by the key of <paramref name="above"/> has been verified.</summary>
    public bool TryGet(CertificateNode above, ReadOnlyMemory<byte> der, [NotNullWhen(true)] out CertificateNode? node)
    {
        var key = new Key(above, der);
        if (_younger.TryGetValue(key, out node))
        {
            return true;
        }

        if (!_older.TryRemove(key, out node))
        {
            return false;
        }

        Insert(new Key(above, node.Der), node);
        return true;
    }

    /// <summary>Keeps a certificate whose signature by the key of <paramref name="above"/> has been verified.</summary>
    public void Add(CertificateNode above, CertificateNode node)
    {
        node.IsShared = true;
        Insert(new Key(above, node.Der), node);
    }

    private void Insert(Key key, CertificateNode node)
    {
        lock (_turn)
        {
            if (!_younger.TryAdd(key, node))
            {
                return;
            }

            _count++;
            if (_count >= _generation)
            {
                _older = _younger;
                _younger = new ConcurrentDictionary<Key, CertificateNode>();
                _count = 0;
            }
        }
    }

    /// <summary>Equal when the node above is the same object and the bytes are the same.</summary>
    private readonly struct Key(CertificateNode above, ReadOnlyMemory<byte> der) : IEquatable<Key>
    {
        private readonly CertificateNode _above = above;
        private readonly ReadOnlyMemory<byte> _der = der;

        public bool Equals(Key other) => ReferenceEquals(_above, other._above) && _der.Span.SequenceEqual(other._der.Span);

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        /// <summary>Seeded per process, so that nobody can prepare collisions; over the certificate's end, which is a signature and differs everywhere.</summary>
        public override int GetHashCode()
        {
            var hash = default(HashCode);
            var span = _der.Span;
            hash.AddBytes(span[Math.Max(0, span.Length - HashedLength)..]);
            return hash.ToHashCode();
        }

        private const int HashedLength = 32;
    }
}

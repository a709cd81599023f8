using System.Diagnostics.CodeAnalysis;

namespace Nitro.Verifier.Caching;

/// <summary>
/// Session documents that were verified before, by all of their bytes. A receipt under a known session then costs its own signature alone; every rule about
/// the document's path, time, measurements and revocation is applied anew for every receipt. Thread-safe.
/// </summary>
internal sealed class SessionCache(int capacity)
{
    private readonly GenerationCache<Key, KnownSession> _sessions = new(capacity);

    /// <summary>How many sessions it keeps now.</summary>
    public int Count => _sessions.Count;

    /// <summary>Finds a session by its document's bytes.</summary>
    public bool TryGet(ReadOnlyMemory<byte> document, [NotNullWhen(true)] out KnownSession? session) =>
        _sessions.TryGet(new Key(document), static known => new Key(known.Document.Bytes), out session);

    /// <summary>Keeps a session.</summary>
    public void Add(KnownSession session) => _sessions.Add(new Key(session.Document.Bytes), session);

    private readonly struct Key(ReadOnlyMemory<byte> document) : IEquatable<Key>
    {
        private readonly ReadOnlyMemory<byte> _document = document;

        public bool Equals(Key other) => _document.Span.SequenceEqual(other._document.Span);

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode() => KeyBytes.Hash(_document.Span);
    }
}

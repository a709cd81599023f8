using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Nitro.Verifier.Caching;

/// <summary>
/// A bounded map in two generations: a hit in the older one moves to the younger one, and when the younger one is full the older one is forgotten. What is
/// used stays, a flood of what is used once passes through, and finding takes no lock. Thread-safe.
/// </summary>
/// <typeparam name="TKey">Its hash code must be one that nobody can prepare collisions for.</typeparam>
/// <typeparam name="TValue">Shared between threads once it is in here.</typeparam>
internal sealed class GenerationCache<TKey, TValue>
    where TKey : struct, IEquatable<TKey>
    where TValue : class
{
    private readonly int _generation;
    private readonly Lock _turn = new();
    private volatile ConcurrentDictionary<TKey, TValue> _younger = new();
    private volatile ConcurrentDictionary<TKey, TValue> _older = new();
    private int _count;

    /// <summary>A cache.</summary>
    /// <param name="capacity">The most values it keeps, 1 or more.</param>
    public GenerationCache(int capacity)
    {
        _generation = Math.Max(1, capacity / 2);
    }

    /// <summary>How many values it keeps now.</summary>
    public int Count => _younger.Count + _older.Count;

    /// <summary>Finds a value. What it was kept under is used to keep it longer, not the key that is asked for, which may live in memory of the caller's.</summary>
    public bool TryGet(TKey key, Func<TValue, TKey> ownKey, [NotNullWhen(true)] out TValue? value)
    {
        if (_younger.TryGetValue(key, out value))
        {
            return true;
        }

        if (!_older.TryRemove(key, out value))
        {
            return false;
        }

        Add(ownKey(value), value);
        return true;
    }

    /// <summary>Keeps a value, unless there is one under the key.</summary>
    public void Add(TKey key, TValue value)
    {
        lock (_turn)
        {
            if (!_younger.TryAdd(key, value))
            {
                return;
            }

            _count++;
            if (_count >= _generation)
            {
                _older = _younger;
                _younger = new ConcurrentDictionary<TKey, TValue>();
                _count = 0;
            }
        }
    }
}

using System.Diagnostics.CodeAnalysis;

namespace Nitro.Verifier.Caching;

/// <summary>
/// A few objects that one thread at a time may use, kept for whoever needs one next. Thread-safe. Disposing it disposes those that are idle.
/// </summary>
internal sealed class IdlePool<T> : IDisposable
    where T : class, IDisposable
{
    /// <summary>More threads than this at the same time make and throw away objects of their own.</summary>
    private const int Places = 8;

    private readonly T?[] _idle = new T?[Places];

    /// <summary>Takes an idle object out, if there is one.</summary>
    public bool TryTake([NotNullWhen(true)] out T? value)
    {
        for (var i = 0; i < _idle.Length; i++)
        {
            if (Volatile.Read(ref _idle[i]) is not null && Interlocked.Exchange(ref _idle[i], null) is { } idle)
            {
                value = idle;
                return true;
            }
        }

        value = null;
        return false;
    }

    /// <summary>Puts an object in, or disposes it when there is no place.</summary>
    public void Return(T value)
    {
        for (var i = 0; i < _idle.Length; i++)
        {
            if (Volatile.Read(ref _idle[i]) is null && Interlocked.CompareExchange(ref _idle[i], value, null) is null)
            {
                return;
            }
        }

        value.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (var i = 0; i < _idle.Length; i++)
        {
            Interlocked.Exchange(ref _idle[i], null)?.Dispose();
        }
    }
}

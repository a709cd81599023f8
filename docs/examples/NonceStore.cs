// The nonces that a service has given out and has not seen again. Each counts once and for a while, so that evidence which was good yesterday, or a moment ago for
// somebody else, is not good again. This one is the memory of one process. A service of several processes needs one store for all of them that removes and tells
// in one step (Redis: GETDEL on a key with a time to live; SQL: DELETE ... WHERE ... RETURNING), and ties each nonce to the caller it was given to.
using System.Security.Cryptography;

namespace Nitro.Examples;

/// <summary>Gives nonces and takes each back once, within their lifetime. Thread-safe.</summary>
public sealed class NonceStore(TimeProvider clock, TimeSpan lifetime, int capacity = 100_000)
{
    private readonly Lock _lock = new();
    private readonly Queue<(string Nonce, DateTimeOffset Until)> _given = new();
    private readonly HashSet<string> _open = [];

    /// <summary>32 random bytes for a caller, who asks the model with them; null when so many were given of late that memory would suffer: answer 503.</summary>
    public byte[]? Give()
    {
        var nonce = RandomNumberGenerator.GetBytes(32);
        lock (_lock)
        {
            ForgetExpired();
            if (_given.Count == capacity)
            {
                return null;
            }

            _given.Enqueue((Convert.ToHexString(nonce), clock.GetUtcNow() + lifetime));
            _open.Add(Convert.ToHexString(nonce));
            return nonce;
        }
    }

    /// <summary>Whether the nonce was given out, lately, and is taken back for the first time.</summary>
    public bool Take(ReadOnlySpan<byte> nonce)
    {
        lock (_lock)
        {
            ForgetExpired();
            return _open.Remove(Convert.ToHexString(nonce));
        }
    }

    private void ForgetExpired()
    {
        while (_given.TryPeek(out var oldest) && oldest.Until <= clock.GetUtcNow())
        {
            _open.Remove(_given.Dequeue().Nonce);
        }
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Nitro.Verifier.Caching;
using Nitro.Verifier.Curves;

namespace Nitro.Verifier.Certificates;

/// <summary>
/// Verifies P-384 signatures: with this library's own arithmetic, which keeps a table for keys that come again and again, or with the platform's. The two
/// give the same answers. Thread-safe.
/// </summary>
internal sealed class SignatureEngine
{
    /// <summary>
    /// A table is made at every eighth use that finds none. It takes as long as two verifications without one and saves two thirds of each one after, so this
    /// pays soon, and where more keys are in use than may have tables, making them in vain costs a quarter at most.
    /// </summary>
    private const int UsesPerTable = 8;

    private readonly bool _platform;
    private readonly GenerationCache<Key, Entry>? _tables;

    /// <summary>
    /// Whether this processor multiplies two 64-bit words into 128 bits at once, on which this library's arithmetic rests: without that the platform is faster.
    /// </summary>
    public static bool OwnIsFast => Bmi2.X64.IsSupported || ArmBase.Arm64.IsSupported;

    /// <summary>An engine.</summary>
    /// <param name="platform">Whether the platform verifies.</param>
    /// <param name="tables">How many keys may have a table, of <see cref="CombTable.Size"/> octets each; 0 for none.</param>
    public SignatureEngine(bool platform, int tables)
    {
        _platform = platform;
        _tables = platform || tables == 0 ? null : new GenerationCache<Key, Entry>(tables);
    }

    /// <summary>Whether a signature, r and s in 48 octets each, is a key's over a hash (SHA-384).</summary>
    public bool VerifyHash(VerificationKey key, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature) =>
        _platform ? key.VerifyByPlatform(hash, signature) : Own(key).Verify(hash, signature);

    /// <summary>The key, with its table once it has been used a few times.</summary>
    private P384VerifyingKey Own(VerificationKey key)
    {
        if (_tables is null)
        {
            return key.Own;
        }

        if (_tables.TryGet(new Key(key), static entry => new Key(entry.Key), out var entry))
        {
            return entry.WithTable;
        }

        if (key.CountUse() % UsesPerTable != 0)
        {
            return key.Own;
        }

        entry = new Entry(key, key.Own.WithTable());
        _tables.Add(new Key(key), entry);
        return entry.WithTable;
    }

    private sealed record Entry(VerificationKey Key, P384VerifyingKey WithTable);

    /// <summary>The key as an object: certificates that are remembered keep theirs.</summary>
    private readonly struct Key(VerificationKey key) : IEquatable<Key>
    {
        private readonly VerificationKey _key = key;

        public bool Equals(Key other) => ReferenceEquals(_key, other._key);

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode() => RuntimeHelpers.GetHashCode(_key);
    }
}

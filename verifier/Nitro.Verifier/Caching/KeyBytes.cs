namespace Nitro.Verifier.Caching;

/// <summary>Bytes that end in a signature, as a part of a key: equal when all of them are equal.</summary>
internal static class KeyBytes
{
    private const int HashedLength = 32;

    /// <summary>Seeded per process, so that nobody can prepare collisions; over the end, which is a signature and differs everywhere.</summary>
    public static int Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = default(HashCode);
        hash.AddBytes(bytes[Math.Max(0, bytes.Length - HashedLength)..]);
        return hash.ToHashCode();
    }
}

namespace Nitro.Verifier.Stages;

/// <summary>
/// What a revocation does to what was signed before it. Superseded: what was signed before the effective time counts. Compromised: nothing counts, since
/// whoever has the key writes any time, unless a witness saw it before the effective time.
/// </summary>
internal static class Revoked
{
    /// <summary>Whether something still counts.</summary>
    /// <param name="compromised">Whether the reason is a compromise.</param>
    /// <param name="effective">From when on it is revoked; null for always.</param>
    /// <param name="signed">The time that the signed thing itself states.</param>
    /// <param name="witnessed">When someone else saw it; null when nobody did.</param>
    public static bool StillCounts(bool compromised, DateTimeOffset? effective, DateTimeOffset signed, DateTimeOffset? witnessed) =>
        effective is { } from && ((!compromised && signed < from) || witnessed < from);
}

namespace Nitro.Verifier;

/// <summary>
/// The time at which a verification is made, always an argument. A certificate chain is validated at its own document's timestamp in both modes;
/// live mode also bounds the document's age. Immutable.
/// </summary>
public sealed class ValidationTime
{
    private ValidationTime(DateTimeOffset? now, DateTimeOffset? witnessed, DateTimeOffset? revocationListTime)
    {
        Now = now;
        Witnessed = witnessed;
        RevocationListTime = revocationListTime;
    }

    /// <summary>Saved evidence: nothing is asked of the present.</summary>
    public static ValidationTime Archive { get; } = new(null, null, null);

    /// <summary>The present, for live verification; null for archived evidence.</summary>
    public DateTimeOffset? Now { get; }

    /// <summary>
    /// A moment at which the evidence is known to have existed, by someone other than who made it: a block's time, a timestamp authority's. Live, the
    /// present. What was compromised only later still counts then. Null when nobody witnessed it.
    /// </summary>
    public DateTimeOffset? Witnessed { get; }

    /// <summary>
    /// The moment at which revocation lists must be current. Live, the present. Null: any list that was not out of date at the document's time, so a newer
    /// one too.
    /// </summary>
    public DateTimeOffset? RevocationListTime { get; }

    /// <summary>Whether the present counts.</summary>
    public bool IsLive => Now is not null;

    /// <summary>Fresh evidence, verified now.</summary>
    public static ValidationTime Live(DateTimeOffset now) => new(now, now, now);

    /// <summary>Saved evidence that is known to have existed at a moment.</summary>
    /// <param name="witnessed">The moment, such as the time of the block that holds the evidence's digest. It must not come from the evidence itself.</param>
    /// <exception cref="InvalidOperationException">Misuse: live verification, where the present is the witness.</exception>
    public ValidationTime WitnessedAt(DateTimeOffset witnessed) => new(null, witnessed, Archived().RevocationListTime);

    /// <summary>Saved evidence, with revocation lists that must have been current at a moment.</summary>
    /// <param name="time">The moment. Lists newer than it do not count.</param>
    /// <exception cref="InvalidOperationException">Misuse: live verification, where lists must be current now.</exception>
    public ValidationTime WithRevocationListsAt(DateTimeOffset time) => new(null, Archived().Witnessed, time);

    private ValidationTime Archived() => IsLive
        ? throw new InvalidOperationException("Live verification takes the present for every time: start from ValidationTime.Archive to state others.")
        : this;
}

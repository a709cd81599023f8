namespace Nitro.Verifier;

/// <summary>
/// The time at which a verification is made, always an argument. A certificate chain is validated at its own document's timestamp in both modes;
/// live mode also bounds the document's age. Immutable.
/// </summary>
public sealed class ValidationTime
{
    private ValidationTime(DateTimeOffset? now) => Now = now;

    /// <summary>Saved evidence: nothing is asked of the present.</summary>
    public static ValidationTime Archive { get; } = new(null);

    /// <summary>The present, for live verification; null for archived evidence.</summary>
    public DateTimeOffset? Now { get; }

    /// <summary>Whether the present counts.</summary>
    public bool IsLive => Now is not null;

    /// <summary>Fresh evidence, verified now.</summary>
    public static ValidationTime Live(DateTimeOffset now) => new(now);
}

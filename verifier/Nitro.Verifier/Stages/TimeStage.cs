using Nitro.Attestation.Documents;

namespace Nitro.Verifier.Stages;

/// <summary>Live: −skew ≤ now − T ≤ maximum age. Archived with a witness: T ≤ witnessed time + skew. Checks 501 and 502.</summary>
internal static class TimeStage
{
    public static bool Run(UnverifiedDocument document, ValidationTime time, TimeSpan maximumAge, TimeSpan skew, CheckList checks)
    {
        return RequireNotFromFuture(document, time, skew, checks) && RequireAge(document, time, maximumAge, checks);
    }

    private static bool RequireNotFromFuture(UnverifiedDocument document, ValidationTime time, TimeSpan skew, CheckList checks)
    {
        if (time.Witnessed is not { } latest)
        {
            checks.Skip(Check.DocumentNotFromFuture);
            return true;
        }

        return checks.Require(
            latest - document.Timestamp >= -skew,
            Check.DocumentNotFromFuture,
            () => ($"signed at {Moment.Show(Moment.Later(latest, skew))} or before", $"signed at {Moment.Show(document.Timestamp)}"));
    }

    private static bool RequireAge(UnverifiedDocument document, ValidationTime time, TimeSpan maximumAge, CheckList checks)
    {
        if (time.Now is not { } now)
        {
            checks.Skip(Check.DocumentAge);
            return true;
        }

        var age = now - document.Timestamp;
        return checks.Require(age <= maximumAge, Check.DocumentAge, () => ($"at most {Moment.Show(maximumAge)} old", $"{Moment.Show(age)} old"));
    }
}

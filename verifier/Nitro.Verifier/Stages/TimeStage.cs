using Nitro.Attestation.Documents;

namespace Nitro.Verifier.Stages;

/// <summary>Live: −skew ≤ now − T ≤ maximum age. Checks 501 and 502.</summary>
internal static class TimeStage
{
    public static bool Run(UnverifiedDocument document, ValidationTime time, TimeSpan maximumAge, TimeSpan skew, CheckList checks)
    {
        if (time.Now is not { } now)
        {
            checks.Skip(Check.DocumentNotFromFuture);
            checks.Skip(Check.DocumentAge);
            return true;
        }

        var age = now - document.Timestamp;
        return checks.Require(age >= -skew, Check.DocumentNotFromFuture, $"signed at {Moment.Show(Moment.Later(now, skew))} or before", $"signed at {Moment.Show(document.Timestamp)}")
            && checks.Require(age <= maximumAge, Check.DocumentAge, $"at most {Moment.Show(maximumAge)} old", $"{Moment.Show(age)} old");
    }
}

namespace Nitro.Verifier.Stages;

/// <summary>
/// When the claim was issued, against the time T of the document that vouches for it. Session: T − skew ≤ issued-at ≤ T + maximum document age, and the session
/// itself not older than its maximum. Direct: the NSM signed right after, so the two are at most the skew apart. Checks 721 to 723.
/// </summary>
internal static class ClaimTimeStage
{
    public static bool Run(VerifiedStatements statements, AttestationDocument document, ValidationTime time, PolicySettings settings, CheckList checks)
    {
        var issuedAt = Moment.FromMs(statements.Claim.IssuedAtMs);
        var earliest = Moment.Earlier(document.Timestamp, settings.ClockSkew);
        var latest = Moment.Later(document.Timestamp, statements.Session is null ? settings.ClockSkew : settings.SessionMaximumDocumentAge);
        return checks.Require(
                issuedAt >= earliest && issuedAt <= latest,
                Check.IssuedWithinDocument,
                () => ($"issued from {Moment.Show(earliest)} to {Moment.Show(latest)}, by the document's time", Moment.Show(issuedAt)))
            && RequireSessionAge(statements, document, issuedAt, settings, checks)
            && RequireNotInFuture(issuedAt, time, settings.ClockSkew, checks);
    }

    private static bool RequireSessionAge(VerifiedStatements statements, AttestationDocument document, DateTimeOffset issuedAt, PolicySettings settings, CheckList checks)
    {
        if (statements.Session is not { } session)
        {
            checks.Skip(Check.SessionAge);
            return true;
        }

        // A session that claims to start after the document that vouches for it could make itself younger than it is.
        var startedAt = Moment.FromMs(session.StartedAtMs);
        return checks.Require(
            issuedAt - startedAt <= settings.SessionMaximumAge && startedAt <= Moment.Later(document.Timestamp, settings.ClockSkew),
            Check.SessionAge,
            () => ($"a session started before its document and at most {Moment.Show(settings.SessionMaximumAge)} before the claim",
                $"started at {Moment.Show(startedAt)}, {Moment.Show(issuedAt - startedAt)} before the claim"));
    }

    private static bool RequireNotInFuture(DateTimeOffset issuedAt, ValidationTime time, TimeSpan skew, CheckList checks)
    {
        if (time.Witnessed is not { } latest)
        {
            checks.Skip(Check.IssuedNotInFuture);
            return true;
        }

        return checks.Require(issuedAt <= Moment.Later(latest, skew), Check.IssuedNotInFuture, () => ($"issued at {Moment.Show(Moment.Later(latest, skew))} or before", Moment.Show(issuedAt)));
    }
}

using Nitro.Verifier;
using Nitro.Verifier.Tests.Certificates;

namespace Nitro.Vectors.Generator.Evidences;

/// <summary>The rules of time, each at its bound and one millisecond past it. Checks 501, 502 and 721 to 723.</summary>
internal static class EvidenceTimes
{
    private static readonly TimeSpan Ms = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public static void AddTo(VectorSet set)
    {
        Issued(set, direct: false, Hour);
        Issued(set, direct: true, Skew);
        Ages(set);
        Live(set);
    }

    private static EvidenceBuilder IssuedAfter(TimeSpan after, bool direct = false) =>
        new EvidenceBuilder(direct).WithClaim(EvidenceBuilder.ClaimIssuedAt, EvidenceBuilder.Time(TestChain.Now + after));

    private static void Issued(VectorSet set, bool direct, TimeSpan latest)
    {
        var kind = direct ? "direct" : "session";
        void Valid(string description, TimeSpan after) =>
            set.AddEvidence($"Valid, {kind}, {description}", IssuedAfter(after, direct).Build(), null);
        void Refused(string description, TimeSpan after) => set.AddEvidence(
            $"IssuedWithinDocument: {kind}, {description}", IssuedAfter(after, direct).Build(), Failure.Of(Check.IssuedWithinDocument));
        Valid("issued as early as may be", -Skew);
        Refused("a millisecond too early", -Skew - Ms);
        Valid("issued as late as may be", latest);
        Refused("a millisecond too late", latest + Ms);
        Refused("in 1970", DateTimeOffset.UnixEpoch - TestChain.Now);
    }

    private static void Ages(VectorSet set)
    {
        static EvidenceBuilder Started(TimeSpan after) => IssuedAfter(TimeSpan.Zero)
            .WithSession(EvidenceBuilder.SessionStartedAt, EvidenceBuilder.Time(TestChain.Now + after));
        void Refused(string description, TimeSpan after) => set.AddEvidence(
            $"SessionAge: {description}", Started(after).Build(), Failure.Of(Check.SessionAge));
        set.AddEvidence("Valid, a session as old as may be", Started(-Day).Build(), null);
        Refused("a millisecond too old", -Day - Ms);
        set.AddEvidence("Valid, a session that starts after its document, within the clock skew", Started(Skew).Build(), null);
        Refused("started a millisecond later than the clock skew allows", Skew + Ms);
        Refused("started in 1970", DateTimeOffset.UnixEpoch - TestChain.Now);
    }

    private static void Live(VectorSet set)
    {
        void Add(string description, Check? check, EvidenceBuilder evidence, TimeSpan now) => set.AddEvidence(
            check is null ? $"Valid, live, {description}" : $"{check}: live, {description}",
            evidence.Build(),
            check is { } failed ? Failure.Of(failed) : null,
            options: Options.Evidence(now: TestChain.Now + now));
        Add("right after the answer", null, new(), TimeSpan.FromSeconds(61));
        Add("a session's document as old as may be", null, new(), Hour);
        Add("a session's document a millisecond too old", Check.DocumentAge, new(), Hour + Ms);
        Add("a direct document as old as may be", null, new(direct: true), TimeSpan.FromSeconds(300));
        Add("a direct document a millisecond too old", Check.DocumentAge, new(direct: true), TimeSpan.FromSeconds(300) + Ms);
        Add("a document as early as the clock skew allows", null, IssuedAfter(-Skew), -Skew);
        Add("a document a millisecond from the future", Check.DocumentNotFromFuture, new(), -Skew - Ms);
        Add("a claim as early as the clock skew allows", null, IssuedAfter(TimeSpan.FromSeconds(90)), TimeSpan.FromSeconds(30));
        Add("a claim a millisecond from the future", Check.IssuedNotInFuture, IssuedAfter(TimeSpan.FromSeconds(90) + Ms),
            TimeSpan.FromSeconds(30));
    }
}

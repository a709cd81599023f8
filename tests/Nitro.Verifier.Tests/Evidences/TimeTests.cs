using Nitro.Attestation.EvidenceFiles;
using Nitro.Verifier.Tests.Support;

namespace Nitro.Verifier.Tests.Evidences;

/// <summary>The rules of time: receipts hours into a session, live and archived, at every bound and one millisecond past it.</summary>
public sealed class TimeTests
{
    private static readonly AttestationVerifier Verifier = TestEnclave.Verifier();
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    [Theory]
    [InlineData(1, null)]
    [InlineData(4, null)]
    [InlineData(24, null)]
    [InlineData(25, Check.SessionAge)]
    public void A_receipt_hours_into_a_session_verifies_under_a_renewed_document_until_the_session_is_too_old(int hours, Check? refused)
    {
        using var enclave = new TestEnclave();
        enclave.Clock.Now += TimeSpan.FromHours(hours);
        var evidence = enclave.SessionEvidence();
        Assert.Equal(refused, Failed(evidence, ValidationTime.Archive));
        Assert.Equal(refused, Failed(evidence, ValidationTime.Live(enclave.Clock.Now.AddMinutes(2))));
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(4, Check.IssuedWithinDocument)]
    [InlineData(25, Check.IssuedWithinDocument)]
    public void A_receipt_under_a_document_that_was_never_renewed_verifies_for_an_hour(int hours, Check? refused)
    {
        using var enclave = new TestEnclave();
        var document = enclave.SessionDocument();
        enclave.Clock.Now += TimeSpan.FromHours(hours);
        var evidence = enclave.SessionEvidence(document);
        Assert.Equal(refused, Failed(evidence, ValidationTime.Archive));
    }

    [Fact]
    public void A_receipt_is_issued_no_later_than_the_maximum_age_of_its_document()
    {
        using var enclave = new TestEnclave();
        var document = enclave.SessionDocument();
        enclave.Clock.Now = TestEnclave.Start + PolicySettings.DefaultSessionMaximumDocumentAge;
        Assert.Null(Failed(enclave.SessionEvidence(document), ValidationTime.Archive));
        enclave.Clock.Now += Millisecond;
        Assert.Equal(Check.IssuedWithinDocument, Failed(enclave.SessionEvidence(document), ValidationTime.Archive));
    }

    [Fact]
    public void A_receipt_is_issued_no_earlier_than_its_document_but_for_the_skew()
    {
        using var enclave = new TestEnclave();
        var document = enclave.SessionDocument();
        enclave.Clock.Now = TestEnclave.Start - PolicySettings.DefaultClockSkew;
        Assert.Null(Failed(enclave.SessionEvidence(document), ValidationTime.Archive));
        enclave.Clock.Now -= Millisecond;
        Assert.Equal(Check.IssuedWithinDocument, Failed(enclave.SessionEvidence(document), ValidationTime.Archive));
    }

    [Fact]
    public void A_session_is_no_older_than_the_policy_allows_to_the_millisecond()
    {
        using var enclave = new TestEnclave();
        enclave.Clock.Now = TestEnclave.Start + PolicySettings.DefaultSessionMaximumAge;
        Assert.Null(Failed(enclave.SessionEvidence(), ValidationTime.Archive));
        enclave.Clock.Now += Millisecond;
        Assert.Equal(Check.SessionAge, Failed(enclave.SessionEvidence(), ValidationTime.Archive));
    }

    [Fact]
    public void A_session_that_says_it_started_after_its_document_is_refused()
    {
        using var enclave = new TestEnclave();
        var good = enclave.Statement();
        var late = new Nitro.Attestation.Claims.SessionStatement
        {
            Models = good.Models,
            Configuration = good.Configuration,
            Algorithm = good.Algorithm,
            StartedAtMs = (ulong)(TestEnclave.Start + PolicySettings.DefaultClockSkew + Millisecond).ToUnixTimeMilliseconds(),
        };
        Assert.Equal(Check.SessionAge, Failed(enclave.SessionEvidence(enclave.SessionDocument(late)), ValidationTime.Archive));
    }

    [Fact]
    public void Direct_evidence_was_issued_when_its_document_was_made_but_for_the_skew()
    {
        using var enclave = new TestEnclave();
        foreach (var sign in new[] { -1, 1 })
        {
            Evidence At(TimeSpan distance)
            {
                enclave.Clock.Now = TestEnclave.Start + (sign * distance);
                var claim = enclave.Claim();
                enclave.Clock.Now = TestEnclave.Start;
                return enclave.DirectEvidence(claim);
            }

            Assert.Null(Failed(At(PolicySettings.DefaultClockSkew), ValidationTime.Archive));
            Assert.Equal(Check.IssuedWithinDocument, Failed(At(PolicySettings.DefaultClockSkew + Millisecond), ValidationTime.Archive));
        }
    }

    [Fact]
    public void Live_evidence_is_neither_too_old_nor_from_the_future()
    {
        using var enclave = new TestEnclave();
        var (session, direct) = (enclave.SessionEvidence(), enclave.DirectEvidence());
        var skew = PolicySettings.DefaultClockSkew;
        foreach (var (evidence, maximum) in new[] { (session, PolicySettings.DefaultSessionMaximumDocumentAge), (direct, PolicySettings.DefaultMaximumDocumentAge) })
        {
            Assert.Null(Failed(evidence, ValidationTime.Live(TestEnclave.Start + maximum)));
            Assert.Equal(Check.DocumentAge, Failed(evidence, ValidationTime.Live(TestEnclave.Start + maximum + Millisecond)));
            Assert.Null(Failed(evidence, ValidationTime.Live(TestEnclave.Start - skew)));
            Assert.Equal(Check.DocumentNotFromFuture, Failed(evidence, ValidationTime.Live(TestEnclave.Start - skew - Millisecond)));
            Assert.Null(Failed(evidence, ValidationTime.Archive));
        }
    }

    [Fact]
    public void A_claim_from_the_future_is_refused_live()
    {
        using var enclave = new TestEnclave();
        var document = enclave.SessionDocument();
        enclave.Clock.Now += TimeSpan.FromMinutes(30);
        var evidence = enclave.SessionEvidence(document);
        Assert.Equal(Check.IssuedNotInFuture, Failed(evidence, ValidationTime.Live(TestEnclave.Start.AddMinutes(10))));
        Assert.Null(Failed(evidence, ValidationTime.Live(TestEnclave.Start.AddMinutes(29))));
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public void The_ends_of_the_calendar_do_no_harm(long now)
    {
        using var enclave = new TestEnclave();
        var time = ValidationTime.Live(now < 0 ? DateTimeOffset.MinValue : DateTimeOffset.MaxValue);
        Assert.NotNull(Failed(enclave.SessionEvidence(), time));
    }

    private static Check? Failed(Evidence evidence, ValidationTime time) => Verifier.VerifyEvidence(evidence, TestEnclave.Expected, time).Failure?.Check;
}

using Nitro.Attestation.EvidenceFiles;
using Nitro.Nsm.Simulator;
using Nitro.Verifier.RevocationLists;
using Nitro.Verifier.Tests.Support;
using static Nitro.Verifier.Tests.RevocationLists.RevocationFixture;

namespace Nitro.Verifier.Tests.RevocationLists;

/// <summary>What revocation lists do to a document: which speak, when they count, what the reason and a witness change.</summary>
public sealed class CertificateRevocationTests
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Without_lists_the_checks_do_not_apply() => Assert.All(
        Result([]).Checks.Where(one => (int)one.Check is >= 321 and <= 326), one => Assert.Equal(CheckStatus.NotApplicable, one.Status));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_list_that_does_not_name_the_certificate_lets_it_pass_and_one_that_does_refuses_it(int level)
    {
        var result = Result([Of(level)]);
        Assert.True(result.IsVerified, result.Failure?.ToString());
        Assert.Equal(CheckStatus.Passed, result.Checks.Single(one => one.Check == Check.CertificateRevocation).Status);
        Assert.Equal(Check.CertificateRevocation, Verify([Revoking(level, 1, Signed.AddDays(-1))]));
    }

    [Fact]
    public void What_was_revoked_when_and_why_and_by_whom_is_said()
    {
        var failure = Result([Revoking(2, 1, Signed.AddHours(-1), Signed.AddHours(-2))]).Failure!;
        foreach (var part in (string[])["level 2", Convert.ToHexString(Chain.Zonal.SerialNumber.Span), "2026-03-01T11:00:00.000Z", "2026-03-01T10:00:00.000Z", "KeyCompromise", "us-east-1"])
        {
            Assert.Contains(part, failure.Found, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Identity_is_issuer_and_serial_number()
    {
        // The serial number of level 2 in the root's list names another certificate.
        Assert.Null(Verify([Of(1, new RevokedEntry(Chain.Zonal.SerialNumber, Signed.AddDays(-1), 1))]));

        // And many others around it do not hide it.
        RevokedEntry[] others = [.. Enumerable.Range(1, 300).Select(number => new RevokedEntry(new byte[] { 1, (byte)(number >> 8), (byte)number }, Signed, 1))];
        Assert.Null(Verify([Of(2, others)]));
        Assert.Equal(Check.CertificateRevocation, Verify([Of(2, [.. others, new RevokedEntry(Chain.Zonal.SerialNumber, Signed.AddDays(-1), 1)])]));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void What_was_signed_before_it_was_superseded_still_counts(int reason)
    {
        Assert.Null(Verify([Revoking(1, reason, Signed + Second)]));
        Assert.Equal(Check.CertificateRevocation, Verify([Revoking(1, reason, Signed)]));
        Assert.Equal(Check.CertificateRevocation, Verify([Revoking(1, reason, Signed + Second, invalidSince: Signed)]));
        Assert.Equal(Check.CertificateRevocation, Verify([Revoking(1, reason, Signed, invalidSince: Signed + Second)]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(6)]
    [InlineData(9)]
    [InlineData(10)]
    public void What_a_compromised_key_signed_counts_only_when_a_witness_saw_it_before(int? reason)
    {
        var list = Revoking(1, reason, Signed.AddHours(6));
        Assert.Equal(Check.CertificateRevocation, Verify([list]));
        Assert.Equal(Check.CertificateRevocation, Verify([list], ValidationTime.Archive.WitnessedAt(Signed.AddHours(6))));
        Assert.Null(Verify([list], ValidationTime.Archive.WitnessedAt(Signed.AddHours(6) - Millisecond)));
        Assert.Equal(Check.CertificateRevocation, Verify([Revoking(1, reason, Signed.AddHours(6), Signed.AddHours(5))], ValidationTime.Archive.WitnessedAt(Signed.AddHours(5))));
        Assert.Null(Verify([Revoking(1, reason, Signed.AddHours(6), Signed.AddHours(5))], ValidationTime.Archive.WitnessedAt(Signed.AddHours(5) - Millisecond)));
    }

    [Fact]
    public void A_witness_cannot_have_seen_what_was_signed_later()
    {
        Assert.Equal(Check.DocumentNotFromFuture, Verify([], ValidationTime.Archive.WitnessedAt(Signed - PolicySettings.DefaultClockSkew - Millisecond)));
        Assert.Null(Verify([], ValidationTime.Archive.WitnessedAt(Signed - PolicySettings.DefaultClockSkew)));
    }

    [Fact]
    public void Live_a_list_must_be_current_now()
    {
        var list = Of(1);
        Assert.Null(Verify([list], ValidationTime.Live(list.NextUpdate)));
        Assert.Equal(Check.RevocationListTime, Verify([list], ValidationTime.Live(list.NextUpdate + Millisecond)));
        var later = Signing(1, Chain.Root.NewRevocationList(Signed.AddHours(1), Signed.AddHours(2)));
        Assert.Equal(Check.RevocationListTime, Verify([later], ValidationTime.Live(later.ThisUpdate - Millisecond)));
        Assert.Null(Verify([later], ValidationTime.Live(later.ThisUpdate)));
        Assert.Null(Verify([list, later], ValidationTime.Live(later.ThisUpdate - Millisecond)));
    }

    [Fact]
    public void Archived_a_newer_list_is_better_evidence_and_one_that_was_out_of_date_is_none()
    {
        Assert.Null(Verify([Signing(1, Chain.Root.NewRevocationList(Signed.AddDays(3), Signed.AddDays(4)))]));
        Assert.Null(Verify([Signing(1, Chain.Root.NewRevocationList(Signed.AddDays(-3), Signed))]));
        Assert.Equal(Check.RevocationListTime, Verify([Signing(1, Chain.Root.NewRevocationList(Signed.AddDays(-3), Signed - Second))]));
        Assert.Equal(
            Check.CertificateRevocation,
            Verify([Signing(1, Chain.Root.NewRevocationList(Signed.AddDays(3), Signed.AddDays(4), new RevokedEntry(Chain.Regional.SerialNumber, Signed.AddDays(2), 1)))]));
    }

    [Fact]
    public void The_time_of_lists_is_an_argument_of_its_own()
    {
        var list = Of(1);
        var newer = Signing(1, Chain.Root.NewRevocationList(Signed.AddDays(3), Signed.AddDays(4), new RevokedEntry(Chain.Regional.SerialNumber, Signed, 1)));
        Assert.Null(Verify([list, newer], ValidationTime.Archive.WithRevocationListsAt(Signed)));
        Assert.Equal(Check.CertificateRevocation, Verify([list, newer], ValidationTime.Archive.WithRevocationListsAt(Signed.AddDays(3))));
        Assert.Equal(Check.RevocationListTime, Verify([list, newer], ValidationTime.Archive.WithRevocationListsAt(Signed.AddDays(2))));
        Assert.Null(Verify([list], ValidationTime.Archive.WithRevocationListsAt(list.ThisUpdate)));
        Assert.Equal(Check.RevocationListTime, Verify([list], ValidationTime.Archive.WithRevocationListsAt(list.ThisUpdate - Millisecond)));
        Assert.Null(Verify([list], ValidationTime.Archive.WithRevocationListsAt(list.NextUpdate)));
        Assert.Equal(Check.RevocationListTime, Verify([list], ValidationTime.Archive.WithRevocationListsAt(list.NextUpdate + Millisecond)));
    }

    [Fact]
    public void Times_of_the_past_go_with_archived_verification_alone()
    {
        Assert.Throws<InvalidOperationException>(() => ValidationTime.Live(Signed).WitnessedAt(Signed));
        Assert.Throws<InvalidOperationException>(() => ValidationTime.Live(Signed).WithRevocationListsAt(Signed));
        var time = ValidationTime.Archive.WitnessedAt(Signed).WithRevocationListsAt(Signed + Second);
        Assert.Equal((null, Signed, Signed + Second, false), (time.Now, time.Witnessed, time.RevocationListTime, time.IsLive));
        Assert.Equal(time.Witnessed, ValidationTime.Archive.WithRevocationListsAt(Signed + Second).WitnessedAt(Signed).Witnessed);
    }

    [Fact]
    public void A_list_signed_by_another_key_is_refused()
    {
        var forged = Signing(1, Chain.Root.NewRevocationList(Signed, Signed.AddDays(1)), Chain.Regional);
        Assert.Equal(Check.RevocationListSignature, Verify([forged]));
        Assert.Equal(Check.RevocationListSignature, Verify([Of(1), forged]));
    }

    [Fact]
    public void A_list_by_an_issuer_that_may_not_sign_lists_is_refused()
    {
        var list = Signing(4, Chain.Instance.NewRevocationList(Signed.AddHours(-1), Signed.AddHours(1)));
        var failure = Result([list]).Failure!;
        Assert.Equal(Check.RevocationListSignature, failure.Check);
        Assert.Contains("cRLSign", failure.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_of_others_are_passed_over()
    {
        using var other = TestEnclave.Pki.IssueChain("eu-west-1", "i-0fffffffffffffff0-enc0fffffffffffffff", Signed.AddMinutes(-30));
        var stranger = Signing(2, other.Regional.NewRevocationList(Signed.AddDays(-20), Signed.AddDays(-19), new RevokedEntry(Chain.Zonal.SerialNumber, Signed.AddDays(-20), 1)), other.Regional);
        Assert.Null(Verify([stranger]));

        // The issuer's name over another key's identifier: another authority of the same name.
        var template = Chain.Root.NewRevocationList(Signed, Signed.AddDays(1)) with { Extensions = [CertificateExtension.AuthorityKeyIdentifier(Chain.Leaf.SubjectPublicKeyInfo)] };
        Assert.Null(Verify([Signing(1, template, Chain.Leaf)]));

        // Without an identifier the name alone says whose it is.
        Assert.Equal(Check.RevocationListSignature, Verify([Signing(1, template with { Extensions = [] }, Chain.Leaf)]));
        Assert.Null(Verify([Signing(1, template with { Extensions = [] })]));
    }

    [Fact]
    public void A_policy_that_requires_lists_refuses_a_chain_without_them()
    {
        Assert.Equal(Check.RevocationListCoverage, Verify([], change: Requiring(1)));
        Assert.Equal(Check.RevocationListCoverage, Verify([Of(1)], change: Requiring(1, 2)));
        Assert.Equal(Check.RevocationListCoverage, Verify([Of(2)], change: Requiring(1, 2)));
        Assert.Null(Verify([Of(1), Of(2)], change: Requiring(1, 2)));
        Assert.Null(Verify([Of(2)], change: Requiring(2)));
    }

    [Fact]
    public void A_list_made_after_a_certificate_expired_may_leave_it_out_and_does_not_speak_for_it()
    {
        var last = Signing(2, Chain.Regional.NewRevocationList(Chain.Zonal.NotAfter, Chain.Zonal.NotAfter.AddDays(1)));
        var later = Signing(2, Chain.Regional.NewRevocationList(Chain.Zonal.NotAfter + Second, Chain.Zonal.NotAfter.AddDays(1)));
        Assert.Null(Verify([last], change: Requiring(2)));
        var failure = Result([later], change: Requiring(2)).Failure!;
        Assert.Equal(Check.RevocationListCoverage, failure.Check);
        Assert.Contains("leave it out", failure.Found, StringComparison.Ordinal);
        Assert.Null(Verify([last, later], change: Requiring(2)));
        Assert.Null(Verify([later]));
    }

    [Fact]
    public void Renewed_lists_count_at_once_though_the_chain_is_remembered()
    {
        var verifier = TestEnclave.Verifier(settings => settings with { MaximumDocumentAge = TimeSpan.FromDays(1) });
        var expected = new DocumentExpectations { Nonce = ByteExpectation.AnyUnsafe, UserData = ByteExpectation.AnyUnsafe, PublicKey = ByteExpectation.AnyUnsafe };
        for (var round = 0; round < 3; round++)
        {
            Assert.True(verifier.Verify(Document, expected, ValidationTime.Archive).IsVerified);
            var revoking = verifier.WithRevocationLists([Revoking(1, 1, Signed)]);
            Assert.Equal(Check.CertificateRevocation, revoking.Verify(Document, expected, ValidationTime.Archive).Failure?.Check);
        }
    }

    [Fact]
    public void Evidence_carries_lists_that_count_like_the_callers()
    {
        using var enclave = new TestEnclave();
        var evidence = enclave.SessionEvidence();
        var root = TestEnclave.Pki.Root;
        var regional = Nitro.Attestation.Documents.UnverifiedDocument.TryParse(evidence.Document.Span, out var document, out _) ? document!.Cabundle[1] : default;
        var serial = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(regional.Span).SerialNumberBytes;
        var clean = root.Sign(root.NewRevocationList(TestEnclave.Start, TestEnclave.Start.AddDays(1)));
        var revoking = root.Sign(root.NewRevocationList(TestEnclave.Start, TestEnclave.Start.AddDays(1), new RevokedEntry(serial, TestEnclave.Start, 1)));

        Assert.Null(Failed(evidence with { RevocationLists = [clean] }));
        Assert.Equal(Check.CertificateRevocation, Failed(evidence with { RevocationLists = [revoking] }));
        Assert.Equal(Check.CertificateRevocation, Failed(evidence with { RevocationLists = [clean, revoking] }));
        Assert.Equal(Check.RevocationListEncoding, Failed(evidence with { RevocationLists = [clean, clean.AsMemory(1)] }));
        Assert.Equal(Check.RevocationListCoverage, Failed(evidence, Requiring(1)));
        Assert.Null(Failed(evidence with { RevocationLists = [clean] }, Requiring(1)));

        // Through the file, and back.
        Assert.True(Evidence.TryParse((evidence with { RevocationLists = [clean, revoking] }).ToJson(), out var read, out var error), error?.ToString());
        Assert.Equal([clean, revoking], read!.RevocationLists.Select(list => list.ToArray()));
        Assert.Equal(Check.CertificateRevocation, Failed(read));

        static Check? Failed(Evidence evidence, Func<PolicySettings, PolicySettings>? change = null) =>
            TestEnclave.Verifier(change).VerifyEvidence(evidence, TestEnclave.Expected, ValidationTime.Archive).Failure?.Check;
    }

    private static Func<PolicySettings, PolicySettings> Requiring(params int[] levels) => settings => settings with { RevocationListLevels = levels };
}

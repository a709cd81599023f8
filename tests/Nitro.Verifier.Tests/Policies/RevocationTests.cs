using System.Security.Cryptography;
using System.Text;
using Nitro.Attestation;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Verifier.Tests.Certificates;
using Nitro.Verifier.Tests.RevocationLists;
using Nitro.Verifier.Tests.Support;

namespace Nitro.Verifier.Tests.Policies;

/// <summary>What a policy revokes by itself: each subject, each reason, and what is refused when the policy is read.</summary>
public sealed class RevocationTests
{
    private const RevocationReason Compromised = RevocationReason.Compromised;
    private const RevocationReason Superseded = RevocationReason.Superseded;

    private static readonly DateTimeOffset Signed = RevocationFixture.Signed;

    /// <summary>Every subject that a document shows, and a near miss of each.</summary>
    private static readonly (string Name, Func<RevocationReason, DateTimeOffset?, Revocation> Make, Func<Revocation> NearMiss)[] Subjects =
    [
        ("measurement", (reason, at) => Revocation.OfMeasurement(1, TestEnclave.Pcrs[1], reason, at), () => Revocation.OfMeasurement(2, TestEnclave.Pcrs[1], Compromised)),
        ("module", (reason, at) => Revocation.OfModule(TestChain.ModuleId, reason, at), () => Revocation.OfModule(TestChain.InstanceId, Compromised)),
        ("instance", (reason, at) => Revocation.OfInstance(TestChain.InstanceId, reason, at), () => Revocation.OfInstance(TestChain.InstanceId[..^1], Compromised)),
        ("certificate", (reason, at) => Revocation.OfCertificate(RevocationFixture.Chain.Zonal.Der.Span, reason, at), () => Revocation.OfCertificate(OtherCertificate(), Compromised)),
        ("root certificate", (reason, at) => Revocation.OfCertificate(RevocationFixture.Chain.Root.Der.Span, reason, at), () => Revocation.OfCertificate(OtherCertificate(), Compromised)),
        ("certificateKey", (reason, at) => Revocation.OfCertificateKey(Sha384Digest.Of(RevocationFixture.Chain.Instance.SubjectPublicKeyInfo.Span), reason, at), () => Revocation.OfCertificateKey(RevocationFixture.Digest("x"), Compromised)),
        ("session", (reason, at) => Revocation.OfSession(Sha384Digest.Of(RevocationFixture.PublicKey), reason, at), () => Revocation.OfSession(RevocationFixture.Digest("x"), Compromised)),
    ];

    public static TheoryData<string> Names => [.. Subjects.Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Compromised_refuses_whatever_the_document_says_of_its_time_unless_witnessed_before(string name)
    {
        var (_, make, nearMiss) = Subjects.Single(one => one.Name == name);
        Assert.Equal(Check.DocumentRevocation, Failed(make(Compromised, null)));
        Assert.Equal(Check.DocumentRevocation, Failed(make(Compromised, Signed.AddDays(1))));
        Assert.Equal(Check.DocumentRevocation, Failed(make(Compromised, Signed.AddDays(1)), ValidationTime.Archive.WitnessedAt(Signed.AddDays(1))));
        Assert.Null(Failed(make(Compromised, Signed.AddDays(1)), ValidationTime.Archive.WitnessedAt(Signed.AddDays(1).AddMilliseconds(-1))));
        Assert.Equal(Check.DocumentRevocation, Failed(make(Compromised, null), ValidationTime.Archive.WitnessedAt(Signed)));
        Assert.Null(Failed(nearMiss()));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Superseded_honours_what_was_signed_before(string name)
    {
        var make = Subjects.Single(one => one.Name == name).Make;
        Assert.Null(Failed(make(Superseded, Signed.AddMilliseconds(1))));
        Assert.Equal(Check.DocumentRevocation, Failed(make(Superseded, Signed)));
        Assert.Throws<PolicyException>(() => make(Superseded, null));
    }

    [Fact]
    public void A_claim_issued_after_the_effective_time_is_refused_though_its_document_is_from_before()
    {
        using var enclave = new TestEnclave();
        var document = enclave.SessionDocument();
        enclave.Clock.Now += TimeSpan.FromMinutes(30);
        var evidence = enclave.SessionEvidence(document);
        var between = TestEnclave.Start.AddMinutes(10);
        var session = Sha384Digest.Of(enclave.PublicKey);
        Revocation[] all =
        [
            Revocation.OfModel(TestEnclave.Model, Superseded, between),
            Revocation.OfConfiguration(TestEnclave.Configuration.Digest, Superseded, between),
            Revocation.OfSession(session, Superseded, between),
            Revocation.OfMeasurement(0, TestEnclave.Pcrs[0], Superseded, between),
        ];
        foreach (var revocation in all)
        {
            Assert.Equal(Check.ClaimRevocation, Failed(evidence, revocation, ValidationTime.Archive));
        }

        var after = enclave.Clock.Now.AddMilliseconds(1);
        Assert.Null(Failed(evidence, Revocation.OfModel(TestEnclave.Model, Superseded, after), ValidationTime.Archive));
        Assert.Equal(Check.ClaimRevocation, Failed(evidence, Revocation.OfModel(TestEnclave.Model, Compromised, after), ValidationTime.Archive));
        Assert.Null(Failed(evidence, Revocation.OfModel(TestEnclave.Model, Compromised, after), ValidationTime.Archive.WitnessedAt(enclave.Clock.Now)));
        Assert.Null(Failed(evidence, Revocation.OfModel(RevocationFixture.Digest("x"), Compromised), ValidationTime.Archive));
        Assert.Equal(Check.ClaimRevocation, Failed(enclave.DirectEvidence(), Revocation.OfModel(TestEnclave.Model, Compromised), ValidationTime.Archive));

        static Check? Failed(Evidence evidence, Revocation revocation, ValidationTime time) =>
            TestEnclave.Verifier(settings => settings with { Revocations = [revocation] }).VerifyEvidence(evidence, TestEnclave.Expected, time).Failure?.Check;
    }

    [Fact]
    public void The_file_says_it_all()
    {
        var pem = PemEncoding.WriteString("CERTIFICATE", RevocationFixture.Chain.Zonal.Der.Span).ReplaceLineEndings("\\n");
        var digest = RevocationFixture.Digest("x");
        var policy = Parse($$"""
            [
              { "module": "{{TestChain.ModuleId}}", "reason": "compromised", "note": "seen on a forum" },
              { "instance": "i-1", "reason": "superseded", "effective": "2026-03-01T00:00:00Z" },
              { "measurement": { "PCR3": "{{digest}}" }, "reason": "compromised", "effective": "2026-03-01T00:00:00Z" },
              { "certificate": "{{pem}}", "reason": "compromised" },
              { "certificate": "{{Convert.ToBase64String(RevocationFixture.Chain.Zonal.Der.Span)}}", "reason": "compromised" },
              { "certificateKey": "{{digest}}", "reason": "compromised" },
              { "session": "{{digest}}", "reason": "compromised" },
              { "model": "{{digest}}", "reason": "compromised" },
              { "configuration": "{{digest}}", "reason": "compromised" },
            ], "revocationLists": { "requiredLevels": [2, 1] }
            """);
        Assert.Equal(
            [
                RevocationSubject.Module, RevocationSubject.Instance, RevocationSubject.Measurement, RevocationSubject.Certificate, RevocationSubject.Certificate,
                RevocationSubject.CertificateKey, RevocationSubject.Session, RevocationSubject.Model, RevocationSubject.Configuration,
            ],
            policy.Settings.Revocations.Select(one => one.Subject));
        Assert.Equal([1, 2], policy.Settings.RevocationListLevels);
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero), policy.Settings.Revocations[1].Effective);
        Assert.Contains("PCR3", policy.Settings.Revocations[2].Shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[ { "reason": "compromised" } ]""", "about one of")]
    [InlineData("""[ { "module": "i-1" } ]""", "has a reason")]
    [InlineData("""[ { "module": "i-1", "reason": "stolen" } ]""", "\"compromised\" or \"superseded\"")]
    [InlineData("""[ { "module": "i-1", "reason": "superseded" } ]""", "effective time")]
    [InlineData("""[ { "module": "i-1", "instance": "i-1", "reason": "compromised" } ]""", "a second one")]
    [InlineData("""[ { "module": "", "reason": "compromised" } ]""", "1 to 255")]
    [InlineData("""[ { "modul": "i-1", "reason": "compromised" } ]""", "no member \"modul\"")]
    [InlineData("""[ { "model": "00", "reason": "compromised" } ]""", "96 hexadecimal digits")]
    [InlineData("""[ { "measurement": { }, "reason": "compromised" } ]""", "one PCR")]
    [InlineData("""[ { "measurement": { "PCR32": "" }, "reason": "compromised" } ]""", "96 hexadecimal digits")]
    [InlineData("""[ { "certificate": "*", "reason": "compromised" } ]""", "PEM text")]
    [InlineData("""[ { "certificate": "AAAA", "reason": "compromised" } ]""", "no certificate")]
    [InlineData("""[ { "module": "i-1", "reason": "compromised", "effective": "2026-03-01" } ]""", "2026-01-31T23:59:59Z")]
    [InlineData("""[ "i-1" ]""", "revocation is no object")]
    [InlineData("""[], "revocationLists": { "requiredLevels": [3] }""", "1 or 2")]
    [InlineData("""[], "revocationLists": { "requiredLevels": [1, 1] }""", "twice")]
    [InlineData("""[], "revocationLists": { "levels": [1] }""", "no member \"levels\"")]
    [InlineData("""[], "revocationLists": []""", "no object")]
    public void What_is_wrong_in_the_file_is_named_with_its_line(string revocations, string part)
    {
        var exception = Assert.Throws<PolicyException>(() => Parse(revocations));
        Assert.Contains("line 2", exception.Message, StringComparison.Ordinal);
        Assert.Contains(part, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Programs_are_held_to_the_same_rules()
    {
        Assert.Throws<PolicyException>(() => Revocation.OfMeasurement(32, default, Compromised));
        Assert.Throws<PolicyException>(() => Revocation.OfMeasurement(-1, default, Compromised));
        Assert.Throws<PolicyException>(() => Revocation.OfModule(" ", Compromised));
        Assert.Throws<PolicyException>(() => Revocation.OfModule(new string('x', Revocation.MaximumName + 1), Compromised));
        Assert.Equal("module xx", Revocation.OfModule("xx", Compromised).Shown);
        Assert.Throws<PolicyException>(() => Revocation.OfModule("x", (RevocationReason)3));
        Assert.Throws<PolicyException>(() => Revocation.OfCertificate([1], Compromised));
        Assert.Throws<PolicyException>(() => new VerificationPolicy(TestEnclave.Settings with { RevocationListLevels = [0] }));
        Assert.Throws<PolicyException>(() => new VerificationPolicy(TestEnclave.Settings with { RevocationListLevels = [1, 1] }));
        var one = Revocation.OfModule("x", Compromised);
        Assert.NotNull(new VerificationPolicy(TestEnclave.Settings with { Revocations = [.. Enumerable.Repeat(one, VerificationPolicy.MaximumRevocations)] }));
        Assert.Throws<PolicyException>(() => new VerificationPolicy(TestEnclave.Settings with { Revocations = [.. Enumerable.Repeat(one, VerificationPolicy.MaximumRevocations + 1)] }));
    }

    private static Check? Failed(Revocation revocation, ValidationTime? time = null) =>
        RevocationFixture.Verify([], time, settings => settings with { Revocations = [revocation] });

    private static byte[] OtherCertificate() => TestEnclave.Pki.IssueChain("us-east-1", TestChain.ModuleId, Signed).Zonal.Der.ToArray();

    private static VerificationPolicy Parse(string revocations) => VerificationPolicy.Parse(Encoding.UTF8.GetBytes(
        "{ \"version\": 1, \"anyMeasurementsUnsafe\": true,\n\"revocations\": " + revocations + " }"));
}

using System.Globalization;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Testing;
using Nitro.Verifier.Certificates;
using Nitro.Verifier.Tests.Support;

namespace Nitro.Verifier.Tests.Documents;

/// <summary>
/// A verdict depends on the document, the policy, the expectations and the time: not on what was verified before, what is remembered, who verifies the
/// signatures, how many threads there are, the order, the culture or the time zone.
/// </summary>
public sealed class SameVerdictTests
{
    private static readonly DocumentExpectations Anything = new() { Nonce = ByteExpectation.AnyUnsafe, UserData = ByteExpectation.AnyUnsafe, PublicKey = ByteExpectation.AnyUnsafe };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static readonly VerifierOptions[] Configurations =
    [
        new(),
        new() { IssuerCacheCapacity = 0, SessionCacheCapacity = 0, KeyTableCapacity = 0 },
        new() { IssuerCacheCapacity = 2, SessionCacheCapacity = 1, KeyTableCapacity = 1 },
        new() { PlatformSignatures = true },
        new() { PlatformSignatures = true, IssuerCacheCapacity = 0, SessionCacheCapacity = 0 },
    ];

    [Fact]
    public void Of_genuine_documents_and_damaged_ones_with_and_without_memory_in_any_order_on_any_number_of_threads()
    {
        byte[][] documents = [.. SharedFiles.Documents().Select(one => SharedFiles.Read("attestations", one.File)).SelectMany(Damaged)];
        var policy = new VerificationPolicy(new PolicySettings { AnyMeasurementsUnsafe = true });
        var expected = documents.Select(document => Alone(policy, document)).ToArray();
        Assert.Contains(expected, one => one.IsVerified);
        Assert.True(expected.Select(one => one.Failure?.Check).Distinct().Count() >= 5);
        foreach (var options in Configurations)
        {
            var verifier = new AttestationVerifier(policy, options);
            for (var i = 0; i < documents.Length; i++)
            {
                Assert.Equal(expected[i].Checks, verifier.Verify(documents[i], Anything, ValidationTime.Archive).Checks);
            }

            for (var i = documents.Length - 1; i >= 0; i--)
            {
                Assert.Equal(expected[i].Checks, verifier.Verify(documents[i], Anything, ValidationTime.Archive).Checks);
            }

            var many = verifier.VerifyMany([.. documents.Select(one => new DocumentToVerify(one, Anything))], ValidationTime.Archive, Cancellation);
            Assert.Equal(expected.Select(one => one.Checks), many.Select(one => one.Checks));
        }
    }

    [Fact]
    public void Of_evidence_with_and_without_memory_and_on_eight_threads()
    {
        Evidence[] evidence;
        using (var enclave = new TestEnclave())
        {
            var document = enclave.SessionDocument();
            evidence = [.. Enumerable.Range(0, 24).Select(i =>
            {
                enclave.Clock.Now += TimeSpan.FromMinutes(4);
                return i switch
                {
                    < 18 => enclave.SessionEvidence(document),
                    < 21 => enclave.DirectEvidence(),
                    _ => enclave.SessionEvidence(document) with { Manifest = new byte[] { 0x80 } },
                };
            })];
        }

        var expected = evidence.Select(one => Verifier(Configurations[1]).VerifyEvidence(one, TestEnclave.Expected, ValidationTime.Archive).Checks).ToArray();
        foreach (var options in Configurations)
        {
            var verifier = Verifier(options);
            var results = new IReadOnlyList<CheckResult>[8 * evidence.Length];
            Parallel.For(0, results.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
                results[i] = verifier.VerifyEvidence(evidence[i * 7 % evidence.Length], TestEnclave.Expected, ValidationTime.Archive).Checks);
            Assert.All(Enumerable.Range(0, results.Length), i => Assert.Equal(expected[i * 7 % evidence.Length], results[i]));
            Assert.Equal(expected, verifier.VerifyMany([.. evidence.Select(one => new EvidenceToVerify(one, TestEnclave.Expected))], ValidationTime.Archive, Cancellation).Select(one => one.Checks));
        }

        static AttestationVerifier Verifier(VerifierOptions options) => new(new VerificationPolicy(TestEnclave.Settings), options);
    }

    [Fact]
    public void In_any_culture()
    {
        byte[][] documents = [.. SharedFiles.Documents().Take(6).Select(one => SharedFiles.Read("attestations", one.File)).SelectMany(Damaged)];
        var policy = new VerificationPolicy(new PolicySettings { AnyMeasurementsUnsafe = true });
        var expected = Texts();

        // Machines without ICU know no culture but the invariant one, so this one is made up: nothing in it is as the invariant culture has it.
        var strange = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        strange.NumberFormat.NegativeSign = "minus ";
        strange.NumberFormat.NumberDecimalSeparator = "';";
        strange.NumberFormat.NumberGroupSeparator = "_";
        strange.DateTimeFormat.DateSeparator = "!";
        strange.DateTimeFormat.TimeSeparator = "?";
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = strange;
            Assert.NotEqual((-1.5).ToString(CultureInfo.InvariantCulture), (-1.5).ToString(CultureInfo.CurrentCulture));
            Assert.Equal(expected, Texts());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        string[][] Texts() => [.. documents.Select(document => Alone(policy, document).Checks.Select(check => $"{check} {check.Expected} {check.Found}").ToArray())];
    }

    [Fact]
    public void Many_are_refused_as_misuse_before_any_is_verified()
    {
        var verifier = TestEnclave.Verifier();
        var live = ValidationTime.Live(TestEnclave.Start);
        var absent = new DocumentExpectations { Nonce = ByteExpectation.Absent, UserData = ByteExpectation.AnyUnsafe, PublicKey = ByteExpectation.AnyUnsafe };
        Assert.Throws<ArgumentException>(() => verifier.VerifyMany([new DocumentToVerify(default, Anything), new DocumentToVerify(default, absent)], live, Cancellation));
        Assert.Throws<ArgumentNullException>(() => verifier.VerifyMany((IReadOnlyList<DocumentToVerify>)null!, live, Cancellation));
        Assert.Throws<ArgumentNullException>(() => verifier.VerifyMany([(DocumentToVerify)null!], live, Cancellation));
        Assert.Throws<ArgumentNullException>(() => verifier.VerifyMany([(EvidenceToVerify)null!], live, Cancellation));
        Assert.Throws<ArgumentNullException>(() => verifier.VerifyMany([new EvidenceToVerify(null!, TestEnclave.Expected)], live, Cancellation));
        Assert.Throws<ArgumentNullException>(() => verifier.VerifyMany([new DocumentToVerify(default, null!)], live, Cancellation));
        Assert.Throws<OperationCanceledException>(() => verifier.VerifyMany([new DocumentToVerify(default, Anything)], live, new CancellationToken(canceled: true)));
        Assert.Throws<InvalidOperationException>(() => new AttestationVerifier(new VerificationPolicy(new PolicySettings { AnyMeasurementsUnsafe = true })).VerifyMany(new List<EvidenceToVerify>(), live, Cancellation));
        Assert.Empty(verifier.VerifyMany(new List<DocumentToVerify>(), live, Cancellation));
        Assert.Equal(Check.DocumentSize, Assert.Single(verifier.VerifyMany([new DocumentToVerify(default, Anything)], live, Cancellation)).Failure!.Check);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(VerifierOptions.MaximumCacheCapacity + 1)]
    public void A_capacity_out_of_bounds_is_misuse(int capacity)
    {
        var policy = new VerificationPolicy(TestEnclave.Settings);
        Assert.Throws<ArgumentOutOfRangeException>(() => new AttestationVerifier(policy, new VerifierOptions { IssuerCacheCapacity = capacity }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AttestationVerifier(policy, new VerifierOptions { SessionCacheCapacity = capacity }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AttestationVerifier(policy, new VerifierOptions { KeyTableCapacity = capacity }));
    }

    /// <summary>The verdict of a verifier that has seen nothing and remembers nothing.</summary>
    private static VerificationResult Alone(VerificationPolicy policy, byte[] document) =>
        new AttestationVerifier(policy, Configurations[1]).Verify(document, Anything, ValidationTime.Archive);

    private static IEnumerable<byte[]> Damaged(byte[] document)
    {
        yield return document;
        yield return document[..^1];
        foreach (var place in (double[])[0.01, 0.3, 0.5, 0.7, 0.9, 0.999])
        {
            var copy = document.ToArray();
            copy[(int)(place * copy.Length)] ^= 0x10;
            yield return copy;
        }
    }
}

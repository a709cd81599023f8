using System.Text;
using Nitro.Attestation;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Verifier.Certificates;
using Nitro.Verifier.Tests.Support;

namespace Nitro.Verifier.Tests.Policies;

public sealed class PolicyTests
{
    private static readonly string Hex = new('a', 96);

    public static TheoryData<string, string> Refused => new()
    {
        { "", "not JSON" },
        { "{", "not JSON" },
        { "[]", "line 1: policy is no object" },
        { "{}", "the member version is missing" },
        { "{\"version\": 2}", "line 1: version is not 1" },
        { "{\"version\": \"1\"}", "a whole number is expected" },
        { "{\"version\": 1}", "neither releases nor anyMeasurementsUnsafe" },
        { "{\"version\": 1,\n\"anyMeasurementsUnsafe\": true,\n\"releses\": []}", "line 3: there is no member \"releses\" in a policy" },
        { "{\"version\": 1,\n\"version\": 1}", "line 2: the member \"version\" is there twice" },
        { "{\"version\": 1, \"releases\": []}", "releases is empty" },
        { "{\"version\": 1, \"releases\": [{\"name\": \"r\"}]}", "measurements is missing" },
        { "{\"version\": 1, \"releases\": [{\"measurements\": {}}]}", "name is missing" },
        { "{\"version\": 1, \"releases\": [{\"name\": \"r\", \"measurements\": {}}]}", "PCR0, PCR1, PCR2 missing" },
        { "{\"version\": 1, \"releases\": [{\"name\": \"r\", \"measurements\": {\"PCR0\": \"HEX\", \"PCR1\": \"HEX\"}}]}", "PCR2 missing" },
        { "{\"version\": 1, \"releases\": [{\"name\": \"r\", \"measurements\": {\"PCR0\": \"ZERO\", \"PCR1\": \"HEX\", \"PCR2\": \"HEX\"}}]}", "PCR0 is all zero" },
        { "{\"version\": 1, \"releases\": [{\"name\": \"r\", \"measurements\": {\"PCR0\": \"aa\"}}]}", "96 hexadecimal digits" },
        { "{\"version\": 1, \"releases\": [{\"name\": \"r\", \"measurements\": {\"PCR32\": \"HEX\"}}]}", "there is no PCR32" },
        { "{\"version\": 1, \"releases\": [{\"name\": \"r\", \"measurements\": {\"PCR00\": \"HEX\"}}]}", "\"PCR00\" is no measurement" },
        { "{\"version\": 1, \"releases\": [{\"name\": \"r\", \"measurements\": {\"pcr0\": \"HEX\"}}]}", "\"pcr0\" is no measurement" },
        { "{\"version\": 1, \"releases\": [{\"name\": \"r\", \"measurements\": {\"HashAlgorithm\": \"Sha256\"}}]}", "HashAlgorithm is not Sha384" },
        { "{\"version\": 1, \"releases\": [RELEASE, RELEASE]}", "\"r\" is there twice" },
        { "{\"version\": 1, \"releases\": [RELEASE], \"anyMeasurementsUnsafe\": true}", "contradict each other" },
        { "{\"version\": 1, \"releases\": [{\"name\": \"r\", \"anyImageBySignerUnsafe\": true, \"measurements\": {\"PCR0\": \"HEX\"}}]}", "PCR8 missing" },
        { "{\"version\": 1, \"releases\": [{\"name\": \"r\", \"notBefore\": \"2026-01-02T00:00:00Z\", \"notAfter\": \"2026-01-01T00:00:00Z\", \"measurements\": PCRS}]}", "notBefore lies after notAfter" },
        { "{\"version\": 1, \"releases\": [{\"name\": \"r\", \"notBefore\": \"yesterday\", \"measurements\": PCRS}]}", "2026-01-31T23:59:59Z" },
        { "{\"version\": 1, \"releases\": [{\"name\": \"r\", \"notbefore\": 1, \"measurements\": PCRS}]}", "no member \"notbefore\" in a release" },
        { "{\"version\": 1, \"anyMeasurementsUnsafe\": 1}", "true or false is expected" },
        { "{\"version\": 1, \"anyMeasurementsUnsafe\": true, \"models\": []}", "models is empty" },
        { "{\"version\": 1, \"anyMeasurementsUnsafe\": true, \"models\": [\"HEX\"], \"anyModelUnsafe\": true}", "models and anyModelUnsafe contradict" },
        { "{\"version\": 1, \"anyMeasurementsUnsafe\": true, \"configurations\": [\"x\"]}", "96 hexadecimal digits" },
        { "{\"version\": 1, \"anyMeasurementsUnsafe\": true, \"leastEvidence\": \"sealed\"}", "no kind of evidence" },
        { "{\"version\": 1, \"anyMeasurementsUnsafe\": true, \"clockSkewSeconds\": 3601}", "clockSkew is 3601 s" },
        { "{\"version\": 1, \"anyMeasurementsUnsafe\": true, \"clockSkewSeconds\": -1}", "0 or more" },
        { "{\"version\": 1, \"anyMeasurementsUnsafe\": true, \"clockSkewSeconds\": 1.5}", "a whole number is expected" },
        { "{\"version\": 1, \"anyMeasurementsUnsafe\": true, \"maximumDocumentAgeSeconds\": 0}", "maximumDocumentAge is 0 s" },
        { "{\"version\": 1, \"anyMeasurementsUnsafe\": true, \"session\": {\"maximumAge\": 1}}", "no member \"maximumAge\" in session" },
        { "{\"version\": 1, \"anyMeasurementsUnsafe\": true, \"trustAnchors\": []}", "trustAnchors is empty" },
        { "{\"version\": 1, \"anyMeasurementsUnsafe\": true, \"trustAnchors\": [\"azure\"]}", "\"azure\" is no known trust anchor" },
        { "{\"version\": 1, \"anyMeasurementsUnsafe\": true, \"trustAnchors\": [\"aws\", \"aws\"]}", "\"aws\" is there twice" },
        { "{\"version\": 1, \"anyMeasurementsUnsafe\": true, \"trustAnchors\": [{\"name\": \"x\"}]}", "a name and a certificate" },
        { "{\"version\": 1, \"anyMeasurementsUnsafe\": true, \"trustAnchors\": [{\"name\": \"x\", \"certificate\": \"x.pem\"}]}", "files cannot be read here" },
        { "{\"version\": 1, \"anyMeasurementsUnsafe\": true, \"trustAnchors\": [{\"name\": \"x\", \"certificate\": \"-----BEGIN nothing\"}]}", "trust anchor \"x\"" },
        { "{\"version\": 1, \"anyMeasurementsUnsafe\": true, \"trustAnchors\": [{\"name\": \"aws\", \"certificate\": \"-----BEGIN nothing\"}]}", "belongs to AWS's own root" },
        { "{\"version\": 1, \"a\": [[[[[[[[[1]]]]]]]]]}", "line 1" },
        { "{\"version\": 1, \"\\ud800\": 1}", "line 1" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_bad_policy_is_refused_with_its_line_and_the_reason(string json, string message)
    {
        var exception = Assert.Throws<PolicyException>(() => VerificationPolicy.Parse(Encoding.UTF8.GetBytes(Fill(json))));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_as_the_documentation_has_it_is_read()
    {
        var text = File.ReadAllText(Nitro.Testing.RepositoryRoot.Combine("docs", "policy.md"));
        var start = text.IndexOf("```json\n", StringComparison.Ordinal) + 8;
        var policy = VerificationPolicy.Parse(Encoding.UTF8.GetBytes(text[start..text.IndexOf("```", start, StringComparison.Ordinal)]));
        Assert.True(policy.CoversEvidence);
        Assert.True(policy.TrustsAwsOnly);
        Assert.Equal("digits 1.0", Assert.Single(policy.Settings.Releases).Name);
    }

    [Fact]
    public void Every_member_has_its_meaning()
    {
        var pem = System.Security.Cryptography.PemEncoding.WriteString("CERTIFICATE", TestEnclave.Anchor.Der.Span);
        var policy = VerificationPolicy.Parse(
            Encoding.UTF8.GetBytes(Fill("""
                {
                  // comments and trailing commas are for people
                  "version": 1,
                  "trustAnchors": ["aws-us-gov", { "name": "mine", "certificate": "mine.pem" }],
                  "releases": [{ "name": "r", "Measurements": PCRS, "notBefore": "2026-01-01T00:00:00Z", "notAfter": "2026-12-31T23:59:59Z" }],
                  "models": ["HEX"],
                  "anyConfigurationUnsafe": true,
                  "debugModeUnsafe": true,
                  "maximumDocumentAgeSeconds": 10,
                  "clockSkewSeconds": 0,
                  "session": { "maximumDocumentAgeSeconds": 20, "maximumAgeSeconds": 30 },
                  "leastEvidence": "direct",
                  "noCertificateProfileUnsafe": true,
                }
                """)),
            name => name == "mine.pem" ? Encoding.ASCII.GetBytes(pem) : throw new FileNotFoundException(name));
        var settings = policy.Settings;
        Assert.Equal([TrustAnchors.AwsUsGov.Fingerprint, TestEnclave.Anchor.Fingerprint], settings.TrustAnchors.Select(anchor => anchor.Fingerprint));
        Assert.False(policy.TrustsAwsOnly);
        Assert.Equal(new DateTimeOffset(2026, 12, 31, 23, 59, 59, TimeSpan.Zero), settings.Releases[0].NotAfter);
        Assert.Equal([0, 1, 2], settings.Releases[0].Measurements.Keys);
        Assert.Single(settings.Models);
        Assert.True(settings is { AnyConfigurationUnsafe: true, DebugModeUnsafe: true, NoCertificateProfileUnsafe: true, LeastEvidence: EvidenceKind.Direct });
        Assert.Equal((10, 0, 20, 30), (settings.MaximumDocumentAge.TotalSeconds, settings.ClockSkew.TotalSeconds, settings.SessionMaximumDocumentAge.TotalSeconds, settings.SessionMaximumAge.TotalSeconds));
    }

    [Fact]
    public void All_PCRs_of_one_release_match_and_never_a_mix_of_two()
    {
        using var enclave = new TestEnclave();
        var document = enclave.SessionDocument();
        Release Named(string name, int changed)
        {
            var measurements = TestEnclave.Pcrs.ToDictionary();
            measurements[changed] = Sha384Digest.Of("changed"u8);
            return new Release(name, measurements);
        }

        var mixed = TestEnclave.Verifier(settings => settings with { Releases = [Named("a", 0), Named("b", 1)] });
        Assert.Equal(Check.Measurements, mixed.Verify(document, DocumentExpectations.AnyUnsafe, ValidationTime.Archive).Failure?.Check);
        var rolling = TestEnclave.Verifier(settings => settings with { Releases = [Named("a", 0), .. settings.Releases] });
        Assert.Equal("test image", rolling.Verify(document, DocumentExpectations.AnyUnsafe, ValidationTime.Archive).Document?.Release);
    }

    [Fact]
    public void A_release_is_accepted_within_its_window_alone()
    {
        using var enclave = new TestEnclave();
        var document = enclave.SessionDocument();
        Check? Within(DateTimeOffset? from, DateTimeOffset? to) => TestEnclave
            .Verifier(settings => settings with { Releases = [new Release("r", TestEnclave.Pcrs, from, to)] })
            .Verify(document, DocumentExpectations.AnyUnsafe, ValidationTime.Archive).Failure?.Check;
        Assert.Null(Within(TestEnclave.Start, TestEnclave.Start));
        Assert.Equal(Check.ReleaseWindow, Within(TestEnclave.Start.AddMilliseconds(1), null));
        Assert.Equal(Check.ReleaseWindow, Within(null, TestEnclave.Start.AddMilliseconds(-1)));
    }

    [Fact]
    public void A_policy_that_says_nothing_of_models_cannot_judge_evidence()
    {
        using var enclave = new TestEnclave();
        var verifier = TestEnclave.Verifier(settings => settings with { Models = [] });
        var evidence = enclave.SessionEvidence();
        Assert.Throws<InvalidOperationException>(() => verifier.VerifyEvidence(evidence, TestEnclave.Expected, ValidationTime.Archive));
    }

    [Fact]
    public void Random_policies_are_read_or_refused_and_nothing_else()
    {
        var seed = Encoding.UTF8.GetBytes(Fill("{\"version\": 1, \"releases\": [RELEASE], \"models\": [\"HEX\"], \"session\": {\"maximumAgeSeconds\": 30}, \"trustAnchors\": [\"aws\"]}"));
        var random = new Random(23);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = (byte[])seed.Clone();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                var at = random.Next(bytes.Length);
                bytes = random.Next(3) switch
                {
                    0 => [.. bytes[..at], .. bytes[(at + 1)..]],
                    1 => [.. bytes[..at], .. "[]{},:\"0t\\\n"u8.Slice(random.Next(11), 1), .. bytes[at..]],
                    _ => [.. bytes[..at], (byte)random.Next(256), .. bytes[(at + 1)..]],
                };
            }

            try
            {
                VerificationPolicy.Parse(bytes);
            }
            catch (PolicyException exception)
            {
                Assert.NotEmpty(exception.Message);
            }
        }
    }

    private static string Fill(string json) => json
        .Replace("RELEASE", "{\"name\": \"r\", \"measurements\": PCRS}", StringComparison.Ordinal)
        .Replace("PCRS", "{\"HashAlgorithm\": \"Sha384 { ... }\", \"PCR0\": \"HEX\", \"PCR1\": \"HEX\", \"PCR2\": \"HEX\"}", StringComparison.Ordinal)
        .Replace("HEX", Hex, StringComparison.Ordinal)
        .Replace("ZERO", new string('0', 96), StringComparison.Ordinal);

    [Fact]
    public void A_comment_that_is_not_UTF_8_is_refused_with_its_line()
    {
        byte[] json = [.. "{ \"version\": 1,\n// "u8, 0xFF, .. "\n\"anyMeasurementsUnsafe\": true }"u8];
        Assert.StartsWith("line 2: ", Assert.Throws<PolicyException>(() => VerificationPolicy.Parse(json)).Message, StringComparison.Ordinal);
        json[19] = (byte)'x';
        Assert.True(VerificationPolicy.Parse(json).Settings.AnyMeasurementsUnsafe);
    }

    [Fact]
    public void Whatever_the_bytes_a_policy_is_read_or_refused_as_one()
    {
        var good = "{ \"version\": 1, \"releases\": [ { \"name\": \"a\\u0062\", \"measurements\": { \"PCR0\": \"11\" } } ], /* c */ \"clockSkewSeconds\": 60, }"u8.ToArray();
        var random = new Random(3);
        for (var round = 0; round < 20_000; round++)
        {
            var copy = good.ToArray();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                copy[random.Next(copy.Length)] = (byte)random.Next(256);
            }

            Refuse(copy.AsSpan(0, random.Next(copy.Length + 1)).ToArray());
        }

        string[] strange =
        [
            "{ " + string.Join(',', Enumerable.Range(0, 90_000).Select(i => $"\"{i:x}\":1")) + " }", "\ufeff{ \"version\": 1 }", "{ \"version\": 1e999 }", "{ \"version\": 99999999999999999999999 }", "{ \"a\": " + new string('[', 100_000), "\0", "{ \"version\": 1, \"x\": \"" + new string('y', 900_000) + "\" }",
            "{ \"clockSkewSeconds\": 9223372036854775807, \"version\": 1, \"anyMeasurementsUnsafe\": true }",
        ];
        Assert.All(strange, text => Refuse(System.Text.Encoding.UTF8.GetBytes(text)));

        static void Refuse(byte[] json)
        {
            var exception = Record.Exception(() => VerificationPolicy.Parse(json));
            Assert.True(exception is null or PolicyException, exception?.ToString());
        }
    }
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Nitro.Verifier.RevocationLists;
using Nitro.Verifier.Tests.Certificates;
using Nitro.Verifier.Tests.RevocationLists;
using Nitro.Verifier.Tests.Support;

namespace Nitro.Verifier.Tests.Policies;

/// <summary>A policy may come from anywhere: what it says must reach neither a terminal's controls nor fill a log.</summary>
public sealed class HostileTextTests
{
    /// <summary>A quotation of 128 characters, each an escape at most, twice, and our own words.</summary>
    private const int LongestMessage = 3000;

    private const string Controls = "\u001b]0;owned\u0007\u001b[2J\r\nline 1: fine\u009b31m\u202e\u2028\u2029\u0000\u007f";

    /// <summary>Within what is read of a policy, also where each control is an escape of six characters.</summary>
    private static readonly string Huge = string.Concat(Enumerable.Repeat(Controls, 3_000));

    private static readonly string Long = new('a', 200_000);

    private static string[] Hostile => [Controls, Huge, Long];

    private static JsonObject Policy => (JsonObject)JsonNode.Parse($$"""
        {
          "$schema": "policy.schema.json", "version": 1,
          "trustAnchors": ["aws", { "name": "mine", "certificate": {{JsonValue.Create(PemEncoding.WriteString("CERTIFICATE", TestEnclave.Anchor.Der.Span)).ToJsonString()}} }],
          "releases": [{
            "name": "r", "measurements": { "HashAlgorithm": "Sha384", "PCR0": "{{TestEnclave.Pcrs[0]}}", "PCR1": "{{TestEnclave.Pcrs[1]}}", "PCR2": "{{TestEnclave.Pcrs[2]}}" },
            "roleArn": "arn:aws:iam::123456789012:role/enclave", "instanceId": "i-0123456789abcdef0", "signingCertificate": "{{Convert.ToBase64String(TestEnclave.Anchor.Der.Span)}}",
            "notBefore": "2026-01-01T00:00:00Z", "notAfter": "2026-12-31T23:59:59Z", "anyImageBySignerUnsafe": false
          }],
          "models": ["{{TestEnclave.Model}}"], "configurations": ["{{TestEnclave.Configuration.Digest}}"], "leastEvidence": "direct",
          "session": { "maximumDocumentAgeSeconds": 20, "maximumAgeSeconds": 30 }, "revocationLists": { "requiredLevels": [1] },
          "revocations": [
            { "measurement": { "PCR0": "{{TestEnclave.Model}}" }, "reason": "superseded", "effective": "2026-01-01T00:00:00Z", "note": "n" },
            { "module": "m", "reason": "compromised" }, { "instance": "i", "reason": "compromised" },
            { "certificate": "{{Convert.ToBase64String(TestEnclave.Anchor.Der.Span)}}", "reason": "compromised" },
            { "certificateKey": "{{TestEnclave.Model}}", "reason": "compromised" }, { "session": "{{TestEnclave.Model}}", "reason": "compromised" }]
        }
        """)!;

    [Fact]
    public void Every_name_and_every_text_of_a_policy_may_be_hostile()
    {
        VerificationPolicy.Parse(Bytes(Policy));
        var (names, texts) = (0, 0);
        foreach (var hostile in Hostile)
        {
            for (var place = 0; Change(place, hostile, names: true) is { } renamed; place++)
            {
                // No name may be another one: misspelt rules must not become no rules.
                AssertFit(Assert.Throws<PolicyException>(() => VerificationPolicy.Parse(renamed)).Message);
                names++;
            }

            for (var place = 0; Change(place, hostile, names: false) is { } changed; place++)
            {
                try
                {
                    AssertFit(VerificationPolicy.Parse(changed).Settings.Revocations.Select(one => one.Shown).Append(""));
                }
                catch (PolicyException exception)
                {
                    AssertFit(exception.Message);
                    texts++;
                }
            }
        }

        // So that a change to the policy above cannot make this empty.
        Assert.True(names >= 3 * 40 && texts >= 3 * 20, $"{names} names and {texts} texts were refused");
    }

    [Fact]
    public void So_may_what_no_change_of_one_place_makes()
    {
        foreach (var hostile in Hostile)
        {
            var text = JsonValue.Create(hostile).ToJsonString();
            foreach (var json in (string[])[
                $$"""{ {{text}}: 1, {{text}}: 1 }""",
                $$"""{ "version": 1, "trustAnchors": [{ "name": {{text}}, "certificate": "-----BEGIN nothing" }] }""",
                $$"""{ "version": 1, "trustAnchors": [{ "name": "x", "certificate": {{text}} }] }""",
                $$"""{ "version": 1, "trustAnchors": [{ "name": "x", "certificate": "" }] }""",
                $$"""{ "version": 1, "trustAnchors": [{ "name": {{text}}, "certificate": "missing.pem" }] }""",
                $$"""{ "version": 1, "trustAnchors": [{ "name": "x", "certificate": {{JsonValue.Create($"-----BEGIN {hostile}-----\nAAAA\n-----END {hostile}-----").ToJsonString()}} }] }""",
                $$"""{ "version": 1, "trustAnchors": [{ "name": "x", "certificate": {{JsonValue.Create("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----").ToJsonString()}} }] }""",
                $$"""{ "version": 1, "releases": [{ "signingCertificate": {{JsonValue.Create(Pem(Long)).ToJsonString()}} }] }""",
                $$"""{ "version": 1, "session": {{hostile}} }""",
                hostile])
            {
                AssertFit(Assert.Throws<PolicyException>(
                    () => VerificationPolicy.Parse(Encoding.UTF8.GetBytes(json), name => File.ReadAllBytes(Path.Combine("/nowhere", name)))).Message);
            }

            var name = hostile[..Math.Min(hostile.Length, Release.MaximumName)];
            AssertFit(Assert.Throws<PolicyException>(() => new Release(name, new Dictionary<int, Attestation.Sha384Digest>())).Message);
            AssertFit(Assert.Throws<PolicyException>(() => ComputedPcr.OfParentRole(hostile)).Message);
            AssertFit(Assert.Throws<PolicyException>(() => ComputedPcr.OfParentInstance(hostile)).Message);
        }
    }

    [Fact]
    public void A_message_says_what_is_wrong_after_what_it_cuts()
    {
        var message = Assert.Throws<PolicyException>(() => VerificationPolicy.Parse(Encoding.UTF8.GetBytes($$"""{ "version": 1, "trustAnchors": ["{{Long}}"] }"""))).Message;
        Assert.Equal($"line 1: \"{Long[..128]}... (200000 characters)\" is no known trust anchor: they are \"aws\", \"aws-us-gov\", or an object with name and certificate", message);

        // In whatever script: it is the controls that go, not the letters.
        message = Assert.Throws<PolicyException>(() => VerificationPolicy.Parse(Encoding.UTF8.GetBytes("{ \"ключ\u202e\": 1 }"))).Message;
        Assert.Equal("line 1: there is no member \"ключ\\u{202e}\" in a policy", message);
    }

    [Fact]
    public void Results_quote_no_controls_of_a_release_s_name()
    {
        using var enclave = new TestEnclave();
        var name = Controls;
        var verifier = TestEnclave.Verifier(settings => settings with { Releases = [new Release(name, TestEnclave.Pcrs)] });
        var result = verifier.Verify(enclave.SessionDocument(), DocumentExpectations.AnyUnsafe, ValidationTime.Archive);
        var found = result.Checks.Single(check => check.Check == Check.Measurements).Found!;
        Assert.Contains(@"\u{1b}[2J", found, StringComparison.Ordinal);
        AssertFit(found);

        var late = TestEnclave.Verifier(settings => settings with { Releases = [new Release(name, TestEnclave.Pcrs, notAfter: TestEnclave.Start.AddYears(-1))] })
            .Verify(enclave.SessionDocument(), DocumentExpectations.AnyUnsafe, ValidationTime.Archive);
        Assert.Equal(Check.ReleaseWindow, late.Failure?.Check);
        AssertFit(late.Failure!.ToString());
    }

    [Fact]
    public void A_revocation_list_quotes_no_more()
    {
        Assert.False(CertificateRevocationList.TryRead(Encoding.ASCII.GetBytes(Pem(Long)), out _, out var error));
        AssertFit(error.ToString());

        // A certificate has a kilobyte, a list may have a thousand: in one attribute, in many, or where a time should be.
        var controls = string.Concat(Enumerable.Repeat(Controls, 600));
        Assert.True(CertificateRevocationList.TryRead(new TestRevocationList { Issuer = Der.Name(controls) }.Build(), out var list, out _));
        AssertFit(list.IssuerText);
        Assert.True(CertificateRevocationList.TryRead(new TestRevocationList { Issuer = Der.Sequence([.. Enumerable.Repeat(Der.Set(Der.Attribute("2.5.4.11", Der.Utf8("unit"))), 2_000)]) }.Build(), out list, out _));
        AssertFit(list.IssuerText);
        Assert.False(CertificateRevocationList.TryRead(new TestRevocationList { ThisUpdate = Der.UtcTime(controls) }.Build(), out _, out error));
        AssertFit(error.ToString());
    }

    private static string Pem(string label) => $"-----BEGIN {label}-----\nAAAA\n-----END {label}-----";

    private static byte[] Bytes(JsonNode policy) => Encoding.UTF8.GetBytes(policy.ToJsonString());

    /// <summary>The policy with its place-th name or text replaced; null when there are not so many.</summary>
    private static byte[]? Change(int place, string hostile, bool names)
    {
        var policy = Policy;
        var left = place;
        if (!ChangeIn(policy, ref left, hostile, names))
        {
            return null;
        }

        return Encoding.UTF8.GetBytes(policy.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    private static bool ChangeIn(JsonNode? node, ref int left, string hostile, bool names)
    {
        if (node is JsonObject members)
        {
            foreach (var (name, value) in members.ToArray())
            {
                if (names && left-- == 0)
                {
                    members.Remove(name);
                    members.Insert(0, hostile, value);
                    return true;
                }

                if (ChangeIn(value, ref left, hostile, names))
                {
                    return true;
                }
            }
        }
        else if (node is JsonArray items)
        {
            foreach (var item in items.ToArray())
            {
                if (ChangeIn(item, ref left, hostile, names))
                {
                    return true;
                }
            }
        }
        else if (!names && node is JsonValue value && value.TryGetValue<string>(out _) && left-- == 0)
        {
            value.ReplaceWith(hostile);
            return true;
        }

        return false;
    }

    private static void AssertFit(IEnumerable<string> texts) => Assert.All(texts, AssertFit);

    private static void AssertFit(string message)
    {
        Assert.True(message.Length <= LongestMessage, $"{message.Length} characters: {message[..Math.Min(message.Length, 200)]}");
        Assert.DoesNotContain("(Parameter", message, StringComparison.Ordinal);
        Assert.DoesNotContain(
            message,
            character => CharUnicodeInfo.GetUnicodeCategory(character) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
    }
}

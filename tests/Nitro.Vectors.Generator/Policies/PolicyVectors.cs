using System.Security.Cryptography;
using System.Text;
using Nitro.Vectors.Generator.Documents;

namespace Nitro.Vectors.Generator.Policies;

/// <summary>Policy files that must be accepted, and those that must be refused, with the reason and, where the fault has one, its
/// line.</summary>
internal static class PolicyVectors
{
    private static readonly string Hex = Convert.ToHexStringLower(DocumentBuilder.Digest("policy vectors"));

    public static void AddTo(VectorSet set)
    {
        Valid(set);
        Texts(set);
        Releases(set);
        Members(set);
        Anchors(set);
    }

    private static void Add(VectorSet set, string description, string text, string? reason, int? line) => set.AddPolicy(
        reason is null ? $"Valid, {description}" : $"Refused, {description}",
        Encoding.UTF8.GetBytes(Fill(text)),
        reason is null ? null : Failure.OfPolicy(reason, line));

    private static void Valid(VectorSet set)
    {
        void Accept(string description, string text) => Add(set, description, text, null, null);
        Accept("the least", """{"version": 1, "anyMeasurementsUnsafe": true}""");
        Accept("comments and trailing commas", """
            {
              // one line
              "version": 1, /* or
              several */
              "anyMeasurementsUnsafe": true,
            }
            """);
        Accept("nitro-cli's measurements", """
            {"version": 1, "releases": [{"name": "r", "Measurements": {
              "HashAlgorithm": "Sha384 { ... }", "PCR0": "HEX", "PCR1": "HEX", "PCR2": "HEX"
            }}]}
            """);
        Accept("describe-eif's output as measurements", """
            {"version": 1, "releases": [{"name": "r", "measurements": {
              "EifVersion": 4, "Measurements": {"HashAlgorithm": "Sha384 { ... }", "PCR0": "HEX", "PCR1": "HEX", "PCR2": "HEX"}, "CheckCRC": true, "Metadata": {"a": [1]}
            }}]}
            """);
        Accept("describe-enclaves' output as measurements", """
            {"version": 1, "releases": [{"name": "r", "measurements": [{"EnclaveID": "x", "Flags": "NONE", "CPUIDs": [1], "PCR0": "HEX", "PCR1": "HEX", "PCR2": "HEX"}]}]}
            """);
        Accept("describe-enclaves' output with Measurements", """
            {"version": 1, "releases": [{"name": "r", "measurements": [{"EnclaveID": "x", "State": "RUNNING", "Flags": "NONE", "Measurements": PCRS}]}]}
            """);
        Accept("PCRs computed from role, instance and signer", """
            {"version": 1, "releases": [{"name": "r", "measurements": PCRS, "roleArn": "arn:aws:iam::123456789012:role/x", "instanceId": "i-0123456789abcdef0", "signingCertificate": "PEM"}]}
            """);
        Accept("revocations and required lists", """
            {"version": 1, "anyMeasurementsUnsafe": true, "revocationLists": {"requiredLevels": [2, 1]}, "revocations": [
              {"module": "i-1-enc1", "reason": "compromised", "note": "x"}, {"certificate": "PEM", "reason": "superseded", "effective": "2026-01-01T00:00:00Z"},
              {"session": "HEX", "reason": "compromised"}, {"measurement": {"PCR31": "HEX"}, "reason": "compromised"}
            ]}
            """);
        Accept("every member", """
            {
              "$schema": "policy.schema.json",
              "version": 1,
              "trustAnchors": ["aws", "aws-us-gov", {"name": "own", "certificate": "PEM"}],
              "releases": [
                {"name": "one", "measurements": PCRS, "notBefore": "2026-01-01T00:00:00Z", "notAfter": "2026-01-01T00:00:00Z"},
                {"name": "two", "measurements": {"PCR8": "HEX"}, "anyImageBySignerUnsafe": true}
              ],
              "debugModeUnsafe": false,
              "models": ["HEX"],
              "configurations": ["HEX"],
              "maximumDocumentAgeSeconds": 315360000,
              "clockSkewSeconds": 3600,
              "session": {"maximumDocumentAgeSeconds": 1, "maximumAgeSeconds": 315360000},
              "leastEvidence": "direct",
              "noCertificateProfileUnsafe": true
            }
            """);
        Accept("a waiver that waives nothing",
            """{"version": 1, "releases": [RELEASE], "anyMeasurementsUnsafe": false, "anyModelUnsafe": false}""");
        Accept("hex in capitals", $$"""{"version": 1, "anyMeasurementsUnsafe": true, "models": ["{{Hex.ToUpperInvariant()}}"]}""");
        Accept("no clock skew", """{"version": 1, "anyMeasurementsUnsafe": true, "clockSkewSeconds": 0}""");
        Accept("a name written with escapes", """{"\u0076ersion": 1, "anyMeasurementsUnsafe": true}""");
        Accept("a release's name of 128 characters", $$"""
            {"version": 1, "releases": [{"name": "{{new string('r', 128)}}", "measurements": PCRS}]}
            """);
    }

    private static void Texts(VectorSet set)
    {
        void Refuse(string description, string text, string reason, int? line = null) => Add(set, description, text, reason, line);
        Refuse("no bytes", "", "not-json");
        Refuse("cut off", """{"version": 1""", "not-json");
        Refuse("something behind it", """{"version": 1, "anyMeasurementsUnsafe": true} {}""", "not-json");
        Refuse("a number with a leading zero", """{"version": 01, "anyMeasurementsUnsafe": true}""", "not-json");
        Refuse("single quotes", """{'version': 1}""", "not-json");
        Refuse("two commas", """{"version": 1,, "anyMeasurementsUnsafe": true}""", "not-json");
        Refuse("thirty-three levels", $"{{\"version\": 1, \"a\": {new string('[', 32)}1{new string(']', 32)}}}", "not-json");
        Refuse("half a surrogate pair", """{"version": 1, "\ud800": 1}""", "not-json");
        Refuse("a list", """[]""", "wrong-type", 1);
        Refuse("no version", """{"anyMeasurementsUnsafe": true}""", "missing-member", 1);
        Refuse("version 2", "{\n\"version\": 2, \"later\": true}", "unknown-version", 2);
        Refuse("a text as version", """{"version": "1"}""", "wrong-type", 1);
        Refuse("a fraction as version", """{"version": 1.5}""", "wrong-type", 1);
        Refuse("a misspelt member", "{\n\"version\": 1,\n\"anyMeasurementsUnsafe\": true,\n\"releses\": []\n}", "unknown-member", 4);
        Refuse("a member twice", "{\n\"version\": 1,\n\"anyMeasurementsUnsafe\": true,\n\"version\": 1\n}", "duplicate-member", 4);
        Refuse("a member twice, once with an escape", "{\"version\": 1, \"\\u0076ersion\": 1}", "duplicate-member", 1);
        Refuse("nothing that measures", """{"version": 1}""", "nothing-accepted");
    }

    private static void Releases(VectorSet set)
    {
        void Release(string description, string release, string reason, int? line) =>
            Add(set, description, "{\"version\": 1, \"releases\": [\n" + release + "\n]}", reason, line);
        Add(set, "an empty list of releases", "{\"version\": 1,\n\"releases\": []}", "empty-list", 2);
        Add(set, "releases that are no list", "{\"version\": 1,\n\"releases\": {}}", "wrong-type", 2);
        Release("a release that is no object", "1", "wrong-type", 2);
        Release("a release without a name", """{"measurements": PCRS}""", "missing-member", 2);
        Release("a release without measurements", """{"name": "r"}""", "missing-member", 2);
        Release("measurements twice", """{"name": "r", "measurements": PCRS, "Measurements": PCRS}""", "duplicate-member", 2);
        Release("an empty name", """{"name": "", "measurements": PCRS}""", "bad-name", 2);
        Release("a name of spaces", """{"name": "  ", "measurements": PCRS}""", "bad-name", 2);
        Release("a name of 129 characters", $$"""{"name": "{{new string('r', 129)}}", "measurements": PCRS}""", "bad-name", 2);
        Release("no measurement", """{"name": "r", "measurements": {}}""", "missing-measurement", 2);
        Release("no PCR2", """{"name": "r", "measurements": {"PCR0": "HEX", "PCR1": "HEX"}}""", "missing-measurement", 2);
        Release("a signer's release without PCR8", """{"name": "r", "anyImageBySignerUnsafe": true, "measurements": PCRS}""",
            "missing-measurement", 2);
        Release(
            "a PCR of zero", """{"name": "r", "measurements": {"PCR0": "ZERO", "PCR1": "HEX", "PCR2": "HEX"}}""", "zero-measurement", 2);
        Release("a short PCR", "{\"name\": \"r\", \"measurements\": {\n\"PCR0\": \"aa\"}}", "bad-digest", 3);
        Release("a PCR of 96 characters that are no hex", """{"name": "r", "measurements": {"PCR0": "NOHEX"}}""", "bad-digest", 2);
        Release("a number as PCR", """{"name": "r", "measurements": {"PCR0": 0}}""", "wrong-type", 2);
        Release("PCR32", """{"name": "r", "measurements": {"PCR0": "HEX", "PCR1": "HEX", "PCR2": "HEX", "PCR32": "HEX"}}""",
            "bad-measurement", 2);
        Release("PCR00", """{"name": "r", "measurements": {"PCR00": "HEX"}}""", "bad-measurement", 2);
        Release("pcr0 in lower case", """{"name": "r", "measurements": {"pcr0": "HEX"}}""", "bad-measurement", 2);
        Release(
            "another hash algorithm", """{"name": "r", "measurements": {"HashAlgorithm": "Sha256 { ... }"}}""", "bad-hash-algorithm", 2);
        Release("a window that ends before it begins",
            """{"name": "r", "notBefore": "2026-01-02T00:00:00Z", "notAfter": "2026-01-01T00:00:00Z", "measurements": PCRS}""",
            "bad-window", 2);
        Release("a window in words", """{"name": "r", "notBefore": "yesterday", "measurements": PCRS}""", "bad-time", 2);
        Release(
            "a time with an offset", """{"name": "r", "notBefore": "2026-01-01T00:00:00+00:00", "measurements": PCRS}""", "bad-time", 2);
        Release("a time with fractions", """{"name": "r", "notBefore": "2026-01-01T00:00:00.000Z", "measurements": PCRS}""", "bad-time", 2);
        Release("30 February", """{"name": "r", "notBefore": "2026-02-30T00:00:00Z", "measurements": PCRS}""", "bad-time", 2);
        Release("an unknown member of a release", """{"name": "r", "notbefore": "2026-01-01T00:00:00Z", "measurements": PCRS}""",
            "unknown-member", 2);
        Release("a release twice", "RELEASE, RELEASE", "duplicate-name", null);
        Add(set, "releases and any measurements", """{"version": 1, "releases": [RELEASE], "anyMeasurementsUnsafe": true}""",
            "contradiction", null);
    }

    private static void Members(VectorSet set)
    {
        void Member(string description, string member, string reason, int? line = 2) =>
            Add(set, description, "{\"version\": 1, \"anyMeasurementsUnsafe\": true,\n" + member + "\n}", reason, line);
        Add(set, "a number as waiver", "{\"version\": 1,\n\"anyMeasurementsUnsafe\": 1}", "wrong-type", 2);
        Member("an empty list of models", "\"models\": []", "empty-list");
        Member("an empty list of configurations", "\"configurations\": []", "empty-list");
        Member("a model that is no digest", "\"models\": [\"digits\"]", "bad-digest");
        Member("models and any model", "\"models\": [\"HEX\"], \"anyModelUnsafe\": true", "contradiction", null);
        Member("configurations and any configuration", "\"configurations\": [\"HEX\"], \"anyConfigurationUnsafe\": true", "contradiction",
            null);
        Member("an unknown kind of evidence", "\"leastEvidence\": \"sealed\"", "bad-kind");
        Member("a skew above an hour", "\"clockSkewSeconds\": 3601", "out-of-range", null);
        Member("a negative skew", "\"clockSkewSeconds\": -1", "bad-duration");
        Member("a fraction of a second", "\"clockSkewSeconds\": 1.5", "wrong-type");
        Member("an age of no seconds", "\"maximumDocumentAgeSeconds\": 0", "out-of-range", null);
        Member("an age above ten years", "\"maximumDocumentAgeSeconds\": 315360001", "out-of-range", null);
        Member("an age of 2147483648 seconds", "\"maximumDocumentAgeSeconds\": 2147483648", "bad-duration");
        Member("an unknown member of session", "\"session\": {\"maximumAge\": 1}", "unknown-member");
        Member("a session's age of no seconds", "\"session\": {\"maximumAgeSeconds\": 0}", "out-of-range", null);
        Member("a session that is no object", "\"session\": 1", "wrong-type");
        Member("null as models", "\"models\": null", "wrong-type");
        Member("a required level of 3", "\"revocationLists\": {\"requiredLevels\": [3]}", "bad-level");
        Member("a required level twice", "\"revocationLists\": {\"requiredLevels\": [1, 1]}", "duplicate-level");
        Member("a revocation of nothing", "\"revocations\": [{\"reason\": \"compromised\"}]", "no-subject");
        Member("a revocation of two things", "\"revocations\": [{\"reason\": \"compromised\", \"module\": \"a\", \"instance\": \"b\"}]", "two-subjects");
        Member("a revocation without a reason", "\"revocations\": [{\"module\": \"a\"}]", "no-reason");
        Member("a revocation for another reason", "\"revocations\": [{\"module\": \"a\", \"reason\": \"stolen\"}]", "bad-reason");
        Member("superseded without a time", "\"revocations\": [{\"module\": \"a\", \"reason\": \"superseded\"}]", "no-effective");
        Member("a revoked module without a name", "\"revocations\": [{\"module\": \"\", \"reason\": \"compromised\"}]", "bad-name");
        Member("a revoked certificate that is none", "\"revocations\": [{\"certificate\": \"AAAA\", \"reason\": \"compromised\"}]", "bad-certificate");
        Member("two revoked measurements in one", "\"revocations\": [{\"measurement\": {\"PCR0\": \"HEX\", \"PCR1\": \"HEX\"}, \"reason\": \"compromised\"}]", "bad-measurement");

        void Release(string description, string members, string reason) => Add(
            set, description, "{\"version\": 1, \"releases\": [{\"name\": \"r\",\n" + members + "}]}", reason, 2);
        Release("an enclave in debug mode", "\"measurements\": [{\"Flags\": \"DEBUG_MODE\"}]", "debug-mode");
        Release("an enclave in debug mode, alone and with Measurements", "\"measurements\": {\"EnclaveID\": \"x\", \"Flags\": \"DEBUG_MODE\", \"Measurements\": PCRS}", "debug-mode");
        Release("no enclave", "\"measurements\": []", "no-enclave");
        Release("two enclaves of different images", "\"measurements\": [{\"PCR0\": \"HEX\"}, {\"PCR1\": \"HEX\"}]", "different-enclaves");
        Release("a damaged image", "\"measurements\": {\"Measurements\": PCRS, \"CheckCRC\": false}", "damaged-image");
        Release("a role that is none", "\"measurements\": PCRS, \"roleArn\": \"x\"", "bad-role");
        Release("an instance that is none", "\"measurements\": PCRS, \"instanceId\": \"i-1\"", "bad-instance");
        Release("a role that contradicts PCR3", "\"measurements\": {\"PCR3\": \"HEX\"}, \"roleArn\": \"arn:aws:iam::123456789012:role/x\"", "computed-otherwise");
        Release("a signer that is no DER", "\"measurements\": PCRS, \"signingCertificate\": \"AAAA\"", "bad-certificate");
    }

    private static void Anchors(VectorSet set)
    {
        void Anchor(string description, string anchors, string reason, int? line = 2) =>
            Add(set, description, "{\"version\": 1, \"anyMeasurementsUnsafe\": true,\n\"trustAnchors\": [" + anchors + "]\n}", reason,
                line);
        Anchor("no trust anchor", "", "nothing-accepted", null);
        Anchor("an unknown trust anchor", "\"azure\"", "bad-anchor");
        Anchor("a trust anchor twice", "\"aws\", \"aws\"", "duplicate-name", null);
        Anchor("a number as trust anchor", "1", "wrong-type");
        Anchor("a trust anchor without a certificate", "{\"name\": \"x\"}", "missing-member");
        Anchor("a trust anchor without a name", "{\"certificate\": \"PEM\"}", "missing-member");
        Anchor("an unknown member of a trust anchor", "{\"name\": \"x\", \"pem\": \"PEM\"}", "unknown-member");
        Anchor("AWS's name for another root", "{\"name\": \"aws\", \"certificate\": \"PEM\"}", "bad-anchor");
        Anchor("PEM without a block", "{\"name\": \"x\", \"certificate\": \"-----BEGIN nothing\"}", "bad-anchor");
        Anchor("two PEM blocks", "{\"name\": \"x\", \"certificate\": \"PEM\\nPEM\"}", "bad-anchor");
        Anchor("a PEM block of another kind", "{\"name\": \"x\", \"certificate\": \"KEYPEM\"}", "bad-anchor");
        Anchor("a leaf as trust anchor", "{\"name\": \"x\", \"certificate\": \"LEAFPEM\"}", "bad-anchor");
        Anchor("a name of 65 characters", "{\"name\": \"" + new string('x', 65) + "\", \"certificate\": \"PEM\"}", "bad-anchor");
    }

    private static string Fill(string text) => text
        .Replace("RELEASE", "{\"name\": \"r\", \"measurements\": PCRS}", StringComparison.Ordinal)
        .Replace("PCRS", "{\"PCR0\": \"HEX\", \"PCR1\": \"HEX\", \"PCR2\": \"HEX\"}", StringComparison.Ordinal)
        .Replace("\"ZERO\"", $"\"{new string('0', 96)}\"", StringComparison.Ordinal)
        .Replace("\"NOHEX\"", $"\"{new string('g', 96)}\"", StringComparison.Ordinal)
        .Replace("\"HEX\"", $"\"{Hex}\"", StringComparison.Ordinal)
        .Replace("LEAFPEM", Pem("CERTIFICATE", DocumentBuilder.Chain[^1]), StringComparison.Ordinal)
        .Replace("KEYPEM", Pem("PUBLIC KEY", DocumentBuilder.Chain[0]), StringComparison.Ordinal)
        .Replace("PEM\"", Pem("CERTIFICATE", DocumentBuilder.Chain[0]) + "\"", StringComparison.Ordinal)
        .Replace("PEM\\n", Pem("CERTIFICATE", DocumentBuilder.Chain[0]) + "\\n", StringComparison.Ordinal);

    private static string Pem(string label, byte[] der) =>
        PemEncoding.WriteString(label, der).Replace("\n", "\\n", StringComparison.Ordinal);
}

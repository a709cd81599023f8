using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Nitro.Attestation;

namespace Nitro.Verifier.Tests.Policies;

/// <summary>Measurements as nitro-cli prints them, and those that are computed from what an operator knows.</summary>
public sealed class MeasurementTests
{
    private static readonly string[] Pcrs = [.. Enumerable.Range(0, 9).Select(index => Sha384Digest.Of([(byte)index]).ToString())];

    private static string Plain => $"\"HashAlgorithm\": \"Sha384 {{ ... }}\", \"PCR0\": \"{Pcrs[0]}\", \"PCR1\": \"{Pcrs[1]}\", \"PCR2\": \"{Pcrs[2]}\"";

    [Fact]
    public void What_nitro_cli_prints_is_taken_as_it_is()
    {
        string[] forms =
        [
            $"{{ {Plain} }}",
            $"{{ \"Measurements\": {{ {Plain} }} }}",
            $$"""
            { "EifVersion": 4, "Measurements": { {{Plain}} }, "IsSigned": false, "CheckCRC": true, "ImageName": "x", "ImageVersion": "1.0",
              "Metadata": { "BuildMetadata": { "BuildTime": "t" }, "DockerInfo": { "a": [ { "b": { "c": [ { "d": [1, 2.5, null] } ] } } ] } } }
            """,
            $$"""[ { "EnclaveName": "x", "EnclaveID": "i-1-enc1", "ProcessID": 1, "CPUIDs": [1, 3], "State": "RUNNING", "Flags": "NONE", {{Plain}} } ]""",
            $$"""[ { "EnclaveName": "x", "EnclaveID": "i-1-enc1", "CPUIDs": [1, 3], "State": "RUNNING", "Flags": "NONE", "Measurements": { {{Plain}} } } ]""",
            $$"""{ "EnclaveID": "i-1-enc1", "Flags": "NONE", "Measurements": { {{Plain}} } }""",
            $$"""{ "EnclaveID": "i-1-enc1", "Flags": "NONE", {{Plain}} }""",
            $$"""[ { "Flags": "NONE", {{Plain}} }, { "Flags": "NONE", {{Plain}} } ]""",
        ];
        Assert.All(forms, form => Assert.Equal([0, 1, 2], Release($"\"measurements\": {form}").Measurements.Keys));
        var signed = Release($"\"measurements\": {{ \"Measurements\": {{ {Plain}, \"PCR8\": \"{Pcrs[8]}\" }}, \"IsSigned\": true, \"SignatureCheck\": true }}");
        Assert.Equal(Pcrs[8], signed.Measurements[8].ToString());
    }

    [Theory]
    [InlineData("[]", "no enclave")]
    [InlineData("[ { \"Flags\": \"DEBUG_MODE\", PLAIN } ]", "debug mode")]
    [InlineData("{ \"EnclaveID\": \"x\", \"Flags\": \"DEBUG_MODE\", PLAIN }", "debug mode")]
    [InlineData("{ \"EnclaveID\": \"x\", \"Flags\": \"DEBUG_MODE\", \"Measurements\": { PLAIN } }", "debug mode")]
    [InlineData("[ { \"Flags\": \"DEBUG_MODE\", \"Measurements\": { PLAIN } } ]", "debug mode")]
    [InlineData("[ { \"Flags\": \"NONE\", PLAIN }, { \"Flags\": \"NONE\", OTHER } ]", "different measurements")]
    [InlineData("[ { \"Flags\": \"NONE\", PLAIN }, { \"Flags\": \"NONE\" } ]", "different measurements")]
    [InlineData("[ 1 ]", "enclave is no object")]
    [InlineData("{ \"Measurements\": { PLAIN }, \"CheckCRC\": false }", "CheckCRC false")]
    [InlineData("{ \"Measurements\": { PLAIN }, \"SignatureCheck\": false }", "SignatureCheck false")]
    [InlineData("{ PLAIN, \"pcr3\": \"00\" }", "no measurement")]
    [InlineData("{ PLAIN, \"PCR03\": \"00\" }", "no measurement")]
    [InlineData("{ \"HashAlgorithm\": \"Sha256 { ... }\" }", "not Sha384")]
    [InlineData("{ \"PCR0\": \"abcd\" }", "96 hexadecimal digits")]
    [InlineData("{ \"PCR0\": 1 }", "text is expected")]
    [InlineData("null", "no object")]
    public void What_is_wrong_with_them_is_named_with_its_line(string form, string part)
    {
        form = form.Replace("PLAIN", Plain, StringComparison.Ordinal).Replace("OTHER", Plain.Replace(Pcrs[1], Pcrs[3], StringComparison.Ordinal), StringComparison.Ordinal);
        var exception = Assert.Throws<PolicyException>(() => Release($"\"measurements\": {form}"));
        Assert.Contains(part, exception.Message, StringComparison.Ordinal);
        Assert.StartsWith("line 2: ", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1, exception.Message.Split("line 2").Length - 1);
    }

    [Theory]
    [InlineData("{ \"Measurements\": { } }")]
    [InlineData("[ { \"Flags\": \"NONE\" } ]")]
    [InlineData("{ \"EifVersion\": 4 }")]
    public void As_a_policy_they_are_refused_with_what_to_do(string json) =>
        Assert.Contains("policy new --measurements", Assert.Throws<PolicyException>(() => VerificationPolicy.Parse(Encoding.UTF8.GetBytes(json))).Message, StringComparison.Ordinal);

    [Fact]
    public void Role_instance_and_signer_are_computed()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var certificate = new CertificateRequest("CN=signer", key, HashAlgorithmName.SHA384).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(50));
        const string Arn = "arn:aws:iam::123456789012:role/enclave";
        const string Instance = "i-0123456789abcdef0";
        var pem = certificate.ExportCertificatePem().ReplaceLineEndings("\\n");
        var release = Release($"\"measurements\": {{ {Plain} }}, \"roleArn\": \"{Arn}\", \"instanceId\": \"{Instance}\", \"signingCertificate\": \"{pem}\"");
        Assert.Equal([0, 1, 2, 3, 4, 8], release.Measurements.Keys);
        Assert.Equal(Extended(Encoding.ASCII.GetBytes(Arn)), release.Measurements[3].ToArray());
        Assert.Equal(Extended(Encoding.ASCII.GetBytes(Instance)), release.Measurements[4].ToArray());
        Assert.Equal(Extended(SHA384.HashData(certificate.RawData)), release.Measurements[8].ToArray());

        // Stated and computed may agree, and may not differ.
        Assert.Equal(6, Release($"\"measurements\": {{ {Plain}, \"PCR3\": \"{release.Measurements[3]}\" }}, \"roleArn\": \"{Arn}\", \"instanceId\": \"{Instance}\", \"signingCertificate\": \"{pem}\"").Measurements.Count);
        var exception = Assert.Throws<PolicyException>(() => Release($"\"roleArn\": \"{Arn}\", \"measurements\": {{ {Plain}, \"PCR3\": \"{Pcrs[3]}\" }}"));
        Assert.Contains("PCR3", exception.Message, StringComparison.Ordinal);

        // A release for any image of a signer needs no measurements but the signer.
        Assert.Equal([8], Release($"\"signingCertificate\": \"{pem}\", \"anyImageBySignerUnsafe\": true").Measurements.Keys);
        Assert.Throws<PolicyException>(() => Release($"\"signingCertificate\": \"{pem}\""));

        static byte[] Extended(byte[] data) => SHA384.HashData([.. new byte[48], .. data]);
    }

    [Theory]
    [InlineData("\"roleArn\": \"enclave\"", "ARN")]
    [InlineData("\"roleArn\": \"arn:aws:iam::123456789012:instance-profile/x\"", "ARN")]
    [InlineData("\"roleArn\": \"arn:aws:iam::123456789012:role/x \"", "ARN")]
    [InlineData("\"roleArn\": 1", "text is expected")]
    [InlineData("\"instanceId\": \"i-0123456789ABCDEF0\"", "instance id")]
    [InlineData("\"instanceId\": \"i-1\"", "instance id")]
    [InlineData("\"signingCertificate\": \"AAAA\"", "DER")]
    [InlineData("\"signingCertificate\": \"-\"", "PEM text")]
    [InlineData("\"signingCertificate\": \"-----BEGIN X-----\\nAAAA\\n-----END X-----\"", "CERTIFICATE")]
    public void What_cannot_be_computed_is_refused(string member, string part)
    {
        var exception = Assert.Throws<PolicyException>(() => Release($"\"measurements\": {{ {Plain} }}, {member}"));
        Assert.Contains(part, exception.Message, StringComparison.Ordinal);
        Assert.StartsWith("line 2: ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_simulated_NSM_shows_the_same_role_and_instance()
    {
        // The simulator follows the NSM; the two must not be wrong alike, so the third way is the formula above.
        Assert.Equal(ComputedPcr.OfParentInstance("i-0123456789abcdef0"), Sha384Digest.FromBytes(SHA384.HashData([.. new byte[48], .. "i-0123456789abcdef0"u8])));
        Assert.Throws<ArgumentNullException>(() => ComputedPcr.OfParentRole(null!));
        Assert.Throws<ArgumentNullException>(() => ComputedPcr.OfParentInstance(null!));
        Assert.Throws<PolicyException>(() => ComputedPcr.OfSigningCertificate([]));
        Assert.Throws<PolicyException>(() => ComputedPcr.OfSigningCertificate(new byte[ComputedPcr.MaximumLength + 1]));
    }

    private static Release Release(string members) => VerificationPolicy.Parse(Encoding.UTF8.GetBytes(
        "{ \"version\": 1, \"releases\": [ { \"name\": \"x\",\n" + members.ReplaceLineEndings(" ") + "} ] }")).Settings.Releases[0];
}

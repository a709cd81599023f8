using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Nitro.Nsm.Simulator;
using Nitro.Verifier.Tests.Support;

namespace Nitro.Verifier.Cli.Tests;

/// <summary><c>nitro-verify policy</c> and signed policies, as users meet them; and revocation lists on the command line.</summary>
public sealed class PolicyCommandTests : IDisposable
{
    private const int Done = 0, Refused = 1, Usage = 2;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nitro-policy-");
    private readonly TestEnclave _enclave = new();

    public PolicyCommandTests()
    {
        Write("root.pem", PemEncoding.WriteString("CERTIFICATE", TestEnclave.Anchor.Der.Span));
        Write("build.json", $"{{ \"Measurements\": {{ \"HashAlgorithm\": \"Sha384 {{ ... }}\", \"PCR0\": \"{TestEnclave.Pcrs[0]}\", \"PCR1\": \"{TestEnclave.Pcrs[1]}\", \"PCR2\": \"{TestEnclave.Pcrs[2]}\" }} }}");
        File.WriteAllBytes(In("answer.json"), _enclave.SessionEvidence().ToJson());
    }

    public void Dispose()
    {
        _enclave.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void A_new_policy_from_what_nitro_cli_printed_verifies_the_enclave_that_was_built()
    {
        var (code, output, error) = NewPolicy("-o", In("policy.json"));
        Assert.Equal((Done, "", ""), (code, output, error));
        Assert.Equal(Done, Run("evidence", In("answer.json"), "--policy", In("policy.json")).Code);
        Assert.DoesNotContain("HashAlgorithm", File.ReadAllText(In("policy.json")), StringComparison.Ordinal);

        (code, output, _) = Run("policy", "check", In("policy.json"));
        Assert.Equal(Done, code);
        Assert.Contains("a usable policy, for documents and evidence", output, StringComparison.Ordinal);
        Assert.Contains("NOT AWS", output, StringComparison.Ordinal);

        (code, output, _) = Run("policy", "show", In("policy.json"));
        Assert.Equal(Done, code);
        foreach (var part in (string[])["digits 1.0", TestEnclave.Pcrs[1].ToString(), TestEnclave.Model.ToString(), "2030-01-01", "300 s", "required for no level"])
        {
            Assert.Contains(part, output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Role_instance_and_signer_go_into_it()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var certificate = new CertificateRequest("CN=signer", key, HashAlgorithmName.SHA384).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(50));
        Write("signer.pem", certificate.ExportCertificatePem());
        File.WriteAllBytes(In("signer.der"), certificate.RawData);
        foreach (var file in (string[])["signer.pem", "signer.der"])
        {
            var (code, output, _) = NewPolicy("--role-arn", "arn:aws:iam::123456789012:role/enclave", "--instance-id", "i-0123456789abcdef0", "--signing-certificate", In(file));
            Assert.Equal(Done, code);
            Write("policy.json", output);
            var shown = Run("policy", "show", In("policy.json")).Output;
            Assert.Contains("  PCR3 ", shown, StringComparison.Ordinal);
            Assert.Contains("  PCR4 ", shown, StringComparison.Ordinal);
            Assert.Contains(ComputedPcr.OfSigningCertificate(certificate.RawData).ToString(), shown, StringComparison.Ordinal);
        }

        var bySigner = Run("policy", "new", "--signing-certificate", In("signer.der"), "--any-image-by-signer-unsafe", "--trust-anchor", "aws-us-gov");
        Assert.Equal(Done, bySigner.Code);
        Write("policy.json", bySigner.Output);
        var check = Run("policy", "check", In("policy.json")).Output;
        Assert.Contains("anyImageBySignerUnsafe", check, StringComparison.Ordinal);
        Assert.Contains("AWS publishes no fingerprint", check, StringComparison.Ordinal);
        Assert.Contains("documents alone", check, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--measurements FILE is missing")]
    [InlineData("--measurements FILE is missing", "--name", "x", "--signing-certificate", "root.pem")]
    [InlineData("goes with --signing-certificate FILE", "--any-image-by-signer-unsafe")]
    [InlineData("there is no file", "--measurements", "absent")]
    [InlineData("is not what nitro-cli prints: no JSON at line 1, byte 2", "--measurements", "root.pem")]
    [InlineData("DEBUG_MODE", "--measurements", "debug.json")]
    [InlineData("instance id", "--measurements", "build.json", "--instance-id", "x")]
    [InlineData("neither aws nor", "--measurements", "build.json", "--trust-anchor", "x")]
    [InlineData("not a CERTIFICATE", "--measurements", "build.json", "--signing-certificate", "key.pem")]
    public void What_makes_no_policy_is_told_in_one_line(string part, params string[] options)
    {
        Write("debug.json", "[ { \"EnclaveID\": \"x\", \"Flags\": \"DEBUG_MODE\" } ]");
        using var key = ECDsa.Create();
        Write("key.pem", key.ExportECPrivateKeyPem());
        var (code, output, error) = Run(["policy", "new", .. options.Select(option => File.Exists(In(option)) ? In(option) : option)]);
        Assert.Equal((Usage, ""), (code, output));
        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData(256)]
    [InlineData(384)]
    public void A_signed_policy_is_used_under_its_key_and_never_goes_back(int bits)
    {
        using var key = ECDsa.Create(bits == 256 ? ECCurve.NamedCurves.nistP256 : ECCurve.NamedCurves.nistP384);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Write("key.pem", key.ExportPkcs8PrivateKeyPem());
        Write("pub.pem", key.ExportSubjectPublicKeyInfoPem());
        File.WriteAllBytes(In("pub.der"), key.ExportSubjectPublicKeyInfo());
        Write("other.pem", other.ExportSubjectPublicKeyInfoPem());
        NewPolicy("-o", In("policy.json"));
        var (code, output, error) = Run("policy", "sign", In("policy.json"), "--key", In("key.pem"), "--version", "7", "-o", In("policy.cose"));
        Assert.Equal((Done, ""), (code, error));
        Assert.Contains("version 7", output, StringComparison.Ordinal);

        foreach (var pinned in (string[])["pub.pem", "pub.der"])
        {
            Assert.Equal(Done, Run("evidence", In("answer.json"), "--policy", In("policy.cose"), "--policy-key", In(pinned), "--policy-version-at-least", "7").Code);
        }

        Refuse("policy version", "--policy-key", In("pub.pem"), "--policy-version-at-least", "8");
        Refuse(bits == 256 ? "protected header" : "signature", "--policy-key", In("other.pem"));
        Refuse("--policy-key");
        Refuse("PUBLIC KEY is wanted", "--policy-key", In("root.pem"));
        Refuse("--policy-key", "--policy-key", In("build.json"));
        Assert.Contains("version 7", Run("policy", "check", In("policy.cose"), "--policy-key", In("pub.pem")).Output, StringComparison.Ordinal);
        Assert.Equal(Usage, Run("policy", "sign", In("build.json"), "--key", In("key.pem"), "--version", "1", "-o", In("x")).Code);
        Assert.Equal(Usage, Run("policy", "sign", In("policy.json"), "--key", In("pub.pem"), "--version", "1", "-o", In("x")).Code);
        Assert.False(File.Exists(In("x")));

        // An unsigned policy does not pass for a signed one.
        Assert.Equal(Usage, Run("evidence", In("answer.json"), "--policy", In("policy.json"), "--policy-key", In("pub.pem")).Code);

        void Refuse(string part, params string[] options)
        {
            var (refused, _, message) = Run(["evidence", In("answer.json"), "--policy", In("policy.cose"), .. options]);
            Assert.Equal(Usage, refused);
            Assert.Contains(part, message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Revocation_lists_come_from_files_and_folders_and_times_from_options()
    {
        NewPolicy("-o", In("policy.json"));
        var root = TestEnclave.Pki.Root;
        Assert.True(Nitro.Attestation.Documents.UnverifiedDocument.TryParse(_enclave.SessionEvidence().Document.Span, out var document, out _));
        var serial = X509CertificateLoader.LoadCertificate(document!.Cabundle[1].Span).SerialNumberBytes;
        var clean = root.Sign(root.NewRevocationList(TestEnclave.Start.AddHours(-1), TestEnclave.Start.AddHours(1)));
        var revoking = root.Sign(root.NewRevocationList(TestEnclave.Start.AddHours(2), TestEnclave.Start.AddHours(9), new RevokedEntry(serial, TestEnclave.Start.AddHours(1), 1)));
        Directory.CreateDirectory(In("lists"));
        File.WriteAllBytes(In("lists/clean.crl"), clean);
        Write("revoking.pem", PemEncoding.WriteString("X509 CRL", revoking));
        Assert.Equal(Done, Verify("--crl", In("lists")).Code);
        var (code, output, _) = Verify("--crl", In("lists"), "--crl", In("revoking.pem"));
        Assert.Equal(Refused, code);
        Assert.Contains("certificate revocation", output, StringComparison.Ordinal);
        Assert.Equal(Done, Verify("--crl", In("revoking.pem"), "--witnessed", "2026-03-01T12:59:59Z").Code);
        Assert.Equal(Refused, Verify("--crl", In("revoking.pem"), "--witnessed", "2026-03-01T13:00:00Z").Code);
        Assert.Equal(Done, Verify("--crl", In("lists"), "--crl", In("revoking.pem"), "--crl-time", "2026-03-01T12:00:00Z").Code);
        Assert.Equal(Refused, Verify("--crl", In("lists"), "--crl-time", "2026-03-01T13:00:01Z").Code);

        foreach (var (options, part) in new[]
        {
            (new[] { "--crl", In("root.pem") }, "X509 CRL"),
            (["--crl", In("absent")], "there is no file"),
            (["--crl-time", "yesterday"], "--crl-time"),
            (["--witnessed", "2026-03-01"], "--witnessed"),
            (["--live", "--any-nonce-unsafe", "--witnessed", "2026-03-01T12:00:00Z"], "saved evidence"),
        })
        {
            var (usage, _, error) = Verify(options);
            Assert.Equal(Usage, usage);
            Assert.Contains(part, error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("expected an EC private key on P-256 or P-384", "sign", "p.json", "--key", "pub.pem", "--version", "1", "-o", "x")]
    [InlineData("expected an EC private key on P-256 or P-384", "sign", "p.json", "--key", "p521.pem", "--version", "1", "-o", "x")]
    [InlineData("expected an EC private key on P-256 or P-384", "sign", "p.json", "--key", "k1.pem", "--version", "1", "-o", "x")]
    [InlineData("expected an EC private key on P-256 or P-384", "sign", "p.json", "--key", "explicit.pem", "--version", "1", "-o", "x")]
    [InlineData("is a folder", "sign", "p.json", "--key", ".", "--version", "1", "-o", "x")]
    [InlineData("--version: \"-1\" is no whole number from 0", "sign", "p.json", "--key", "pub.pem", "--version", "-1", "-o", "x")]
    [InlineData("no SubjectPublicKeyInfo", "check", "p.json", "--policy-key", "p.json")]
    [InlineData("it is not signed", "check", "p.json", "--policy-key", "pub.pem")]
    [InlineData("--policy-version-at-least goes with --policy-key", "check", "p.json", "--policy-version-at-least", "7")]
    [InlineData("no SubjectPublicKeyInfo", "check", "p.json", "--policy-key", "pub521.pem")]
    [InlineData("is a folder", "check", ".")]
    [InlineData("is no file's name", "check", "")]
    [InlineData("is no file's name", "check", "a\0b")]
    [InlineData("\"absent/root.pem\" cannot be read: there is no file", "check", "anchored.json")]
    public void What_goes_wrong_with_a_file_is_told_in_our_words(string part, params string[] arguments)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var large = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        using var koblitz = ECDsa.Create(ECCurve.CreateFromValue("1.3.132.0.10"));
        Write("pub.pem", key.ExportSubjectPublicKeyInfoPem());
        Write("p521.pem", large.ExportPkcs8PrivateKeyPem());
        Write("pub521.pem", large.ExportSubjectPublicKeyInfoPem());
        Write("k1.pem", koblitz.ExportPkcs8PrivateKeyPem());
        using (var stated = ECDsa.Create(key.ExportExplicitParameters(includePrivateParameters: true)))
        {
            Write("explicit.pem", stated.ExportPkcs8PrivateKeyPem());
        }

        Write("p.json", """{ "version": 1, "anyMeasurementsUnsafe": true }""");
        Write("anchored.json", """{ "version": 1, "anyMeasurementsUnsafe": true, "trustAnchors": [{ "name": "x", "certificate": "absent/root.pem" }] }""");
        var (code, output, error) = Run(["policy", .. arguments.Select(one => one == "." || File.Exists(In(one)) ? In(one) : one)]);
        Assert.Equal((Usage, ""), (code, output));
        Assert.Contains(part, error, StringComparison.Ordinal);
        foreach (var foreign in (string[])["(Parameter", "LineNumber", "Could not find", "Access to the path", "System.", "error:", "   at "])
        {
            Assert.DoesNotContain(foreign, error, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(In("x")));
    }

    [Fact]
    public void Whatever_a_file_says_its_message_is_one_short_line()
    {
        var hostile = string.Concat(Enumerable.Repeat("\u001b]0;owned\u0007\r\nline\u009b31m\u202e\u2028\u2029", 5_000));
        var text = System.Text.Json.JsonSerializer.Serialize(hostile);
        Write("root", $"{{ \"version\": 1, \"trustAnchors\": [{{ \"name\": \"x\", \"certificate\": {text} }}] }}");
        Write("member", $"{{ \"version\": 1, {text}: 1 }}");
        Write("pem", $"-----BEGIN {new string('a', 500_000)}-----\nAAAA\n-----END {new string('a', 500_000)}-----");
        Write("measurements", $"{{ {text}: 1 }}");
        Write("envelope", $"{{ {text}: {{ \"document\": \"AAAA\", \"attestation\": \"BBBB\" }} }}");
        Write("surrogate", $"{{ {text}: {{ \"document\": \"\\ud800\" }} }}");
        Write("good", "{ \"version\": 1, \"anyMeasurementsUnsafe\": true }");
        foreach (var arguments in (string[][])[
            ["policy", "check", In("root")], ["policy", "show", In("member")], ["policy", "check", In("pem")],
            ["policy", "check", In("good"), "--policy-key", In("pem")], ["policy", "new", "--measurements", In("measurements")],
            ["policy", "new", "--measurements", In("build.json"), "--signing-certificate", In("pem")], ["policy", "new", "--trust-anchor", $"x={In("pem")}", "--measurements", In("build.json")],
            ["policy", "new", "--name", hostile, "--measurements", In("build.json")], ["policy", "new", "--role-arn", hostile, "--measurements", In("build.json")],
            ["policy", hostile], ["evidence", In("answer.json"), "--policy", In("good"), "--crl", In("pem")],
            ["document", In("envelope"), "--policy", In("good")], ["document", In("surrogate"), "--policy", In("good")]])
        {
            var (code, output, error) = Run(arguments);
            Assert.Equal(Usage, code);
            Assert.All((output + error).Split('\n'), line =>
            {
                Assert.True(line.Length <= 6_000, $"{line.Length} characters: {line[..Math.Min(line.Length, 200)]}");
                Assert.DoesNotContain("(Parameter", line, StringComparison.Ordinal);
                Assert.DoesNotContain(line, character => char.IsControl(character) || character is '\u202e' or '\u2028' or '\u2029');
            });
        }
    }

    private (int Code, string Output, string Error) Verify(params string[] options) => Run(["evidence", In("answer.json"), "--policy", In("policy.json"), .. options]);

    private (int Code, string Output, string Error) NewPolicy(params string[] options) => Run(
        ["policy", "new", "--name", "digits 1.0", "--measurements", In("build.json"), "--trust-anchor", $"simulated={In("root.pem")}", "--model", TestEnclave.Model.ToString(),
            "--configuration", TestEnclave.Configuration.Digest.ToString(), "--not-after", "2030-01-01T00:00:00Z", .. options]);

    private string In(string name) => Path.Combine(_folder.FullName, name);

    private void Write(string name, string text) => File.WriteAllText(In(name), text);

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = CommandLine.Build(TimeProvider.System).Run(arguments, output, error, new MemoryStream(Encoding.UTF8.GetBytes("")));
        return (code, output.ToString(), error.ToString());
    }
}

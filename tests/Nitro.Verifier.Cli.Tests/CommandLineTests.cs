using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Nitro.Attestation;
using Nitro.Testing;
using Nitro.Verifier.Tests.Support;

namespace Nitro.Verifier.Cli.Tests;

/// <summary>The command as users meet it: what it prints, where, and its exit codes.</summary>
public sealed class CommandLineTests : IDisposable
{
    private const int Done = 0, Refused = 1, Usage = 2, Fault = 3;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nitro-verify-");
    private readonly TestEnclave _enclave = new();

    public CommandLineTests()
    {
        Write("root.pem", Encoding.ASCII.GetBytes(PemEncoding.WriteString("CERTIFICATE", TestEnclave.Anchor.Der.Span)));
        Write("policy.json", Encoding.UTF8.GetBytes(Policy(TestEnclave.Model)));
        Write("answer.json", _enclave.SessionEvidence().ToJson());
        Write("document.bin", _enclave.Attest("data"u8.ToArray(), "nonce"u8.ToArray()));
    }

    private string Document => In("document.bin");

    private string PolicyFile => In("policy.json");

    public void Dispose()
    {
        _enclave.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Evidence_that_is_verified_says_by_whom_it_is_signed_and_that_it_is_not_aws()
    {
        var (code, output, error) = Run("evidence", In("answer.json"), "--policy", PolicyFile);
        Assert.Equal((Done, ""), (code, error));
        Assert.Contains("VERIFIED   signed by the session key, release \"test image\"", output, StringComparison.Ordinal);
        Assert.Contains("NOT AWS", output, StringComparison.Ordinal);
        Assert.Contains("waived", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output);
    }

    [Fact]
    public void Everything_stated_leaves_nothing_waived()
    {
        var (code, output, _) = Run("evidence", In("answer.json"), "--policy", PolicyFile, "--model", "digits:1", "--nonce", "text:the caller's nonce", "--kind", "session", "--verbose");
        Assert.Equal(Done, code);
        Assert.DoesNotContain("waived", output, StringComparison.Ordinal);
        Assert.Contains("719", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evidence", "--model", "digits:2", "model in manifest")]
    [InlineData("evidence", "--nonce", "00", "claim nonce")]
    [InlineData("evidence", "--kind", "direct", "evidence kind")]
    [InlineData("document", "--nonce", "text:another", "expected nonce")]
    [InlineData("document", "--user-data", "base64:AAAA", "expected user data")]
    [InlineData("document", "--public-key", "00", "expected public key")]
    public void What_does_not_hold_is_refused_with_exit_code_1(string command, string option, string value, string check)
    {
        var (code, output, _) = Run(command, command == "evidence" ? In("answer.json") : Document, "--policy", PolicyFile, option, value);
        Assert.Equal(Refused, code);
        Assert.Contains("REFUSED    by check", output, StringComparison.Ordinal);
        Assert.Contains(check, output, StringComparison.Ordinal);
    }

    [Fact]
    public void Documents_are_read_raw_hexadecimal_base64_base64url_wrapped_and_from_standard_input()
    {
        var raw = File.ReadAllBytes(Document);
        var base64 = Convert.ToBase64String(raw, Base64FormattingOptions.InsertLineBreaks);
        Write("a.hex", Encoding.ASCII.GetBytes(Convert.ToHexString(raw)));
        Write("b.b64", Encoding.ASCII.GetBytes(base64));
        Write("c.url", Encoding.ASCII.GetBytes(Convert.ToBase64String(raw).TrimEnd('=').Replace('+', '-').Replace('/', '_')));
        Write("d.pem", Encoding.ASCII.GetBytes($"-----BEGIN ATTESTATION-----\n{base64}\n-----END ATTESTATION-----\n"));
        foreach (var name in new[] { "document.bin", "a.hex", "b.b64", "c.url", "d.pem" })
        {
            Assert.Equal(Done, Run("document", In(name), "--policy", PolicyFile).Code);
        }

        Assert.Equal(Done, Run(raw, "document", "-", "--policy", PolicyFile).Code);
    }

    [Fact]
    public void A_document_is_found_in_JSON_and_in_hexadecimal_with_colons_or_a_prefix()
    {
        var raw = File.ReadAllBytes(Document);
        var base64 = Convert.ToBase64String(raw);
        string[] good =
        [
            $"{{ \"attestation_doc\": \"{base64}\" }}",
            $" [ {{ \"a\": [ {{ \"Attestation-Document\": \"{Convert.ToHexString(raw)}\" }} ], \"other\": 1 }} ]",
            $"{{ \"document\": \"{base64}\", \"copy\": {{ \"document\": \"{base64}\" }} }}",
            "0x" + Convert.ToHexString(raw),
            string.Join(':', raw.Select(one => one.ToString("x2", null))),
        ];
        Assert.All(good, text => Assert.Equal(Done, Run(Encoding.UTF8.GetBytes(text), "document", "-", "--policy", PolicyFile).Code));
        foreach (var (text, part) in new[]
        {
            ("{ \"documents\": \"AAAA\" }", "without an attestation document"),
            ("{ \"document\": 1 }", "without an attestation document"),
            ("{ \"document\": \"AAAA\", \"attestation\": \"BBBB\" }", "several texts"),
            ("{ \"document\": ", "begins like JSON: no JSON at line 1, byte 15"),
            ("{ \"document\": \"\\ud800\" }", "not Unicode"),
            ("{ \"document\": \"no base64!\" }", "neither raw bytes"),
        })
        {
            var (code, output, _) = Run(Encoding.UTF8.GetBytes(text), "document", "-", "--policy", PolicyFile);
            Assert.Equal(Usage, code);
            Assert.Contains(part, output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Several_files_end_with_a_summary_and_the_worst_exit_code()
    {
        Directory.CreateDirectory(In("many"));
        Write("many/a.json", _enclave.SessionEvidence().ToJson());
        Write("many/b.json", (_enclave.SessionEvidence() with { InputSalt = TestEnclave.Salt(9) }).ToJson());
        var (code, output, _) = Run("evidence", In("many"), "--policy", PolicyFile);
        Assert.Equal(Refused, code);
        Assert.EndsWith($"2 files: 1 verified, 1 refused, 0 unreadable\n  refused by 719  {In("many/b.json")}\n", output, StringComparison.Ordinal);
        Write("many/c.json", "{}"u8.ToArray());
        (code, output, _) = Run("evidence", In("many"), "--policy", PolicyFile);
        Assert.Equal(Usage, code);
        Assert.EndsWith($"  unreadable      {In("many/c.json")}\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_is_one_object_a_file_with_every_check()
    {
        var (code, output, _) = Run("evidence", In("answer.json"), In("answer.json"), "--policy", PolicyFile, "--json");
        Assert.Equal(Done, code);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        using var json = JsonDocument.Parse(lines[0]);
        Assert.Equal("verified", json.RootElement.GetProperty("verdict").GetString());
        Assert.False(json.RootElement.GetProperty("isAws").GetBoolean());
        Assert.Equal(Enum.GetValues<Check>().Length, json.RootElement.GetProperty("checks").GetArrayLength());
    }

    [Fact]
    public void The_members_of_the_JSON_are_those_of_the_documentation()
    {
        Write("broken.json", "{}"u8.ToArray());
        var lines = (Run("evidence", In("answer.json"), In("broken.json"), "--policy", PolicyFile, "--json").Output
            + Run("evidence", In("answer.json"), "--policy", PolicyFile, "--json", "--nonce", "00").Output
            + Run("document", In("answer.json"), "--policy", PolicyFile, "--json").Output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var written = lines.SelectMany(line => JsonDocument.Parse(line).RootElement.EnumerateObject().Select(member => member.Name)).Distinct().Order(StringComparer.Ordinal);
        var documented = File.ReadAllLines(RepositoryRoot.Combine("docs", "cli-json.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => line.Split('|')[1].Split(',').Select(name => name.Trim(' ', '`'))).Order(StringComparer.Ordinal);
        Assert.Equal(documented, written);
    }

    [Fact]
    public void Quiet_prints_nothing()
    {
        Assert.Equal((Done, "", ""), Run("evidence", In("answer.json"), "--policy", PolicyFile, "--quiet"));
        Assert.Equal((Refused, "", ""), Run("evidence", In("answer.json"), "--policy", PolicyFile, "--quiet", "--nonce", "00"));
        Assert.Equal((Done, "", ""), Run("evidence", In("answer.json"), "--policy", PolicyFile, "--quiet", "--json"));
    }

    [Fact]
    public void The_document_of_an_evidence_file_alone_is_said_to_be_alone()
    {
        Write("changed.json", (_enclave.SessionEvidence() with { InputSalt = TestEnclave.Salt(9) }).ToJson());
        var (code, output, _) = Run("document", In("changed.json"), "--policy", PolicyFile);
        Assert.Equal(Done, code);
        Assert.Contains("of the document alone: receipt, input and output of this evidence file were not looked at", output, StringComparison.Ordinal);
        Assert.DoesNotContain("document alone", Run("document", Document, "--policy", PolicyFile).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Standard_input_is_read_once()
    {
        var answer = File.ReadAllBytes(In("answer.json"));
        foreach (var arguments in (string[][])[["evidence", "-", "-", "--policy", PolicyFile], ["evidence", "-", "--policy", PolicyFile, "--crl", "-"], ["inspect", "-", "-"]])
        {
            var (code, output, error) = Run(answer, arguments);
            Assert.Equal(Usage, code);
            Assert.Contains(arguments.Contains("--crl") ? "--crl standard input" : "standard input is named twice", output + error, StringComparison.Ordinal);
        }

        var policy = """{ "version": 1, "anyMeasurementsUnsafe": true, "anyModelUnsafe": true, "anyConfigurationUnsafe": true }"""u8.ToArray();
        Assert.Contains("named twice", Run(policy, "evidence", "-", "--policy", "-").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mistyped_option_is_no_file()
    {
        foreach (var (wrong, arguments) in ((string, string[])[])
        [
            ("--modle", ["evidence", In("answer.json"), "--policy", PolicyFile, "--modle", "digits:2"]),
            ("--polcy", ["evidence", In("answer.json"), "--polcy", PolicyFile]),
            ("-j", ["document", Document, "-j", "--policy", PolicyFile]),
            ("--json", ["inspect", Document, "--json"]),
        ])
        {
            var (code, output, error) = Run(arguments);
            Assert.Equal((Usage, ""), (code, output));
            Assert.Equal($"nitro-verify: there is no option {wrong} (a file of that name is ./{wrong})\nTry: nitro-verify --help\n", error);
        }

        // Behind "--" everything is a file.
        Assert.Contains("there is no file --modle", Run("evidence", "--policy", PolicyFile, "--", "--modle").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Live_wants_a_nonce_and_takes_the_time_that_it_is_given()
    {
        var (code, _, error) = Run("evidence", In("answer.json"), "--policy", PolicyFile, "--live");
        Assert.Equal(Usage, code);
        Assert.Contains("--live asks for --nonce", error, StringComparison.Ordinal);
        string[] live = ["evidence", In("answer.json"), "--policy", PolicyFile, "--live", "--nonce", "text:the caller's nonce"];
        Assert.Equal(Done, Run([.. live, "--at", "2026-03-01T12:10:00Z"]).Code);
        Assert.Equal(Refused, Run([.. live, "--at", "2026-03-01T14:10:00Z"]).Code);
        Assert.Equal(Refused, Run(live).Code);
    }

    [Theory]
    [InlineData("there is no file", "evidence", "none.json", "--policy", "POLICY")]
    [InlineData("there is no file", "evidence", "ANSWER", "--policy", "none.json")]
    [InlineData("'--policy' is required", "evidence", "ANSWER")]
    [InlineData("is not hexadecimal", "evidence", "ANSWER", "--policy", "POLICY", "--nonce", "xyz")]
    [InlineData("is not base64", "evidence", "ANSWER", "--policy", "POLICY", "--nonce", "base64:?")]
    [InlineData("is not NAME:VERSION", "evidence", "ANSWER", "--policy", "POLICY", "--model", "digits")]
    [InlineData("96 hexadecimal digits", "evidence", "ANSWER", "--policy", "POLICY", "--model-digest", "aa")]
    [InlineData("state one of --model", "evidence", "ANSWER", "--policy", "POLICY", "--model", "a:1", "--model-digest", "aa")]
    [InlineData("state one of --nonce", "evidence", "ANSWER", "--policy", "POLICY", "--nonce", "00", "--no-nonce")]
    [InlineData("--at goes with --live", "evidence", "ANSWER", "--policy", "POLICY", "--at", "2026-03-01T12:10:00Z")]
    [InlineData("is not a moment", "evidence", "ANSWER", "--policy", "POLICY", "--live", "--nonce", "00", "--at", "noon")]
    [InlineData("line 1: not JSON", "evidence", "ANSWER", "--policy", "ROOT")]
    [InlineData("holds no *.json", "evidence", "EMPTY", "--policy", "POLICY")]
    [InlineData("nitro-verify: there is no command docment; the commands are document, evidence, inspect, policy\nTry: nitro-verify --help\n", "docment", "x", "--policy", "y")]
    [InlineData("nitro-verify: there is no command sgn of policy; the commands are new, check, show, sign\nTry: nitro-verify --help\n", "policy", "sgn", "x")]
    [InlineData("nitro-verify: a command comes first; the commands are document, evidence, inspect, policy\nTry: nitro-verify --help\n")]
    [InlineData("nitro-verify: a command comes first; the commands are document, evidence, inspect, policy\nTry: nitro-verify --help\n", "--jsn")]
    public void Wrong_usage_is_told_in_one_line_with_exit_code_2(string message, params string[] arguments)
    {
        Directory.CreateDirectory(In("empty"));
        var (code, output, error) = Run([.. arguments.Select(one => one switch { "ANSWER" => In("answer.json"), "POLICY" => PolicyFile, "ROOT" => In("root.pem"), "EMPTY" => In("empty"), _ => one })]);
        Assert.Equal(Usage, code);
        Assert.Contains(message, output + error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output + error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_that_says_nothing_of_models_is_usage_for_evidence()
    {
        Write("open.json", "{\"version\": 1, \"anyMeasurementsUnsafe\": true}"u8.ToArray());
        var (code, _, error) = Run("evidence", In("answer.json"), "--policy", In("open.json"));
        Assert.Equal(Usage, code);
        Assert.Contains("must state models", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_may_not_be_read_is_the_environments_fault()
    {
        if (Environment.IsPrivilegedProcess)
        {
            Assert.Skip("root may read everything");
        }

        File.SetUnixFileMode(In("answer.json"), UnixFileMode.None);
        var (code, _, error) = Run("evidence", In("answer.json"), "--policy", PolicyFile);
        Assert.Equal((Fault, $"nitro-verify: {In("answer.json")} may not be read by this user\n"), (code, error));
        Directory.CreateDirectory(In("closed"), UnixFileMode.None);
        (code, _, error) = Run("evidence", In("closed"), "--policy", PolicyFile);
        Directory.Delete(In("closed"));
        Assert.Equal((Fault, $"nitro-verify: the folder {In("closed")} may not be read by this user\n"), (code, error));
    }

    [Fact]
    public void Inspect_shows_everything_and_calls_it_unverified()
    {
        foreach (var (file, words) in new[]
        {
            ("answer.json", new[] { "claim.model", "session.models", "digits 1", "PCR16", "cabundle[0]", "input  UNVERIFIED" }),
            ("document.bin", ["module_id", "PCR0", "6e6f6e6365"]),
        })
        {
            var (code, output, _) = Run("inspect", In(file));
            Assert.Equal(Done, code);
            Assert.Contains("UNVERIFIED", output.Split('\n')[0], StringComparison.Ordinal);
            Assert.All(words, word => Assert.Contains(word, output, StringComparison.Ordinal));
        }

        Write("receipt.bin", _enclave.Receipt());
        Assert.Contains("claim.sequence", Run("inspect", In("receipt.bin")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_shows_a_document_that_no_NSM_signed_and_why_no_verifier_takes_it()
    {
        // As QEMU's emulated NSM writes it: another algorithm, and a signature of zeros.
        var bytes = File.ReadAllBytes(Document);
        bytes[bytes.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x44, 0xa1, 0x01, 0x38, 0x22]) + 4] = 0x00;
        bytes.AsSpan(^96..).Clear();
        Write("emulated.bin", bytes);
        var (code, output, error) = Run("inspect", In("emulated.bin"));
        Assert.Equal((Done, ""), (code, error));
        Assert.Contains("NOT OF AN NSM        no verifier accepts it: ProtectedHeader: protected header: expected a1013822", output, StringComparison.Ordinal);
        Assert.Contains($"PCR0                 {TestEnclave.Pcrs[0]}", output, StringComparison.Ordinal);
        Assert.Contains("attestation document  UNVERIFIED", output, StringComparison.Ordinal);
        Assert.Equal(Refused, Run("document", In("emulated.bin"), "--policy", PolicyFile).Code);
        Assert.DoesNotContain("NOT OF AN NSM", Run("inspect", Document).Output, StringComparison.Ordinal);

        // What is wrong further in is still not shown.
        bytes[bytes.AsSpan().IndexOf("SHA384"u8)] = (byte)'T';
        Write("broken.bin", bytes);
        Assert.Contains("not readable", Run("inspect", In("broken.bin")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Escape_sequences_of_a_document_do_not_reach_the_terminal()
    {
        // Looked at before any signature, so that anybody can write one.
        var bytes = File.ReadAllBytes(Document);
        var at = bytes.AsSpan().IndexOf("SHA384"u8);
        "\u001b[2J!"u8.CopyTo(bytes.AsSpan(at));
        bytes[at + 5] = (byte)'\n';
        Write("escape.bin", bytes);
        foreach (var command in new[] { new[] { "document", In("escape.bin"), "--policy", PolicyFile }, ["inspect", In("escape.bin")] })
        {
            Assert.DoesNotContain('\u001b', Run(command).Output);
        }
    }

    [Fact]
    public void Every_genuine_document_is_shown_and_judged()
    {
        Write("aws.json", "{\"version\": 1, \"anyMeasurementsUnsafe\": true}"u8.ToArray());
        var (code, output, _) = Run("document", SharedFiles.Path("attestations"), "--policy", In("aws.json"), "--json");
        Assert.Equal(Refused, code);
        var verdicts = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(SharedFiles.Documents().Count(one => one.Expected == "valid"), verdicts.Count(one => one.GetProperty("verdict").GetString() == "verified"));
        Assert.All(SharedFiles.Documents(), document => Assert.NotEmpty(Run("inspect", SharedFiles.Path("attestations", document.File)).Output));
    }

    [Fact]
    public void Any_bytes_give_a_verdict_and_no_stack_trace()
    {
        var random = new Random(29);
        foreach (var size in new[] { 0, 1, 2, 100, 5_000, 20_000 })
        {
            var bytes = new byte[size];
            random.NextBytes(bytes);
            Write("noise", bytes);
            foreach (var command in new[] { "document", "evidence" })
            {
                var (code, output, error) = Run(command, In("noise"), "--policy", PolicyFile);
                Assert.InRange(code, Refused, Usage);
                Assert.DoesNotContain("   at ", output + error, StringComparison.Ordinal);
            }

            Assert.InRange(Run("inspect", In("noise")).Code, Done, Usage);
        }
    }

    private static string Policy(Sha384Digest model) => $$"""
        {
          "version": 1,
          "trustAnchors": [{ "name": "simulated", "certificate": "root.pem" }],
          "releases": [{ "name": "test image", "measurements": { "PCR0": "{{TestEnclave.Pcrs[0]}}", "PCR1": "{{TestEnclave.Pcrs[1]}}", "PCR2": "{{TestEnclave.Pcrs[2]}}" } }],
          "models": ["{{model}}"],
          "configurations": ["{{TestEnclave.Configuration.Digest}}"]
        }
        """;

    private string In(string name) => Path.Combine(_folder.FullName, name);

    private void Write(string name, byte[] content) => File.WriteAllBytes(In(name), content);

    private static (int Code, string Output, string Error) Run(params string[] arguments) => Run([], arguments);

    private static (int Code, string Output, string Error) Run(byte[] input, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = CommandLine.Build(TimeProvider.System).Run(arguments, output, error, new MemoryStream(input));
        return (code, output.ToString(), error.ToString());
    }
}

using System.Security.Cryptography;
using System.Text;
using Nitro.Nsm.Simulator;
using Nitro.Testing;
using Nitro.Verifier.Cli.Inspection;
using Nitro.Verifier.Tests.Support;

namespace Nitro.Verifier.Cli.Tests;

/// <summary>What inspection shows of certificates, lists and any CBOR, and that it survives everything.</summary>
public sealed class InspectionTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nitro-inspect-");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>RFC 8949 appendix A, in this notation: one item a line where there are several, floats with their width.</summary>
    [Theory]
    [InlineData("00", "0")]
    [InlineData("17", "23")]
    [InlineData("1818", "24")]
    [InlineData("1b000000e8d4a51000", "1000000000000")]
    [InlineData("1bffffffffffffffff", "18446744073709551615")]
    [InlineData("3bffffffffffffffff", "-18446744073709551616")]
    [InlineData("20", "-1")]
    [InlineData("3903e7", "-1000")]
    [InlineData("f90000", "0.0_1")]
    [InlineData("f98000", "-0.0_1")]
    [InlineData("fb3ff199999999999a", "1.1_3")]
    [InlineData("fa47c35000", "100000.0_2")]
    [InlineData("f97c00", "Infinity_1")]
    [InlineData("f97e00", "NaN_1")]
    [InlineData("faff800000", "-Infinity_2")]
    [InlineData("f4", "false")]
    [InlineData("f5", "true")]
    [InlineData("f6", "null")]
    [InlineData("f7", "undefined")]
    [InlineData("f0", "simple(16)")]
    [InlineData("f8ff", "simple(255)")]
    [InlineData("c11a514b67b0", "1(1363896240)")]
    [InlineData("d74401020304", "23(h'01020304')")]
    [InlineData("40", "h''")]
    [InlineData("60", "\"\"")]
    [InlineData("62225c", "\"\\\"\\\\\"")]
    [InlineData("62c3bc", "\"ü\"")]
    [InlineData("80", "[]")]
    [InlineData("83010203", "[\n  1,\n  2,\n  3\n]")]
    [InlineData("a0", "{}")]
    [InlineData("a201020304", "{\n  1: 2,\n  3: 4\n}")]
    [InlineData("5f42010243030405ff", "(_ h'0102', h'030405')")]
    [InlineData("7f657374726561646d696e67ff", "(_ \"strea\", \"ming\")")]
    [InlineData("9fff", "[_ ]")]
    [InlineData("bf61610161629f0203ffff", "{_ \n  \"a\": 1,\n  \"b\": [_ \n    2,\n    3\n  ]\n}")]
    [InlineData("1817", "23_0")]
    [InlineData("1b0000000000000001", "1_3")]
    [InlineData("43830102", null)]
    [InlineData("448301a0f5", "<<[\n    1,\n    {},\n    true\n  ]>>")]
    public void Diagnostic_notation_is_that_of_the_RFC(string hex, string? expected)
    {
        var (text, problem) = CborDiagnostics.Show(Convert.FromHexString(hex));
        if (expected is null)
        {
            Assert.Equal($"h'{hex[2..]}'", text);
            return;
        }

        Assert.Equal((expected, null), (text, problem));
    }

    [Theory]
    [InlineData("", "at byte 0")]
    [InlineData("1c", "begins no item")]
    [InlineData("ff", "a break")]
    [InlineData("8201", "the bytes end")]
    [InlineData("0000", "1 more bytes")]
    [InlineData("5b7fffffffffffffff", "a length of")]
    [InlineData("61ff", "not UTF-8")]
    [InlineData("5f6100ff", "another type")]
    [InlineData("f818", "simple value")]
    [InlineData("df00", "begins no item")]
    public void What_is_malformed_is_named_with_its_place(string hex, string part) =>
        Assert.Contains(part, CborDiagnostics.Show(Convert.FromHexString(hex)).Problem, StringComparison.Ordinal);

    [Fact]
    public void No_bytes_make_it_throw_hang_or_flood()
    {
        var random = new Random(5);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.Next(40)];
            random.NextBytes(bytes);
            Assert.True(CborDiagnostics.Show(bytes).Text.Length < 10_000);
            DerListing.Show(bytes);
        }

        Assert.Contains("nested deeper", CborDiagnostics.Show([.. Enumerable.Repeat((byte)0x81, 100_000)]).Problem, StringComparison.Ordinal);
        Assert.Contains("nested deeper", CborDiagnostics.Show([.. Enumerable.Repeat((byte)0xc1, 100_000)]).Problem, StringComparison.Ordinal);
        DerListing.Show(Enumerable.Repeat((byte)0x30, 100_000).ToArray());
    }

    [Fact]
    public void Certificates_and_lists_are_shown_from_DER_and_PEM_as_unverified()
    {
        var root = TestEnclave.Pki.Root;
        var list = root.Sign(root.NewRevocationList(TestEnclave.Start, TestEnclave.Start.AddDays(1), new RevokedEntry(new byte[] { 0x12, 0x34 }, TestEnclave.Start, 1, TestEnclave.Start.AddDays(-1))));
        Write("root.der", root.Der.ToArray());
        Write("list.crl", list);
        Write("both.pem", Encoding.ASCII.GetBytes(PemEncoding.WriteString("CERTIFICATE", root.Der.Span) + "\n" + PemEncoding.WriteString("X509 CRL", list)));
        foreach (var (file, parts) in new[]
        {
            ("root.der", new[] { "certificate 0  UNVERIFIED", "aws.nitro-enclaves", "issued by" }),
            ("list.crl", ["revocation list  UNVERIFIED", "1234  2026-03-01 12:00:00 UTC  KeyCompromise, invalid since 2026-02-28", "1 certificates"]),
            ("both.pem", ["certificate 0  UNVERIFIED", "revocation list  UNVERIFIED"]),
        })
        {
            var (code, output) = Run("inspect", In(file));
            Assert.Equal(0, code);
            Assert.All(parts, part => Assert.Contains(part, output, StringComparison.Ordinal));
        }

        Assert.Contains("ObjectIdentifier  1.2.840.10045.4.3.3", Run("inspect", "--raw", In("list.crl")).Output, StringComparison.Ordinal);
        Assert.Contains("UNVERIFIED", Run("inspect", "--raw", In("both.pem")).Output, StringComparison.Ordinal);
        Write("cut.crl", list[..^1]);
        Assert.Equal(2, Run("inspect", In("cut.crl")).Code);
        Assert.Contains("malformed", Run("inspect", "--raw", In("cut.crl")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_genuine_document_is_shown_raw()
    {
        foreach (var document in SharedFiles.Documents())
        {
            var (code, output) = Run("inspect", "--raw", SharedFiles.Path("attestations", document.File));
            Assert.InRange(code, 0, 2);
            Assert.Contains("UNVERIFIED", output, StringComparison.Ordinal);
            Assert.True(document.Expected == "malformed" || output.Contains("\"module_id\": ", StringComparison.Ordinal), document.File);
        }
    }

    [Fact]
    public void Evidence_shows_the_lists_it_carries()
    {
        using var enclave = new TestEnclave();
        var root = TestEnclave.Pki.Root;
        Write("answer.json", (enclave.SessionEvidence() with { RevocationLists = [root.Sign(root.NewRevocationList(TestEnclave.Start, TestEnclave.Start.AddDays(1))), new byte[] { 1 }] }).ToJson());
        var output = Run("inspect", In("answer.json")).Output;
        Assert.Contains("0 certificates", output, StringComparison.Ordinal);
        Assert.Contains("not readable", output, StringComparison.Ordinal);
    }

    private string In(string name) => Path.Combine(_folder.FullName, name);

    private void Write(string name, byte[] content) => File.WriteAllBytes(In(name), content);

    private static (int Code, string Output) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = CommandLine.Build(TimeProvider.System).Run(arguments, output, error, Stream.Null);
        return (code, output.ToString() + error);
    }
}

using System.Text.RegularExpressions;
using Nitro.Testing;
using Nitro.Verifier;

namespace Nitro.Repository.Tests;

/// <summary>Documentation says what is so.</summary>
public sealed partial class DocumentationTests
{
    private static string Read(params string[] path) => File.ReadAllText(RepositoryRoot.Combine(path));

    [Fact]
    public void The_table_of_checks_is_the_enum()
    {
        var rows = Rows().Matches(Read("docs", "verification.md")).Select(row => (int.Parse(row.Groups[1].ValueSpan), row.Groups[2].Value));
        Assert.Equal(Enum.GetValues<Check>().Order().Select(check => ((int)check, check.ToString())), rows);
    }

    [Fact]
    public void The_numbers_of_checks_that_nodes_have_persisted_never_change()
    {
        // Append below; change nothing.
        (int, Check)[] persisted =
        [
            (101, Check.DocumentSize), (102, Check.CoseStructure), (103, Check.ProtectedHeader), (104, Check.UnprotectedHeader), (105, Check.SignatureLength),
            (201, Check.PayloadStructure), (202, Check.EnclaveDocument), (203, Check.MandatoryKeys), (204, Check.ModuleId), (205, Check.DigestAlgorithm),
            (206, Check.Timestamp), (207, Check.Pcrs), (208, Check.CertificateLength), (209, Check.Cabundle), (210, Check.PublicKeyLength),
            (211, Check.UserDataLength), (212, Check.NonceLength), (301, Check.BundleLength), (302, Check.TrustAnchor), (303, Check.CertificateEncoding),
            (304, Check.CertificateAlgorithms), (305, Check.CertificateExtensions), (306, Check.BasicConstraints), (307, Check.KeyUsage), (308, Check.NameChaining),
            (309, Check.KeyIdentifiers), (310, Check.ValidityPeriod), (311, Check.CertificateSignature), (312, Check.CertificateProfile), (401, Check.DocumentSignature),
            (501, Check.DocumentNotFromFuture), (502, Check.DocumentAge), (601, Check.DebugMode), (602, Check.Measurements), (603, Check.ReleaseWindow),
            (651, Check.ExpectedNonce), (652, Check.ExpectedUserData), (653, Check.ExpectedPublicKey), (701, Check.EvidenceKind), (702, Check.ReceiptStructure),
            (703, Check.ManifestStructure), (704, Check.ConfigurationStructure), (705, Check.ClaimStructure), (706, Check.SessionStatement), (707, Check.SessionKey),
            (708, Check.SessionKeyDigest), (709, Check.SessionAlgorithm), (710, Check.ReceiptSignature), (711, Check.DocumentNonce), (712, Check.ManifestDigest),
            (713, Check.ManifestPcr), (714, Check.ConfigurationDigest), (715, Check.ConfigurationPcr), (716, Check.ModelInManifest), (717, Check.ModelAllowed),
            (718, Check.ConfigurationAllowed), (719, Check.InputDigest), (720, Check.OutputDigest), (721, Check.IssuedWithinDocument), (722, Check.SessionAge),
            (723, Check.IssuedNotInFuture), (724, Check.ClaimNonce), (321, Check.RevocationListEncoding), (322, Check.RevocationListExtensions),
            (323, Check.RevocationListTime), (324, Check.RevocationListSignature), (325, Check.RevocationListCoverage), (326, Check.CertificateRevocation),
            (604, Check.DocumentRevocation), (725, Check.ClaimRevocation),
        ];
        Assert.All(persisted, one => Assert.Equal(one.Item1, (int)one.Item2));
        Assert.Equal(Enum.GetValues<Check>().Length, persisted.Length);
    }

    [Fact]
    public void The_readmes_example_is_the_one_that_is_compiled()
    {
        var compiled = Read("tests", "Nitro.Repository.Tests", "FullNode.cs");
        string Between(string from, string to)
        {
            var start = compiled.IndexOf(from, StringComparison.Ordinal) + from.Length + 1;
            return compiled[start..compiled.IndexOf(to, start, StringComparison.Ordinal)];
        }

        var example = Between("// README example begins", "// README example pauses") + "\n" + string.Concat(
            Between("// README example goes on", "// README example ends").Split('\n').Select(line => line.Length > 8 ? line[8..] + "\n" : ""));
        Assert.Contains("```csharp\n" + example + "```", Read("README.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void Links_of_documents_lead_somewhere()
    {
        foreach (var document in Directory.EnumerateFiles(RepositoryRoot.Path, "*.md").Concat(Directory.EnumerateFiles(RepositoryRoot.Combine("docs"), "*.md", SearchOption.AllDirectories)))
        {
            foreach (Match link in Links().Matches(File.ReadAllText(document)))
            {
                Assert.True(Path.Exists(Path.Combine(Path.GetDirectoryName(document)!, link.Groups[1].Value)), $"{document}: {link.Value}");
            }
        }
    }

    [Fact]
    public void Every_product_project_of_the_readme_exists()
    {
        foreach (Match name in ProjectNames().Matches(Read("README.md")))
        {
            Assert.Contains(
                new[] { "verifier", "enclave", "host" },
                folder => Directory.Exists(RepositoryRoot.Combine(folder, name.Value)));
        }
    }

    [GeneratedRegex(@"^\| (\d+) \| (\w+) \|", RegexOptions.Multiline)]
    private static partial Regex Rows();

    [GeneratedRegex(@"\]\(([^):#]+)\)")]
    private static partial Regex Links();

    [GeneratedRegex(@"\bNitro\.(Attestation|OpenInference|Verifier\.Cli|Verifier|Nsm\.Simulator|Nsm|Enclave|Vsock|Host)\b(?!\.)")]
    private static partial Regex ProjectNames();
}

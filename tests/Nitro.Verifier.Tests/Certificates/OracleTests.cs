using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Nitro.Testing;
using Nitro.Verifier.Certificates;
using Nitro.Verifier.Fuzz.Mutation;
using Nitro.Verifier.Fuzz.Simulation;

namespace Nitro.Verifier.Tests.Certificates;

/// <summary>
/// X509Chain and BouncyCastle say of every chain what the product says, or the disagreement is one of <see cref="OracleDisagreements"/>.
/// AWS's profile is left out, since nobody else has it.
/// </summary>
public sealed partial class OracleTests(ITestOutputHelper output)
{
    private const ulong Seed = 5;
    private const int Mutations = 3_000;

    [Fact]
    public void They_agree_on_every_genuine_document()
    {
        var comparison = new Comparison();
        var validator = new CertificatePathValidator([TrustAnchors.AwsNitroEnclavesG1], CertificateProfile.NoneUnsafe, SignatureEngines.Own);
        var chains = GenuineChain.Of("valid", "valid-but-debug-mode", "not-an-enclave-document", "chain-invalid");
        foreach (var chain in chains)
        {
            comparison.Add(
                validator,
                TrustAnchors.AwsNitroEnclavesG1.Der.ToArray(),
                chain.Certificates,
                chain.ModuleId,
                chain.Timestamp,
                chain.Document.File);
        }

        output.WriteLine(comparison.ToString());
        Assert.Equal(chains.Count - 1, comparison.Accepted);
        Assert.Empty(comparison.Disagreements);
    }

    [Fact]
    public void They_agree_on_every_generated_and_every_mutated_chain_or_the_disagreement_is_listed()
    {
        var comparison = new Comparison();
        foreach (var defect in ChainDefects.All)
        {
            var chain = new TestChain();
            defect.Spoil(chain);
            comparison.AddTest(chain, defect.Name);
        }

        comparison.AddTest(new TestChain(), "a good chain");
        comparison.AddTest(WithUnreadExtension(), "a malformed subjectAltName");
        var validator = new CertificatePathValidator([FuzzChain.Anchor], CertificateProfile.NoneUnsafe, SignatureEngines.Own);
        for (var number = 0; number < Mutations; number++)
        {
            var one = ChainMutator.Make(Seed, number);
            comparison.Add(
                validator, FuzzChain.Anchor.Der.ToArray(), one.Certificates, one.ModuleId, one.TimeMs, $"mutation {number}: {one.Story}");
        }

        output.WriteLine(comparison.ToString());
        Assert.InRange(comparison.Accepted, Mutations / 20, Mutations);
        AssertListed(comparison);
        AssertWitnessed(comparison);
    }

    [Fact]
    public void With_the_profile_a_malformed_extension_is_refused_even_when_it_is_not_critical() =>
        WithUnreadExtension().Validate().AssertRefused(CertificateRule.CertificateProfile, TestChain.Leaf, "a malformed subjectAltName");

    [Fact]
    public void The_document_prints_the_same_tables()
    {
        var text = File.ReadAllText(RepositoryRoot.Combine("docs", "oracles.md"));
        var rows = Rows().Matches(text).Select(row => row.Value.TrimEnd());
        var stricter = OracleDisagreements.Stricter
            .Select(one => $"| {one.Rule} | {one.Place ?? "-"} | {Name(one.Oracles)} | {one.Reason} |");
        var lenient = OracleDisagreements.MoreLenient.Select(one => $"| {one.What} | {Name(one.Oracles)} | {one.Reason} |");
        Assert.Equal([.. stricter, .. lenient], rows);
    }

    private static TestChain WithUnreadExtension()
    {
        var chain = new TestChain();
        chain[TestChain.Leaf].SetExtension("2.5.29.17", [], [0x30, 0x05]);
        return chain;
    }

    private static string Name(Oracles oracles) => oracles == Oracles.Both ? "both" : $"{oracles}";

    private static void AssertListed(Comparison comparison)
    {
        var listed = OracleDisagreements.Stricter.ToDictionary(one => one.Key, one => one.Oracles);
        var unlisted = comparison.Disagreements.Where(one => !IsListed(one.Key.Key, one.Key.Oracle, listed));
        Assert.Empty(unlisted.Select(one => $"{one.Key.Key}, {one.Key.Oracle}, {one.Value.Count} times, for example {one.Value.Example}"));
    }

    private static bool IsListed(string key, Oracles oracle, Dictionary<string, Oracles> listed) => listed.TryGetValue(key, out var oracles)
        ? oracles.HasFlag(oracle)
        : OracleDisagreements.MoreLenient.Any(one => one.What == key && one.Oracles.HasFlag(oracle));

    /// <summary>
    /// No row outlives its reason. What X509Chain says is OpenSSL's word, so rows of it alone are held to one version of that.
    /// </summary>
    private static void AssertWitnessed(Comparison comparison)
    {
        const long OpenSsl30 = 0x30000000, NextMinor = 0x30100000;
        var sameOpenSsl = OperatingSystem.IsLinux() && SafeEvpPKeyHandle.OpenSslVersion is >= OpenSsl30 and < NextMinor;
        var rows = OracleDisagreements.Stricter.Select(one => (one.Key, one.Oracles))
            .Concat(OracleDisagreements.MoreLenient.Select(one => (Key: one.What, one.Oracles)))
            .Where(one => sameOpenSsl || one.Oracles.HasFlag(Oracles.BouncyCastle));
        Assert.Empty(rows.Select(one => one.Key).Except(comparison.Disagreements.Keys.Select(one => one.Key)));
    }

    [GeneratedRegex(@"^\| (?!rule|what|---).*$", RegexOptions.Multiline)]
    private static partial Regex Rows();

    /// <summary>Counts what the three say. Not thread-safe.</summary>
    private sealed class Comparison
    {
        private int _chains;

        public int Accepted { get; private set; }

        public SortedDictionary<(string Key, Oracles Oracle), (int Count, string Example)> Disagreements { get; } = [];

        public void AddTest(TestChain chain, string what)
        {
            var certificates = chain.Build();
            var validator = new CertificatePathValidator(
                [Nitro.Verifier.Certificates.TrustAnchor.FromCertificate("test", certificates[0])], CertificateProfile.NoneUnsafe, SignatureEngines.Own);
            Add(validator, certificates[0], certificates, TestChain.ModuleId, TestChain.Now.ToUnixTimeMilliseconds(), what);
        }

        public void Add(CertificatePathValidator validator, byte[] root, byte[][] chain, string moduleId, long milliseconds, string what)
        {
            var defect = PathVerdict.Of(validator, chain[..^1], chain[^1], moduleId, milliseconds).Defect;
            _chains++;
            Accepted += defect is null ? 1 : 0;
            Compare(Oracles.X509Chain, ChainOracles.Dotnet(chain, root, milliseconds));
            Compare(Oracles.BouncyCastle, ChainOracles.BouncyCastle(chain, root, milliseconds));

            void Compare(Oracles oracle, bool accepts)
            {
                if (accepts == defect is null)
                {
                    return;
                }

                var lenient = OracleDisagreements.MoreLenient.FirstOrDefault(
                    one => defect is null && one.Oracles.HasFlag(oracle) && one.Applies(chain, milliseconds));
                var key = defect is null ? lenient?.What ?? "accepted here and refused there" : OracleDisagreement.KeyOf(defect);
                var (count, example) = Disagreements.GetValueOrDefault((key, oracle), (0, $"{what}: {defect?.ToString() ?? "accepted"}"));
                Disagreements[(key, oracle)] = (count + 1, example);
            }
        }

        public override string ToString()
        {
            var all = Disagreements.Select(one => FormattableString.Invariant($"{one.Key.Key}, {one.Key.Oracle}: {one.Value.Count}"));
            return FormattableString.Invariant($"{_chains} chains, {Accepted} accepted; disagreements: {string.Join("; ", all)}");
        }
    }
}

using System.Text.Json;
using Nitro.Testing;
using Nitro.Vectors.Generator;

namespace Nitro.Verifier.Tests.Vectors;

/// <summary>The published vectors: the product gives each exactly its error, they are what the generator makes, and another implementation
/// agrees.</summary>
public sealed class VectorTests
{
    /// <summary>For each reason of a refused policy, words that the product's message must have.</summary>
    private static readonly Dictionary<string, string> Reasons = new(StringComparer.Ordinal)
    {
        ["bad-certificate"] = "no certificate|PEM text|no DER|PEM block",
        ["bad-instance"] = "no instance id",
        ["bad-level"] = "a required level is 1 or 2",
        ["bad-reason"] = "a reason is",
        ["bad-role"] = "no role's ARN",
        ["computed-otherwise"] = "but measurements state",
        ["damaged-image"] = "CheckCRC false",
        ["debug-mode"] = "DEBUG_MODE",
        ["different-enclaves"] = "different measurements",
        ["duplicate-level"] = "a level is there twice",
        ["no-effective"] = "needs an effective time",
        ["no-enclave"] = "no enclave is listed",
        ["no-reason"] = "a revocation has a reason",
        ["no-subject"] = "a revocation is about one of",
        ["two-subjects"] = "a second one",
        ["bad-anchor"] = "trust anchor|belongs to AWS's own root",
        ["bad-digest"] = "96 hexadecimal digits",
        ["bad-duration"] = "a whole number of seconds",
        ["bad-hash-algorithm"] = "HashAlgorithm is not Sha384",
        ["bad-kind"] = "is no kind of evidence",
        ["bad-measurement"] = "is no measurement|there is no PCR32|one PCR and its value",
        ["bad-name"] = "name has 1 to 128 characters|has 1 to 255 characters",
        ["bad-time"] = "a moment is written like",
        ["bad-window"] = "notBefore lies after notAfter",
        ["contradiction"] = "contradict each other",
        ["duplicate-member"] = "there twice",
        ["duplicate-name"] = "is there twice",
        ["empty-list"] = "is empty, so nothing could ever be accepted",
        ["missing-measurement"] = "missing;",
        ["missing-member"] = "is missing|has a name and a certificate",
        ["not-json"] = "not JSON|not valid Unicode",
        ["nothing-accepted"] = "so nothing could ever be accepted|so no chain could ever be accepted",
        ["out-of-range"] = "it may be",
        ["unknown-member"] = "there is no member",
        ["unknown-version"] = "a newer release may read it",
        ["wrong-type"] = "is expected|is no object",
        ["zero-measurement"] = "is all zero",
    };

    public static TheoryData<string> Names => [.. PublishedVector.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_vector_gets_exactly_its_verdict(string name)
    {
        var vector = PublishedVector.All[name];
        if (vector.Kind == "policy")
        {
            RequirePolicy(vector);
        }
        else
        {
            Assert.Equal(vector.Error?.GetRawText(), ProductVerdict.Of(vector, vector.File(vector.Kind)));
        }
    }

    [Fact]
    public void The_files_are_those_that_the_generator_makes() => Assert.Empty(
        VectorFolder.Compare(VectorSet.Generate(), RepositoryRoot.Combine("tests", "vectors")));

    [Fact]
    public void The_index_names_every_file()
    {
        var folder = RepositoryRoot.Combine("tests", "vectors");
        using var index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, VectorSet.IndexName)));
        var named = index.RootElement.GetProperty("vectors").EnumerateArray()
            .SelectMany(entry => entry.GetProperty("files").EnumerateObject()).Select(file => file.Value.GetString()!).Distinct();
        var present = VectorSet.Folders.SelectMany(one => Directory.EnumerateFiles(Path.Combine(folder, one)))
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'));
        Assert.Equal(present.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_check_that_a_document_or_evidence_can_fail_has_a_vector() => Assert.Equal(
        Enum.GetValues<Check>().Order(),
        PublishedVector.All.Values.Select(vector =>
            vector.Error is { } error && error.TryGetProperty("check", out var check) ? check.GetInt32() : 0)
            .Where(number => number != 0).Distinct().Order().Select(number => (Check)number));

    [Fact]
    public async Task The_independent_checker_agrees_on_every_vector_and_every_genuine_document()
    {
        var (exitCode, output) = await IndependentChecker.RunAsync(
            IndependentChecker.Folder, SharedFiles.Present ? SharedFiles.Path("attestations") : null);
        Assert.True(exitCode == 0, output);
        Assert.Contains($"{PublishedVector.All.Count} vectors, 0 disagreements", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_independent_checker_notices_a_wrong_error_a_wrong_level_and_a_damaged_file()
    {
        var copy = Directory.CreateTempSubdirectory("vectors-").FullName;
        try
        {
            foreach (var file in Directory.EnumerateFiles(IndependentChecker.Folder, "*", SearchOption.AllDirectories))
            {
                var target = Path.Combine(copy, Path.GetRelativePath(IndependentChecker.Folder, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }

            var index = Path.Combine(copy, VectorSet.IndexName);
            var lines = File.ReadAllLines(index);
            Change(lines, "\"chains/certificateencoding-v2\"", "\"check\":303", "\"check\":304");
            Change(lines, "\"chains/certificateencoding-v4\"", "\"level\":4", "\"level\":3");
            File.WriteAllLines(index, lines);
            File.AppendAllText(Path.Combine(copy, "chains", "certificateencoding-two-versions.cbor"), " ");
            var (exitCode, output) = await IndependentChecker.RunAsync(copy);
            Assert.Equal(1, exitCode);
            Assert.Contains($"{PublishedVector.All.Count} vectors, 3 disagreements", output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    private static void Change(string[] lines, string name, string from, string to)
    {
        var at = Array.FindIndex(lines, line => line.Contains(name, StringComparison.Ordinal));
        Assert.Contains(from, lines[at], StringComparison.Ordinal);
        lines[at] = lines[at].Replace(from, to, StringComparison.Ordinal);
    }

    private static void RequirePolicy(PublishedVector vector)
    {
        if (vector.Error is not { } error)
        {
            Assert.NotNull(VerificationPolicy.Parse(vector.File("policy")));
            return;
        }

        var exception = Assert.Throws<PolicyException>(() => VerificationPolicy.Parse(vector.File("policy")));
        Assert.Contains(
            Reasons[error.GetProperty("reason").GetString()!].Split('|'),
            words => exception.Message.Contains(words, StringComparison.Ordinal));
        if (error.TryGetProperty("line", out var line))
        {
            Assert.StartsWith($"line {line.GetInt32()}: ", exception.Message, StringComparison.Ordinal);
        }
    }
}

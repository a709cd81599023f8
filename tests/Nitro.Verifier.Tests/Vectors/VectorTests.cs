using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Testing;
using Nitro.Vectors.Generator;

namespace Nitro.Verifier.Tests.Vectors;

/// <summary>The published vectors: the product gives each exactly its error, they are what the generator makes, and another implementation agrees.</summary>
public sealed partial class VectorTests
{
    /// <summary>For each reason of a refused policy, words that the product's message must have.</summary>
    private static readonly Dictionary<string, string> Reasons = new(StringComparer.Ordinal)
    {
        ["bad-anchor"] = "trust anchor|belongs to AWS's own root",
        ["bad-digest"] = "96 hexadecimal digits",
        ["bad-duration"] = "a whole number of seconds",
        ["bad-hash-algorithm"] = "HashAlgorithm is not Sha384",
        ["bad-kind"] = "is no kind of evidence",
        ["bad-measurement"] = "is no measurement|there is no PCR32",
        ["bad-name"] = "name has 1 to 128 characters",
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
        switch (vector.Kind)
        {
            case "document":
                var verifier = new AttestationVerifier(VerificationPolicy.Parse(vector.File("policy")));
                RequireFailure(vector.Error, verifier.Verify(vector.File("document"), vector.Document, vector.Time).Failure);
                break;
            case "evidence":
                RequireEvidence(vector);
                break;
            case "policy":
                RequirePolicy(vector);
                break;
            default:
                Assert.Fail($"{vector.Kind} is no kind of vector");
                break;
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
        PublishedVector.All.Values.Select(vector => vector.Error is { } error && error.TryGetProperty("check", out var check) ? check.GetInt32() : 0)
            .Where(number => number != 0).Distinct().Order().Select(number => (Check)number));

    [Fact]
    public async Task The_independent_checker_agrees_on_every_vector_and_every_genuine_document()
    {
        var start = new ProcessStartInfo("python3") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(RepositoryRoot.Combine("tests", "vectors", "check.py"));
        if (SharedFiles.Present)
        {
            start.ArgumentList.Add(SharedFiles.Path("attestations"));
        }

        // No __pycache__ in the tree.
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        using var python = TryStart(start);
        if (python is null)
        {
            Assert.Skip("python3 is not installed: the independent checker needs 3.9 or later.");
        }

        var errors = python.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await python.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await python.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(python.ExitCode == 0, output + await errors);
        Assert.Contains($"{PublishedVector.All.Count} vectors, 0 disagreements", output, StringComparison.Ordinal);
    }

    private static Process? TryStart(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static void RequireEvidence(PublishedVector vector)
    {
        if (!Evidence.TryParse(vector.File("evidence"), out var evidence, out var error))
        {
            Assert.NotNull(vector.Error);
            Assert.Equal(
                (vector.Error.Value.GetProperty("fault").GetInt32(), vector.Error.Value.GetProperty("name").GetString()),
                ((int)error!.Fault, error.Fault.ToString()));
            return;
        }

        var verifier = new AttestationVerifier(VerificationPolicy.Parse(vector.File("policy")));
        RequireFailure(vector.Error, verifier.VerifyEvidence(evidence!, vector.Evidence, vector.Time).Failure);
    }

    private static void RequireFailure(JsonElement? expected, CheckResult? failure)
    {
        if (expected is not { } error)
        {
            Assert.Null(failure);
            return;
        }

        Assert.NotNull(failure);
        var level = Level().Match(failure.Expected!) is { Success: true } match
            ? int.Parse(match.Groups[1].ValueSpan, NumberFormatInfo.InvariantInfo)
            : (int?)null;
        Assert.Equal(
            (error.GetProperty("check").GetInt32(), error.GetProperty("name").GetString(), error.TryGetProperty("level", out var number) ? number.GetInt32() : null),
            ((int)failure.Check, failure.Check.ToString(), level));
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

    [GeneratedRegex(@"^certificate level (\d): ")]
    private static partial Regex Level();
}

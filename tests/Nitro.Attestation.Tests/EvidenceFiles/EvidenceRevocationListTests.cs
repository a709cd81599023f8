using System.Text;
using Nitro.Attestation.EvidenceFiles;

namespace Nitro.Attestation.Tests.EvidenceFiles;

/// <summary>The one member that is an array.</summary>
public sealed class EvidenceRevocationListTests
{
    [Theory]
    [InlineData("\"AQ==\"", EvidenceFileFault.Malformed)]
    [InlineData("[]", EvidenceFileFault.Malformed)]
    [InlineData("[1]", EvidenceFileFault.Malformed)]
    [InlineData("[null]", EvidenceFileFault.Malformed)]
    [InlineData("[\"\"]", EvidenceFileFault.Malformed)]
    [InlineData("[\"AQ\"]", EvidenceFileFault.Malformed)]
    [InlineData("[[\"AQ==\"]]", EvidenceFileFault.Malformed)]
    [InlineData("{\"a\":\"AQ==\"}", EvidenceFileFault.Malformed)]
    [InlineData("null", EvidenceFileFault.Malformed)]
    [InlineData("[\"AQ==\"],\"revocationLists\":[\"AQ==\"]", EvidenceFileFault.DuplicateMember)]
    public void Anything_but_an_array_of_base64_is_refused(string value, EvidenceFileFault fault)
    {
        Assert.False(Evidence.TryParse(File(value), out _, out var error));
        Assert.Equal((fault, "revocationLists"), (error!.Fault, error.Error.Where == "evidence file" ? "revocationLists" : error.Error.Where));
    }

    [Fact]
    public void There_are_at_most_eight_of_at_most_a_mebibyte()
    {
        Assert.Equal(8, Read(File(Array(8, "AQ=="))).RevocationLists.Count);
        Assert.Equal(EvidenceFileFault.TooLarge, Refused(File(Array(9, "AQ=="))));
        var most = Convert.ToBase64String(new byte[Evidence.MaximumRevocationList]);
        Assert.Equal(Evidence.MaximumRevocationList, Read(File(Array(1, most))).RevocationLists[0].Length);
        Assert.Equal(EvidenceFileFault.TooLarge, Refused(File(Array(1, Convert.ToBase64String(new byte[Evidence.MaximumRevocationList + 1])))));
    }

    [Fact]
    public void What_no_reader_would_take_is_not_written()
    {
        var evidence = Read(File(Array(1, "AQ==")));
        Assert.Equal([1], Read(evidence.ToJson()).RevocationLists[0].ToArray());
        ReadOnlyMemory<byte> one = new byte[] { 1 };
        Assert.Throws<InvalidOperationException>(() => (evidence with { RevocationLists = [.. Enumerable.Repeat(one, 9)] }).ToJson());
        Assert.Throws<InvalidOperationException>(() => (evidence with { RevocationLists = [ReadOnlyMemory<byte>.Empty] }).ToJson());
        Assert.DoesNotContain("revocationLists", Encoding.UTF8.GetString((evidence with { RevocationLists = [] }).ToJson()), StringComparison.Ordinal);
    }

    private static string Array(int count, string value) => "[" + string.Join(",", Enumerable.Repeat($"\"{value}\"", count)) + "]";

    private static byte[] File(string lists) => Encoding.UTF8.GetBytes(
        "{\"version\":1,\"kind\":\"direct\",\"document\":\"AQ==\",\"manifest\":\"AQ==\",\"configuration\":\"AQ==\",\"revocationLists\":" + lists + "}");

    private static Evidence Read(byte[] file)
    {
        Assert.True(Evidence.TryParse(file, out var evidence, out var error), error?.ToString());
        return evidence!;
    }

    private static EvidenceFileFault Refused(byte[] file)
    {
        Assert.False(Evidence.TryParse(file, out _, out var error));
        return error!.Fault;
    }
}

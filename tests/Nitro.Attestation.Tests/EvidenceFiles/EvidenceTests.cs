using Nitro.Attestation.EvidenceFiles;

namespace Nitro.Attestation.Tests.EvidenceFiles;

/// <summary>Evidence files that are right: what is written is what is read.</summary>
public sealed class EvidenceTests
{
    [Fact]
    public void Members_that_were_left_out_are_null_and_not_empty()
    {
        var written = new Evidence { Kind = EvidenceKind.Direct, Document = new byte[] { 1 }, Manifest = new byte[] { 2 }, Configuration = new byte[] { 3 } };
        Assert.True(Evidence.TryParse(written.ToJson(), out var read, out var error), error?.ToString());
        Assert.Null(read!.InputSalt);
        Assert.Null(read.OutputSalt);
        Assert.Null(read.Input);
        Assert.Null(read.Output);
    }
}

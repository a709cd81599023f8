using Nitro.Attestation.Documents;
using Nitro.Attestation.Tests.Support;

namespace Nitro.Attestation.Tests.Documents;

/// <summary>
/// Damaged documents, the same ones in every run: none throws, and one that is still read says what System.Formats.Cbor says.
/// </summary>
public sealed class UnverifiedDocumentFuzzTests
{
    private const int Cases = 30_000;

    [Fact]
    public void Damaged_documents_made_here_are_refused_or_read_as_they_stand() =>
        Run(384, new DocumentBuilder().Build(), new DocumentBuilder { Indefinite = true, Prefix = [0xd2] }.Build());

    [Fact]
    public void Damaged_genuine_documents_are_refused_or_read_as_they_stand() =>
        Run(385, SharedDocument.ReadFile(SharedDocument.Definite), SharedDocument.ReadFile(SharedDocument.Indefinite));

    [Fact]
    public void Noise_behind_a_right_start_is_refused()
    {
        var random = new Random(386);
        var start = new DocumentBuilder().Build().AsSpan(0, 30);
        for (var i = 0; i < 5000; i++)
        {
            var noise = new byte[random.Next(200)];
            random.NextBytes(noise);
            Assert.False(UnverifiedDocument.TryParse([.. start[..random.Next(start.Length)], .. noise], out _, out var error));
            Assert.NotNull(error);
        }
    }

    private static void Run(int seed, params byte[][] documents)
    {
        var random = new Random(seed);
        var (read, rules) = (0, new HashSet<DocumentRule>());
        for (var i = 0; i < Cases; i++)
        {
            var bytes = Mutator.Mutate(documents[i % documents.Length], random);
            if (UnverifiedDocument.TryParse(bytes, out var document, out var error))
            {
                Assert.Null(error);
                DocumentOracle.AssertAgrees(document!);
                read++;
            }
            else
            {
                Assert.Null(document);
                rules.Add(error!.Rule);
            }
        }

        Assert.True(read > Cases / 50 && rules.Count >= 8,
            $"{read} of {Cases} were read, {rules.Count} rules were broken: the damage is too much or too little.");
    }
}

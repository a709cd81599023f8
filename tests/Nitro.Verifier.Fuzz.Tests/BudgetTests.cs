using System.Diagnostics;
using Nitro.Verifier.Fuzz.Judging;
using Nitro.Verifier.Fuzz.Kinds;
using Nitro.Verifier.Fuzz.Running;

namespace Nitro.Verifier.Fuzz.Tests;

/// <summary>The budget of every `make test`: the same cases each time. `make fuzz` runs others.</summary>
public sealed class BudgetTests(ITestOutputHelper output)
{
    private const ulong Seed = 0x6e6974726f20667a;

    /// <summary>Cases whose envelope and fields passed, so that the chain was looked at: nothing less is counted.</summary>
    private const int BeyondEnvelope = 50_000;

    [Fact]
    public void Fifty_thousand_cases_beyond_the_envelope_break_no_property()
    {
        var kinds = SeedKinds.All();
        var campaign = new Campaign(kinds, Seed, VerifierConfiguration.All);
        var watch = Stopwatch.StartNew();
        while (campaign.Coverage.BeyondEnvelope < BeyondEnvelope)
        {
            foreach (var finding in campaign.RunBatch())
            {
                Assert.Fail(
                    $"Case {finding.Number} of seed {Seed:x16} breaks \"{finding.Property}\": {finding.Details}\n{finding.Case.Story}");
            }
        }

        output.WriteLine($"seed {Seed:x16}, {watch.Elapsed.TotalSeconds:0} s; cultures {string.Join(", ", Surroundings.Cultures)}");
        output.WriteLine(string.Join("\n", kinds.Select(kind => $"  {kind.Name}: {kind.Seeds}")));
        output.WriteLine(kinds.Any(kind => kind is GenuineDocumentKind)
            ? ""
            : "  ../shared is absent: no genuine documents, simulated seeds only");
        output.WriteLine(campaign.Coverage.Table());

        // Every check was the one that refused some case.
        Assert.Empty(campaign.Coverage.NeverRefused);
        Assert.Empty(campaign.Coverage.NeverReached);
    }
}

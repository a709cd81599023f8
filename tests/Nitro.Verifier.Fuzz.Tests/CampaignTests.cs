using System.Globalization;
using Nitro.Verifier.Fuzz.Judging;
using Nitro.Verifier.Fuzz.Kinds;
using Nitro.Verifier.Fuzz.Running;

namespace Nitro.Verifier.Fuzz.Tests;

/// <summary>The fuzzer finds what is planted, gives the same cases again, and says so in a way that can be followed.</summary>
public sealed class CampaignTests
{
    private const ulong Seed = 42;

    [Fact]
    public void A_seed_and_a_number_give_the_same_case_and_other_ones_another()
    {
        var kinds = SeedKinds.All();
        var one = new Campaign(kinds, Seed, VerifierConfiguration.All);
        var again = new Campaign(SeedKinds.All(), Seed, VerifierConfiguration.All);
        var other = new Campaign(kinds, Seed + 1, VerifierConfiguration.All);
        for (var number = 0L; number < 200; number++)
        {
            var (first, second) = (one.Make(number), again.Make(number));
            Assert.Equal(first with { Bytes = [] }, second with { Bytes = [] });
            Assert.Equal(first.Bytes, second.Bytes);
        }

        Assert.Contains(Enumerable.Range(0, 10), number => !one.Make(number).Bytes.SequenceEqual(other.Make(number).Bytes));
        Assert.Contains(Enumerable.Range(1, 10), number => !one.Make(number).Bytes.SequenceEqual(one.Make(0).Bytes));
    }

    [Fact]
    public void The_numbers_are_those_of_SplitMix64()
    {
        // The first values of seed 1234567, as published with the generator's reference code.
        var random = new FuzzRandom(1234567);
        Assert.Equal(
            [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821],
            Enumerable.Range(0, 5).Select(_ => random.Next()));
    }

    [Theory]
    [InlineData(PlantedFault.Exception, Properties.NoException)]
    [InlineData(PlantedFault.Memory, Properties.BoundedMemory)]
    [InlineData(PlantedFault.Culture, Properties.SameVerdict)]
    [InlineData(PlantedFault.TimeZone, Properties.SameVerdict)]
    [InlineData(PlantedFault.Order, Properties.SameVerdict)]
    [InlineData(PlantedFault.Content, Properties.SignedContent)]
    public void A_planted_fault_is_found(PlantedFault fault, string property)
    {
        var campaign = new Campaign([new PlantedKind(fault)], Seed, VerifierConfiguration.All);
        var findings = campaign.RunBatch();
        Assert.NotEmpty(findings);
        Assert.All(findings, one => Assert.Equal(property, one.Property));
        Assert.All(findings, one => Assert.Contains(PlantedKind.Trigger, one.Case.Bytes));
        Assert.All(findings, one => Assert.Equal(campaign.Make(one.Number).Bytes, one.Case.Bytes));
        Assert.Contains(campaign.RunOne(findings[0].Number, findings[0].Case), one => one.Property == property);
    }

    [Fact]
    public void Without_a_fault_nothing_is_found()
    {
        var campaign = new Campaign([new PlantedKind(PlantedFault.None)], Seed, VerifierConfiguration.All);
        Assert.Empty(campaign.RunBatch());
        Assert.Equal(Campaign.BatchSize, campaign.Coverage.Cases);
        Assert.Contains("checks never reached: DocumentSize", campaign.Coverage.Table(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_shrinker_leaves_what_matters()
    {
        byte[] bytes = [.. new byte[1000], PlantedKind.Trigger, .. new byte[321]];
        Assert.Equal([PlantedKind.Trigger], Shrinker.Shrink(bytes, one => one.Contains(PlantedKind.Trigger)));
        Assert.Equal(bytes, Shrinker.Shrink(bytes, one => one.Length == bytes.Length));
        var trials = 0;
        Shrinker.Shrink(new byte[20_000], _ => ++trials < 0);
        Assert.Equal(Shrinker.MaximumTrials, trials);
    }

    [Fact]
    public void The_command_writes_a_finding_that_can_be_tried_again()
    {
        var folder = Directory.CreateTempSubdirectory("nitro-fuzz-");
        try
        {
            var (code, text) = Run(PlantedFault.Exception, "--minutes", "0.0001", "--seed", "2a", "--findings", folder.FullName);
            Assert.Equal(1, code);
            Assert.Contains("seed 000000000000002a", text, StringComparison.Ordinal);
            var file = folder.GetFiles()[0];
            var number = file.Name[17..^5];
            Assert.Contains($"--seed 000000000000002a --case {number}", text, StringComparison.Ordinal);
            var end = text[text.IndexOf("stalls:", StringComparison.Ordinal)..];
            Assert.Matches($"FOUND [0-9]+ times: {Properties.NoException}: Nitro.Verifier.Fuzz --seed 000000000000002a --case [0-9]+\n", end);
            Assert.Equal([PlantedKind.Trigger], CaseFile.Read(file.FullName).Bytes);

            Assert.Equal(1, Run(PlantedFault.Exception, "--seed", "2a", "--case", number).Code);
            Assert.Equal(1, Run(PlantedFault.Exception, "--file", file.FullName).Code);
            Assert.Equal(0, Run(PlantedFault.None, "--file", file.FullName).Code);
            Assert.Equal(0, Run(PlantedFault.None, "--minutes", "0.0001", "--seed", "2a").Code);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("--minutes")]
    [InlineData("--minutes", "0")]
    [InlineData("--minutes", "-1")]
    [InlineData("--minutes", "1e9")]
    [InlineData("--seed", "xyz")]
    [InlineData("--seed", "11111111111111111")]
    [InlineData("--case", "1")]
    [InlineData("--file", "")]
    [InlineData("--file", "/nowhere/at/all")]
    [InlineData("--colour", "red")]
    public void A_wrong_command_line_is_refused(params string[] arguments) => Assert.Equal(2, Run(PlantedFault.None, arguments).Code);

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{\"Kind\": \"planted\", \"Situation\": \"Nowhere\", \"Story\": \"\", \"Bytes\": \"\"}")]
    [InlineData("{\"Kind\": \"another\", \"Situation\": \"Open\", \"Story\": \"\", \"Bytes\": \"\"}")]
    [InlineData("{\"Kind\": \"planted\", \"Situation\": \"Open\", \"Story\": \"\", \"Bytes\": \"*\"}")]
    public void A_file_that_holds_no_case_is_refused(string content)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, content);
            Assert.Equal(2, Run(PlantedFault.None, "--file", path).Code);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static (int Code, string Text) Run(PlantedFault fault, params string[] arguments)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        var code = new FuzzCommand([new PlantedKind(fault)], output, TimeProvider.System).Run(arguments);
        return (code, output.ToString());
    }
}

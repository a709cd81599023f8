using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Nitro.Verifier.Fuzz.Judging;
using Nitro.Verifier.Fuzz.Kinds;
using Nitro.Verifier.Fuzz.Running;

namespace Nitro.Verifier.Fuzz;

/// <summary>Runs the fuzzer from a command line: for a time, for one case, or for one file.</summary>
public sealed class FuzzCommand(IReadOnlyList<SeedKind> kinds, TextWriter output, TimeProvider time)
{
    /// <summary>How often a long run says that it is alive.</summary>
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(20);

    private static readonly IReadOnlyList<VerifierConfiguration> Configurations = VerifierConfiguration.WithPlatform;

    /// <returns>The exit code: 0 when nothing was found, 1 when something was, 2 when the arguments are wrong.</returns>
    public int Run(IReadOnlyList<string> arguments)
    {
        if (FuzzOptions.Parse(arguments, out var problem) is not { } options)
        {
            output.WriteLine(problem);
            output.WriteLine(FuzzOptions.Usage);
            return 2;
        }

        var seed = options.Seed ?? BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));
        var campaign = new Campaign(kinds, seed, Configurations);
        if (options.File is { } file)
        {
            return TryFile(campaign, file);
        }

        if (options.Case is { } number)
        {
            return TryCase(campaign, number, campaign.Make(number));
        }

        return RunFor(campaign, seed, TimeSpan.FromMinutes(options.Minutes), options.Findings);
    }

    private int RunFor(Campaign campaign, ulong seed, TimeSpan duration, string folder)
    {
        Say($"seed {seed:x16}, {duration.TotalMinutes:0.##} minutes");
        foreach (var kind in kinds)
        {
            Say($"  {kind.Name}: {kind.Seeds}");
        }

        if (!kinds.Any(kind => kind is GenuineDocumentKind))
        {
            Say($"  ../shared is absent: no genuine documents, simulated seeds only");
        }

        var (start, reported, found) = (time.GetTimestamp(), TimeSpan.Zero, 0);
        var properties = new SortedDictionary<string, List<long>>(StringComparer.Ordinal);
        while (time.GetElapsedTime(start) < duration)
        {
            foreach (var finding in campaign.RunBatch())
            {
                found++;
                properties.TryAdd(finding.Property, []);
                properties[finding.Property].Add(finding.Number);
                Report(campaign, seed, finding, folder, found);
            }

            if (time.GetElapsedTime(start) - reported >= ReportEvery)
            {
                reported = time.GetElapsedTime(start);
                var (cases, beyond) = (campaign.Coverage.Cases, campaign.Coverage.BeyondEnvelope);
                Say($"{reported.TotalMinutes,6:0.0} min {cases,12} cases {beyond,12} beyond the envelope {found,4} findings");
            }
        }

        output.WriteLine(campaign.Coverage.Table());

        // Once more, after a table that is longer than what many a log keeps of its end.
        foreach (var (property, numbers) in properties)
        {
            Say($"FOUND {numbers.Count} times: {property}: Nitro.Verifier.Fuzz --seed {seed:x16} --case {numbers[0]}");
        }

        Say($"{found} findings in {campaign.Coverage.Cases} cases of seed {seed:x16}");
        return found == 0 ? 0 : 1;
    }

    private void Report(Campaign campaign, ulong seed, Finding finding, string folder, int count)
    {
        // A defect that many cases meet is one defect: the first few tell all.
        const int Written = 20;
        if (count > Written)
        {
            return;
        }

        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{seed:x16}-{finding.Number}.json"));
        CaseFile.Write(path, finding);
        Say($"FOUND: {finding.Property}: {finding.Details}");
        Say($"  case {finding.Number}, {finding.Case.Kind}, {finding.Case.Situation}: {finding.Case.Story}");
        Say($"  again: Nitro.Verifier.Fuzz --seed {seed:x16} --case {finding.Number}");
        var smaller = Shrinker.Shrink(finding.Case.Bytes, bytes => Breaks(campaign, finding, bytes));
        if (smaller.Length < finding.Case.Bytes.Length)
        {
            CaseFile.Write(path, finding with { Case = finding.Case with { Bytes = smaller } });
        }

        Say($"  {finding.Case.Bytes.Length} bytes, {smaller.Length} when made smaller: Nitro.Verifier.Fuzz --file {path}");
    }

    private static bool Breaks(Campaign campaign, Finding finding, byte[] bytes) =>
        campaign.RunOne(finding.Number, finding.Case with { Bytes = bytes }).Any(one => one.Property == finding.Property);

    private int TryFile(Campaign campaign, string file)
    {
        try
        {
            var one = CaseFile.Read(file);
            if (kinds.All(kind => kind.Name != one.Kind))
            {
                Say($"There are no seeds of the kind \"{one.Kind}\" here, whose rules the case is judged by.");
                return 2;
            }

            return TryCase(campaign, 0, one);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            output.WriteLine(exception.Message);
            return 2;
        }
    }

    private int TryCase(Campaign campaign, long number, FuzzCase one)
    {
        Say($"{one.Kind}, {one.Situation}, {one.Bytes.Length} bytes: {one.Story}");
        var findings = campaign.RunOne(number, one);
        foreach (var finding in findings)
        {
            Say($"FOUND: {finding.Property}: {finding.Details}");
        }

        if (findings.Count == 0)
        {
            var verdict = campaign.Judge(one);
            Say($"nothing found; {verdict.RefusedBy}");
            output.WriteLine(verdict.Describe());
        }

        return findings.Count == 0 ? 0 : 1;
    }

    private void Say(FormattableString line) => output.WriteLine(FormattableString.Invariant(line));
}

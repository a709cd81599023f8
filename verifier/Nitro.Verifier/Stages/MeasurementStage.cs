using Nitro.Attestation.Documents;

namespace Nitro.Verifier.Stages;

/// <summary>
/// Debug mode, and the PCRs of one release, all of them and never a mix. It goes through what the policy expects, never through what the document lists:
/// a document that leaves PCRs out must not pass (CVE-2025-64186). Checks 601 to 603.
/// </summary>
internal static class MeasurementStage
{
    public static bool Run(UnverifiedDocument document, VerificationPolicy policy, CheckList checks, out Release? release)
    {
        release = null;
        var settings = policy.Settings;
        var isDebug = document.Pcrs.ShowDebugMode;
        if (isDebug && settings.DebugModeUnsafe)
        {
            checks.Waive(Check.DebugMode, "debugModeUnsafe: PCR0, PCR1 and PCR2 say nothing, and the host reads the enclave's console");
        }
        else if (!checks.Require(!isDebug, Check.DebugMode, () => ("PCR0, PCR1 and PCR2 that are not zero", isDebug ? "zero: the enclave runs in debug mode" : "not zero")))
        {
            return false;
        }

        if (settings.AnyMeasurementsUnsafe)
        {
            checks.Waive(Check.Measurements, "anyMeasurementsUnsafe");
            checks.Skip(Check.ReleaseWindow);
            return true;
        }

        var (first, current) = FindMatching(document, policy.Releases, isDebug);
        if (first is null)
        {
            FailMeasurements(document.Pcrs, settings.Releases, isDebug, checks);
            return false;
        }

        if (isDebug)
        {
            checks.Waive(Check.Measurements, "debugModeUnsafe: PCR0, PCR1 and PCR2 not compared");
        }
        else
        {
            checks.Pass(Check.Measurements, first.MatchText);
        }

        release = current;
        var shown = current ?? first;
        return checks.Require(
            current is not null,
            Check.ReleaseWindow,
            () => ($"a document of {Window(shown)} for release \"{shown.Name}\"", Moment.Show(document.Timestamp)));
    }

    /// <summary>The first release that matches, and the first that matches and is in its window: one image may be released twice.</summary>
    private static (Release? First, Release? Current) FindMatching(UnverifiedDocument document, Release[] releases, bool isDebug)
    {
        Release? first = null;
        foreach (var one in releases)
        {
            if (one.FirstMismatch(document.Pcrs, isDebug) >= 0)
            {
                continue;
            }

            first ??= one;
            if (!(document.Timestamp < one.NotBefore) && !(document.Timestamp > one.NotAfter))
            {
                return (first, one);
            }
        }

        return (first, null);
    }

    private static void FailMeasurements(PcrSet pcrs, IReadOnlyList<Release> releases, bool isDebug, CheckList checks)
    {
        // The release that goes furthest before it differs is the one that the operator most likely meant.
        var nearest = releases.MaxBy(one => one.FirstMismatch(pcrs, isDebug))!;
        var index = nearest.FirstMismatch(pcrs, isDebug);
        checks.Fail(
            Check.Measurements,
            releases.Count == 1
                ? FormattableString.Invariant($"PCR{index} of release \"{nearest.Name}\": {nearest.Measurements[index]}")
                : FormattableString.Invariant($"the PCRs of one of {releases.Count} releases; PCR{index} of \"{nearest.Name}\": {nearest.Measurements[index]}"),
            pcrs.TryGet(index, out var found) ? found.ToString() : FormattableString.Invariant($"no PCR{index} in the document"));
    }

    private static string Window(Release release) => (release.NotBefore, release.NotAfter) switch
    {
        ({ } from, { } to) => $"{Moment.Show(from)} to {Moment.Show(to)}",
        ({ } from, null) => $"{Moment.Show(from)} or later",
        (null, { } to) => $"{Moment.Show(to)} or earlier",
        _ => "any time",
    };
}

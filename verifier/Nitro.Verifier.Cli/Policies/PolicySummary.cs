using System.Globalization;

namespace Nitro.Verifier.Cli.Policies;

/// <summary>A policy for people: what it accepts, and first of all what it gives up.</summary>
internal static class PolicySummary
{
    private const int NameWidth = 26;

    /// <summary>What a reader must not overlook.</summary>
    public static IEnumerable<string> Warnings(VerificationPolicy policy)
    {
        var settings = policy.Settings;
        foreach (var anchor in settings.TrustAnchors)
        {
            if (!anchor.IsAws)
            {
                yield return $"NOT AWS: it trusts the root \"{Terminal.Clean(anchor.Name)}\", SHA-256 {anchor.Fingerprint}";
            }
            else if (anchor.Name == "aws-us-gov")
            {
                yield return "GovCloud: AWS publishes no fingerprint of that root; compare it with your own source";
            }
        }

        foreach (var (given, name) in new[]
        {
            (settings.AnyMeasurementsUnsafe, "anyMeasurementsUnsafe: any image passes"),
            (settings.DebugModeUnsafe, "debugModeUnsafe: enclaves whose console the host reads pass"),
            (settings.AnyModelUnsafe, "anyModelUnsafe: any model that the enclave serves passes"),
            (settings.AnyConfigurationUnsafe, "anyConfigurationUnsafe: any configuration passes"),
            (settings.NoCertificateProfileUnsafe, "noCertificateProfileUnsafe: chains unlike AWS's pass"),
            (settings.Releases.Any(IsBySigner), "anyImageBySignerUnsafe: any image of one signer passes"),
        })
        {
            if (given)
            {
                yield return name;
            }
        }
    }

    /// <summary>Everything, defaults included.</summary>
    public static void Print(VerificationPolicy policy, ulong? version, TextWriter output)
    {
        var settings = policy.Settings;
        void Line(string name, string value) => output.WriteLine($"{Terminal.Clean(name).PadRight(NameWidth)} {Terminal.Clean(value)}".TrimEnd());
        if (version is { } number)
        {
            Line("signed, version", number.ToString(CultureInfo.InvariantCulture));
        }

        foreach (var warning in Warnings(policy))
        {
            Line("gives up or adds", warning);
        }

        foreach (var anchor in settings.TrustAnchors)
        {
            Line("trust anchor", $"{anchor.Name}, SHA-256 {anchor.Fingerprint}");
        }

        foreach (var release in settings.Releases)
        {
            Line("release", $"\"{release.Name}\", {Window(release.NotBefore, release.NotAfter)}");
            foreach (var (index, value) in release.Measurements)
            {
                Line(string.Create(CultureInfo.InvariantCulture, $"  PCR{index}"), value.ToString());
            }
        }

        foreach (var model in settings.Models)
        {
            Line("model", model.ToString());
        }

        foreach (var configuration in settings.Configurations)
        {
            Line("configuration", configuration.ToString());
        }

        foreach (var revocation in settings.Revocations)
        {
            Line("revoked", $"{revocation.Shown}, {(revocation.Reason == RevocationReason.Compromised ? "compromised" : "superseded")} {(revocation.Effective is { } from ? $"from {Moment(from)}" : "always")}");
        }

        Line("revocation lists", settings.RevocationListLevels.Count == 0 ? "required for no level" : $"required for level {string.Join(" and ", settings.RevocationListLevels)}");
        Line("document, live", $"at most {Seconds(settings.MaximumDocumentAge)} old");
        Line("session's document", $"at most {Seconds(settings.SessionMaximumDocumentAge)} old when a claim is issued");
        Line("session", $"at most {Seconds(settings.SessionMaximumAge)} old when a claim is issued");
        Line("clock skew", Seconds(settings.ClockSkew));
        Line("least evidence", settings.LeastEvidence.ToString().ToLowerInvariant());
    }

    private static bool IsBySigner(Release release) => !release.Measurements.ContainsKey(0);

    private static string Window(DateTimeOffset? from, DateTimeOffset? to) => (from, to) switch
    {
        ({ } first, { } last) => $"documents of {Moment(first)} to {Moment(last)}",
        ({ } first, null) => $"documents of {Moment(first)} or later",
        (null, { } last) => $"documents of {Moment(last)} or earlier",
        _ => "at any time",
    };

    private static string Moment(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", DateTimeFormatInfo.InvariantInfo);

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s");
}

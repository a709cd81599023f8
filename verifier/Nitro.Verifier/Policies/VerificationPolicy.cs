using System.Collections.Frozen;
using System.Globalization;
using Nitro.Attestation;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier;

/// <summary>What a verifier accepts: checked as a whole when it is made. Immutable, thread-safe.</summary>
public sealed class VerificationPolicy
{
    /// <summary>The longest time that any setting may state: ten years.</summary>
    public static readonly TimeSpan MaximumTime = TimeSpan.FromDays(3650);

    /// <summary>The most clock skew that may be stated: one hour, since a larger one would hollow out every other time.</summary>
    public static readonly TimeSpan MaximumClockSkew = TimeSpan.FromHours(1);

    /// <summary>The most revocations: each is compared with every document.</summary>
    public const int MaximumRevocations = 10_000;

    /// <summary>Makes a policy.</summary>
    /// <exception cref="PolicyException">It contradicts itself, could never be satisfied, or checks nothing.</exception>
    public VerificationPolicy(PolicySettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        RequireOne(settings.TrustAnchors.Count > 0, "trustAnchors is empty, so no chain could ever be accepted");
        RequireDistinct(settings.TrustAnchors.Select(anchor => anchor.Name), "trustAnchors");
        RequireExclusive(settings.Releases.Count > 0, settings.AnyMeasurementsUnsafe, "releases", "anyMeasurementsUnsafe", required: true);
        RequireDistinct(settings.Releases.Select(release => release.Name), "releases");
        RequireExclusive(settings.Models.Count > 0, settings.AnyModelUnsafe, "models", "anyModelUnsafe", required: false);
        RequireExclusive(settings.Configurations.Count > 0, settings.AnyConfigurationUnsafe, "configurations", "anyConfigurationUnsafe", required: false);
        RequireOne(Enum.IsDefined(settings.LeastEvidence), "leastEvidence is no kind of evidence");
        RequireTime(settings.MaximumDocumentAge, "maximumDocumentAge", TimeSpan.FromSeconds(1), MaximumTime);
        RequireTime(settings.ClockSkew, "clockSkew", TimeSpan.Zero, MaximumClockSkew);
        RequireTime(settings.SessionMaximumDocumentAge, "session.maximumDocumentAge", TimeSpan.FromSeconds(1), MaximumTime);
        RequireTime(settings.SessionMaximumAge, "session.maximumAge", TimeSpan.FromSeconds(1), MaximumTime);
        RequireOne(settings.Revocations.Count <= MaximumRevocations, FormattableString.Invariant($"revocations has {settings.Revocations.Count} entries; at most {MaximumRevocations} are taken"));
        RequireOne(
            settings.RevocationListLevels.All(level => level is 1 or 2) && settings.RevocationListLevels.Distinct().Count() == settings.RevocationListLevels.Count,
            "the levels that need a revocation list are 1 and 2, each once: AWS issues no lists for others");
        Settings = settings with
        {
            TrustAnchors = [.. settings.TrustAnchors],
            Releases = [.. settings.Releases],
            Models = [.. settings.Models],
            Configurations = [.. settings.Configurations],
            Revocations = [.. settings.Revocations],
            RevocationListLevels = [.. settings.RevocationListLevels.Order()],
        };
        Releases = [.. settings.Releases];
        Revocations = [.. settings.Revocations];
        Models = settings.Models.ToFrozenSet();
        Configurations = settings.Configurations.ToFrozenSet();
    }

    /// <summary>The policy's parts.</summary>
    public PolicySettings Settings { get; }

    /// <summary>Whether the policy says which models and which configurations evidence may be about, or gives that up: only then can it judge evidence.</summary>
    public bool CoversEvidence => (Models.Count > 0 || Settings.AnyModelUnsafe) && (Configurations.Count > 0 || Settings.AnyConfigurationUnsafe);

    /// <summary>Whether every trust anchor is AWS's own. Output over any other must say so.</summary>
    public bool TrustsAwsOnly => Settings.TrustAnchors.All(anchor => anchor.IsAws);

    internal Release[] Releases { get; }

    internal Revocation[] Revocations { get; }

    internal FrozenSet<Sha384Digest> Models { get; }

    internal FrozenSet<Sha384Digest> Configurations { get; }

    /// <summary>Reads a policy from JSON (docs/policy.md).</summary>
    /// <param name="json">UTF-8, at most <see cref="PolicyReader.MaximumSize"/> bytes.</param>
    /// <param name="readCertificate">Reads a certificate file that the policy names, by the name as it stands there; null where there are no files to read.</param>
    /// <exception cref="PolicyException">It cannot be read or used; the message names the line and the reason.</exception>
    public static VerificationPolicy Parse(ReadOnlySpan<byte> json, Func<string, byte[]>? readCertificate = null) => PolicyReader.Read(json, readCertificate);

    private static void RequireOne(bool holds, string message)
    {
        if (!holds)
        {
            throw new PolicyException(message);
        }
    }

    private static void RequireDistinct(IEnumerable<string> names, string what)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            RequireOne(seen.Add(name), $"{what}: {ByteText.Quote(name)} is there twice");
        }
    }

    private static void RequireExclusive(bool stated, bool open, string list, string opening, bool required)
    {
        RequireOne(!(stated && open), $"{list} and {opening} contradict each other: state one of them");
        RequireOne(stated || open || !required, $"neither {list} nor {opening} is stated, so nothing could ever be accepted");
    }

    private static void RequireTime(TimeSpan time, string name, TimeSpan minimum, TimeSpan maximum) => RequireOne(
        time >= minimum && time <= maximum,
        string.Create(NumberFormatInfo.InvariantInfo, $"{name} is {time.TotalSeconds} s; it may be {minimum.TotalSeconds} to {maximum.TotalSeconds} s"));
}

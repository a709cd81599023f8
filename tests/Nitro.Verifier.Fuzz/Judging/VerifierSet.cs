using Nitro.Verifier.Certificates;
using Nitro.Verifier.Fuzz.Simulation;

namespace Nitro.Verifier.Fuzz.Judging;

/// <summary>
/// A verifier of one configuration for every situation, over genuine or over simulated documents. Thread-safe, as they are.
/// </summary>
public sealed class VerifierSet
{
    private readonly AttestationVerifier[] _genuine;
    private readonly AttestationVerifier[] _simulated;

    public VerifierSet(VerifierConfiguration configuration)
    {
        _genuine = [.. Enum.GetValues<Situation>().Select(one => configuration.Make(Policy(one, TrustAnchors.AwsNitroEnclavesG1)))];
        _simulated = [.. Enum.GetValues<Situation>().Select(one => configuration.Make(Policy(one, FuzzChain.Anchor)))];
        Configuration = configuration;
    }

    public VerifierConfiguration Configuration { get; }

    public AttestationVerifier Genuine(Situation situation) => _genuine[(int)situation];

    public AttestationVerifier Simulated(Situation situation) => _simulated[(int)situation];

    /// <summary>What the policy of <see cref="Situation.Revoking"/> revokes: one module from the documents' time on, one model from shortly after.</summary>
    public static IReadOnlyList<Revocation> Revoked { get; } =
    [
        Revocation.OfModule(FuzzChain.All[2].ModuleId, RevocationReason.Superseded, EvidenceDraft.Time),
        Revocation.OfModel(FuzzImage.OtherModel, RevocationReason.Compromised, EvidenceDraft.Time.AddSeconds(30)),
    ];

    /// <summary>The policy of a situation.</summary>
    public static VerificationPolicy Policy(Situation situation, TrustAnchor anchor)
    {
        var strict = situation is Situation.Releases or Situation.Expecting;
        return new VerificationPolicy(new PolicySettings
        {
            TrustAnchors = [anchor],
            AnyMeasurementsUnsafe = !strict,
            DebugModeUnsafe = !strict,
            Releases = strict ? FuzzImage.Releases : [],
            AnyModelUnsafe = !strict,
            AnyConfigurationUnsafe = !strict,
            Models = strict ? [FuzzImage.Model] : [],
            Configurations = strict ? [FuzzImage.Configuration.Digest] : [],
            RevocationListLevels = situation == Situation.Revoking ? [1, 2] : [],
            Revocations = situation == Situation.Revoking ? Revoked : [],
            NoCertificateProfileUnsafe = situation == Situation.WithoutProfile,
        });
    }
}

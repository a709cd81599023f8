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
            NoCertificateProfileUnsafe = situation == Situation.WithoutProfile,
        });
    }
}

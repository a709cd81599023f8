using Nitro.Attestation;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier;

/// <summary>
/// The parts of a policy, for programs that do not read one from JSON. What is left out has the strict meaning; what opens something up ends in Unsafe.
/// <see cref="VerificationPolicy"/> checks that they fit together.
/// </summary>
public sealed record PolicySettings
{
    /// <summary>The default of <see cref="MaximumDocumentAge"/>: five minutes.</summary>
    public static readonly TimeSpan DefaultMaximumDocumentAge = TimeSpan.FromMinutes(5);

    /// <summary>The default of <see cref="ClockSkew"/>: one minute.</summary>
    public static readonly TimeSpan DefaultClockSkew = TimeSpan.FromMinutes(1);

    /// <summary>The default of <see cref="SessionMaximumDocumentAge"/>: one hour, twice the enclave's renewal period.</summary>
    public static readonly TimeSpan DefaultSessionMaximumDocumentAge = TimeSpan.FromHours(1);

    /// <summary>The default of <see cref="SessionMaximumAge"/>: 24 hours.</summary>
    public static readonly TimeSpan DefaultSessionMaximumAge = TimeSpan.FromHours(24);

    /// <summary>The roots that a chain may lead to; by default AWS's alone.</summary>
    public IReadOnlyList<TrustAnchor> TrustAnchors { get; init; } = [Certificates.TrustAnchors.AwsNitroEnclavesG1];

    /// <summary>The releases of which one must match.</summary>
    public IReadOnlyList<Release> Releases { get; init; } = [];

    /// <summary>Accept any measurements: the document then says nothing about what code runs.</summary>
    public bool AnyMeasurementsUnsafe { get; init; }

    /// <summary>Accept enclaves in debug mode, whose PCR0, PCR1 and PCR2 are zero and whose console the host reads.</summary>
    public bool DebugModeUnsafe { get; init; }

    /// <summary>The digests of the models that evidence may be about.</summary>
    public IReadOnlyList<Sha384Digest> Models { get; init; } = [];

    /// <summary>Accept evidence about any model that the enclave serves.</summary>
    public bool AnyModelUnsafe { get; init; }

    /// <summary>The digests of the configurations that an enclave may have.</summary>
    public IReadOnlyList<Sha384Digest> Configurations { get; init; } = [];

    /// <summary>Accept any configuration of the enclave.</summary>
    public bool AnyConfigurationUnsafe { get; init; }

    /// <summary>Live: how old a document may be, but for a session's.</summary>
    public TimeSpan MaximumDocumentAge { get; init; } = DefaultMaximumDocumentAge;

    /// <summary>How far two clocks may be apart.</summary>
    public TimeSpan ClockSkew { get; init; } = DefaultClockSkew;

    /// <summary>How old a session's document may be when a claim is issued under it; live, also how old it may be now.</summary>
    public TimeSpan SessionMaximumDocumentAge { get; init; } = DefaultSessionMaximumDocumentAge;

    /// <summary>How old a session key may be when a claim is issued under it.</summary>
    public TimeSpan SessionMaximumAge { get; init; } = DefaultSessionMaximumAge;

    /// <summary>The least kind of evidence accepted.</summary>
    public EvidenceKind LeastEvidence { get; init; } = EvidenceKind.Session;

    /// <summary>What is no longer accepted, though everything else holds.</summary>
    public IReadOnlyList<Revocation> Revocations { get; init; } = [];

    /// <summary>
    /// The levels of a chain, 1 (regional) and 2 (zonal), whose certificate a revocation list must speak for. Levels 3 and 4 cannot be required: AWS issues no
    /// lists for them. Lists at hand count for every level, required or not.
    /// </summary>
    public IReadOnlyList<int> RevocationListLevels { get; init; } = [];

    /// <summary>Give up the invariants that AWS's certificate chains keep beyond RFC 5280.</summary>
    public bool NoCertificateProfileUnsafe { get; init; }
}

namespace Nitro.Verifier.Fuzz.Judging;

/// <summary>
/// One way to make a verifier. All of them must give the same verdict on everything: a verifier with another cache, or none, is one more
/// entry of
/// <see cref="All"/>.
/// </summary>
/// <param name="Name">For the report.</param>
/// <param name="Make">The verifier for a policy.</param>
public sealed record VerifierConfiguration(string Name, Func<VerificationPolicy, AttestationVerifier> Make)
{
    /// <summary>Every configuration that there is.</summary>
    public static IReadOnlyList<VerifierConfiguration> All { get; } =
    [
        new("default", policy => new AttestationVerifier(policy)),
        new("nothing remembered", policy => new AttestationVerifier(
            policy, new VerifierOptions { IssuerCacheCapacity = 0, SessionCacheCapacity = 0, KeyTableCapacity = 0 })),
        new("hardly anything remembered", policy => new AttestationVerifier(
            policy, new VerifierOptions { IssuerCacheCapacity = 2, SessionCacheCapacity = 1, KeyTableCapacity = 1 })),
    ];

    /// <summary>Those of <see cref="All"/>, and signatures verified by the platform: several times as slow.</summary>
    public static IReadOnlyList<VerifierConfiguration> WithPlatform { get; } =
        [.. All, new("platform's signatures", policy => new AttestationVerifier(policy, new VerifierOptions { PlatformSignatures = true }))];
}

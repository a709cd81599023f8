namespace Nitro.Verifier.Stages;

/// <summary>What is asked of a document beside the policy.</summary>
/// <param name="Expected">What its fields must be; null where the links of evidence say it.</param>
/// <param name="CarriedLists">Revocation lists that came with it.</param>
/// <param name="Time">When it is verified.</param>
/// <param name="MaximumAge">Live: how old it may be.</param>
internal sealed record DocumentDemand(
    DocumentExpectations? Expected, IReadOnlyList<ReadOnlyMemory<byte>> CarriedLists, ValidationTime Time, TimeSpan MaximumAge);

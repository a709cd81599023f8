namespace Nitro.Verifier.Fuzz.Kinds;

/// <summary>Every kind of seed that there is on this machine.</summary>
public static class SeedKinds
{
    public static IReadOnlyList<SeedKind> All() =>
        [.. new SeedKind?[] { GenuineDocumentKind.Create(), new SimulatedDocumentKind(), new EvidenceFileKind(), new PolicyKind() }.OfType<SeedKind>()];
}

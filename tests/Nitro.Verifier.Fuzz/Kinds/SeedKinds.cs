namespace Nitro.Verifier.Fuzz.Kinds;

/// <summary>Every kind of seed that there is on this machine.</summary>
public static class SeedKinds
{
    public static IReadOnlyList<SeedKind> All()
    {
        SeedKind?[] kinds = [GenuineDocumentKind.Create(), new SimulatedDocumentKind(), new EvidenceFileKind(), new RevocationListKind(), new PolicyKind()];
        return [.. kinds.OfType<SeedKind>()];
    }
}

namespace Nitro.Verifier.Fuzz.Mutation;

/// <summary>A chain with what its verdict depends on.</summary>
/// <param name="Certificates">The first first, which should be the root; the leaf last.</param>
/// <param name="ModuleId">The module id that the chain was made for.</param>
/// <param name="TimeMs">When it is judged, milliseconds since 1970.</param>
/// <param name="Story">What was done to it.</param>
public sealed record ChainCase(byte[][] Certificates, string ModuleId, long TimeMs, string Story);

namespace Nitro.Verifier.Fuzz;

/// <summary>One input with everything that its verdict depends on. Immutable.</summary>
/// <param name="Kind">The name of the kind of seed that made it.</param>
/// <param name="Situation">Under which policy and expectations it is judged.</param>
/// <param name="NowMs">The present, for situations that are live; milliseconds since 1970.</param>
/// <param name="Bytes">The input.</param>
/// <param name="Story">What was done to the seed.</param>
public sealed record FuzzCase(string Kind, Situation Situation, long NowMs, byte[] Bytes, string Story);

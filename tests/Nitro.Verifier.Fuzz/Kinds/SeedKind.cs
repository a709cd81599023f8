using Nitro.Verifier.Fuzz.Judging;

namespace Nitro.Verifier.Fuzz.Kinds;

/// <summary>
/// One kind of input: where its seeds come from, how they are changed, who judges them. A new kind is one class of this and its entry in
/// <see cref="SeedKinds"/>. Immutable once made, thread-safe.
/// </summary>
public abstract class SeedKind
{
    /// <summary>For the report, and in the files of findings.</summary>
    public abstract string Name { get; }

    /// <summary>How often it has its turn, beside the other kinds' weights.</summary>
    public abstract int Weight { get; }

    /// <summary>What the seeds are, for the report.</summary>
    public abstract string Seeds { get; }

    /// <summary>Makes a case out of chance alone.</summary>
    public abstract FuzzCase Make(FuzzRandom random);

    /// <summary>What the product says of a case.</summary>
    public abstract Verdict Judge(FuzzCase one, VerifierSet verifiers);

    /// <summary>
    /// Looks at a case that the product accepted, with nothing of the product's: is what it accepted what was signed?
    /// </summary>
    /// <returns>What is wrong; null when nothing is.</returns>
    public abstract string? Recheck(FuzzCase one);
}

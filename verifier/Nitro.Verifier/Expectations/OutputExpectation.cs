using Nitro.Attestation.Inference;

namespace Nitro.Verifier;

/// <summary>What the caller knows of the output. Immutable.</summary>
public sealed class OutputExpectation
{
    private OutputExpectation(InferenceOutput? exact, bool isWaived) => (Exact, IsWaived) = (exact, isWaived);

    /// <summary>The evidence holds the output itself; once verified, the caller reads it from the result.</summary>
    public static OutputExpectation InEvidence { get; } = new(null, false);

    /// <summary>The output is not looked at: the evidence then says nothing about what was answered.</summary>
    public static OutputExpectation UncheckedUnsafe { get; } = new(null, true);

    /// <summary>Whether the check is given up.</summary>
    public bool IsWaived { get; }

    internal InferenceOutput? Exact { get; }

    /// <summary>The output that the caller received.</summary>
    public static OutputExpectation Exactly(InferenceOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return new(output, false);
    }
}

using Nitro.Attestation.Inference;

namespace Nitro.Verifier;

/// <summary>What the caller knows of the input. Immutable.</summary>
public sealed class InputExpectation
{
    private InputExpectation(InferenceInput? exact, bool isWaived) => (Exact, IsWaived) = (exact, isWaived);

    /// <summary>The evidence holds the input itself; once verified, the caller reads it from the result.</summary>
    public static InputExpectation InEvidence { get; } = new(null, false);

    /// <summary>The input is not looked at: the evidence then says nothing about what was asked.</summary>
    public static InputExpectation UncheckedUnsafe { get; } = new(null, true);

    /// <summary>Whether the check is given up.</summary>
    public bool IsWaived { get; }

    internal InferenceInput? Exact { get; }

    /// <summary>The input that the caller sent.</summary>
    public static InputExpectation Exactly(InferenceInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new(input, false);
    }
}

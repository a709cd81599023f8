using Nitro.Attestation.EvidenceFiles;

namespace Nitro.Verifier;

/// <summary>What the caller expects of one piece of evidence. Each needs a decision. Immutable.</summary>
public sealed record EvidenceExpectations
{
    /// <summary>The model that the caller asked for.</summary>
    public required ModelExpectation Model { get; init; }

    /// <summary>The input that the caller sent.</summary>
    public required InputExpectation Input { get; init; }

    /// <summary>The output that the caller received.</summary>
    public required OutputExpectation Output { get; init; }

    /// <summary>
    /// The nonce that the caller sent with the request; <see cref="ByteExpectation.Absent"/> and no bytes both mean that none was sent.
    /// Live verification refuses to start without an exact one, or <see cref="ByteExpectation.AnyUnsafe"/>.
    /// </summary>
    public required ByteExpectation Nonce { get; init; }

    /// <summary>The kinds of evidence accepted; by default every kind that the policy accepts.</summary>
    public IReadOnlyCollection<EvidenceKind> Kinds { get; init; } = Enum.GetValues<EvidenceKind>();
}

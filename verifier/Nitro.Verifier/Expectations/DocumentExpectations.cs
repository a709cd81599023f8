namespace Nitro.Verifier;

/// <summary>What the caller expects of the three fields that an enclave chooses. Each needs a decision. Immutable.</summary>
public sealed record DocumentExpectations
{
    /// <summary>The nonce that the caller sent. Live verification refuses to start without an exact one, or <see cref="ByteExpectation.AnyUnsafe"/>.</summary>
    public required ByteExpectation Nonce { get; init; }

    /// <summary>The user data.</summary>
    public required ByteExpectation UserData { get; init; }

    /// <summary>The public key.</summary>
    public required ByteExpectation PublicKey { get; init; }

    /// <summary>Nothing is expected of any of the three: for looking at documents made for somebody else.</summary>
    public static DocumentExpectations AnyUnsafe { get; } = new()
    {
        Nonce = ByteExpectation.AnyUnsafe,
        UserData = ByteExpectation.AnyUnsafe,
        PublicKey = ByteExpectation.AnyUnsafe,
    };
}

namespace Nitro.Enclave.Sessions;

/// <summary>A claim that has its number in a session, with what vouches for it. Immutable.</summary>
/// <param name="Claim">The encoded claim.</param>
/// <param name="Receipt">The claim signed by the session key.</param>
/// <param name="Document">The session document that covers it: the newest, whose timestamp is not after the claim's issued-at.</param>
/// <param name="DirectDocument">The NSM's document over the claim itself, when it was asked for.</param>
public sealed record SignedClaim(
    ReadOnlyMemory<byte> Claim, ReadOnlyMemory<byte> Receipt, SessionDocument Document, ReadOnlyMemory<byte>? DirectDocument = null);

using Nitro.Attestation;

namespace Nitro.Enclave.Sessions;

/// <summary>What a claim states of one inference, before the session adds its time, number and chain. Immutable.</summary>
/// <param name="Model">The model's digest.</param>
/// <param name="Input">The input's salted digest.</param>
/// <param name="Output">The output's salted digest.</param>
/// <param name="Nonce">The caller's nonce, 0 to 64 bytes.</param>
public sealed record ClaimContent(Sha384Digest Model, Sha384Digest Input, Sha384Digest Output, ReadOnlyMemory<byte> Nonce);

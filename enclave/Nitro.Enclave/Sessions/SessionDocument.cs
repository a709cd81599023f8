using Nitro.Attestation;

namespace Nitro.Enclave.Sessions;

/// <summary>An attestation document that vouches for a session key. Immutable.</summary>
/// <param name="Bytes">The document, as the NSM signed it.</param>
/// <param name="TimestampMs">When, by the NSM's clock: milliseconds since 1970-01-01 UTC.</param>
public sealed record SessionDocument(ReadOnlyMemory<byte> Bytes, ulong TimestampMs)
{
    /// <summary>The digest of the bytes, by which the document is asked for.</summary>
    public Sha384Digest Digest { get; } = Sha384Digest.Of(Bytes.Span);
}

using Nitro.Attestation;
using Nitro.Attestation.Claims;

namespace Nitro.Enclave.Sessions;

/// <summary>
/// One session: a key, the statement about it, and the chain of its claims. Not safe to use from several threads at once.
/// </summary>
internal sealed class Session : IDisposable
{
    private readonly SessionKey _key;
    private ulong _sequence;
    private ulong _lastIssuedAtMs;
    private Sha384Digest _previous;

    public Session(SessionKey key, SessionStatement statement)
    {
        _key = key;
        StartedAtMs = statement.StartedAtMs;
        Statement = statement.Encode();
    }

    /// <summary>When the key was made, milliseconds since 1970-01-01 UTC by the enclave's clock.</summary>
    public ulong StartedAtMs { get; }

    /// <summary>The encoded statement, the user data of the session's documents.</summary>
    public ReadOnlyMemory<byte> Statement { get; }

    /// <summary>The public key.</summary>
    public SessionPublicKey PublicKey => _key.PublicKey;

    /// <summary>
    /// The time of a claim made now: the enclave's, but neither before the document that covers it nor before the last claim's.
    /// </summary>
    public ulong IssueTime(ulong nowMs, SessionDocument document) => Math.Max(nowMs, Math.Max(document.TimestampMs, _lastIssuedAtMs));

    /// <summary>Gives a claim its time, number and predecessor, and signs it. When signing fails, no number is spent.</summary>
    public SignedClaim Sign(ClaimContent content, ulong issuedAtMs, SessionDocument document)
    {
        var claim = new Claim
        {
            Model = content.Model,
            Input = content.Input,
            Output = content.Output,
            Nonce = content.Nonce,
            IssuedAtMs = issuedAtMs,
            Sequence = _sequence,
            Session = _key.PublicKey.Digest,
            Previous = _previous,
        }.Encode();
        var receipt = _key.Sign(claim);
        _sequence++;
        _lastIssuedAtMs = issuedAtMs;
        _previous = Sha384Digest.Of(claim);
        return new SignedClaim(claim, receipt, document);
    }

    public void Dispose() => _key.Dispose();
}

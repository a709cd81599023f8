using Nitro.Attestation.Documents;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier;

/// <summary>An attestation document that was verified under a policy: only a verifier makes one. Immutable.</summary>
public sealed class AttestationDocument
{
    private readonly UnverifiedDocument _document;

    /// <summary>The same document, for what is remembered of it.</summary>
    internal UnverifiedDocument Unverified => _document;

    internal AttestationDocument(UnverifiedDocument document, TrustAnchor trustAnchor, string? release)
    {
        _document = document;
        TrustAnchor = trustAnchor;
        Release = release;
    }

    /// <summary>The NSM's own name.</summary>
    public string ModuleId => _document.ModuleId;

    /// <summary>When the NSM signed, in milliseconds since 1970-01-01 UTC.</summary>
    public long TimestampMs => _document.TimestampMs;

    /// <summary>When the NSM signed.</summary>
    public DateTimeOffset Timestamp => _document.Timestamp;

    /// <summary>The locked PCRs.</summary>
    public PcrSet Pcrs => _document.Pcrs;

    /// <summary>What the enclave gave as public key; null when it gave none.</summary>
    public ReadOnlyMemory<byte>? PublicKey => _document.PublicKey;

    /// <summary>What the enclave gave as user data; null when it gave none.</summary>
    public ReadOnlyMemory<byte>? UserData => _document.UserData;

    /// <summary>What the enclave gave as nonce; null when it gave none.</summary>
    public ReadOnlyMemory<byte>? Nonce => _document.Nonce;

    /// <summary>The trust anchor that the chain leads to. Anything other than AWS's own must be shown as such.</summary>
    public TrustAnchor TrustAnchor { get; }

    /// <summary>The name of the policy's release whose measurements match; null when the policy leaves measurements open.</summary>
    public string? Release { get; }

    /// <summary>Whether the enclave runs in debug mode, which only an Unsafe policy accepts.</summary>
    public bool IsDebugMode => Pcrs.ShowDebugMode;
}

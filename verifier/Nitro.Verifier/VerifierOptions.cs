using Nitro.Verifier.RevocationLists;

namespace Nitro.Verifier;

/// <summary>What a verifier is given beside its policy. None of it opens anything up. Immutable.</summary>
public sealed record VerifierOptions
{
    /// <summary>The default of <see cref="IssuerCacheCapacity"/>: about 12 MB at most, and more enclaves than a network's nodes meet in three hours.</summary>
    public const int DefaultIssuerCacheCapacity = 4096;

    /// <summary>The most certificates, and the most sessions, that may be remembered.</summary>
    public const int MaximumCacheCapacity = 1024 * 1024;

    /// <summary>
    /// How many certificates are remembered as read and as signed by the one above them, 0 for none. Results are the same: only those two facts, which
    /// nothing can change, are remembered, and never a verdict.
    /// </summary>
    public int IssuerCacheCapacity { get; init; } = DefaultIssuerCacheCapacity;

    /// <summary>The default of <see cref="SessionCacheCapacity"/>: about 5 MB of documents of AWS's size.</summary>
    public const int DefaultSessionCacheCapacity = 1024;

    /// <summary>
    /// How many session documents are remembered as read and as signed by their leaf's key, 0 for none: each of at most 16 KiB. Results are the same.
    /// </summary>
    public int SessionCacheCapacity { get; init; } = DefaultSessionCacheCapacity;

    /// <summary>The default of <see cref="KeyTableCapacity"/>: 8 MiB at most.</summary>
    public const int DefaultKeyTableCapacity = 256;

    /// <summary>
    /// How many P-384 keys that are used again and again may have a table of 32 KiB, which makes a verification with them three times as fast; 0 for none.
    /// </summary>
    public int KeyTableCapacity { get; init; } = DefaultKeyTableCapacity;

    /// <summary>
    /// Have the platform (OpenSSL, CNG) verify P-384 signatures rather than this library's own arithmetic, which is several times as fast.
    /// Results are the same. Processors without a wide multiply (BMI2, or any 64-bit ARM's) always leave it to the platform.
    /// </summary>
    public bool PlatformSignatures { get; init; }

    /// <summary>Revocation lists at hand. Those of issuers that are not in a document's chain are passed over.</summary>
    public IReadOnlyList<CertificateRevocationList> RevocationLists { get; init; } = [];
}

using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.RevocationLists;

/// <summary>One entry as it was read; a list may have tens of thousands.</summary>
/// <param name="SerialNumber">Where the serial number's value lies in the list.</param>
/// <param name="RevokedAt">revocationDate, milliseconds since 1970.</param>
/// <param name="InvalidSince">invalidityDate, milliseconds since 1970; <see cref="NotStated"/> when absent.</param>
/// <param name="Reason">reasonCode; <see cref="CertificateRevocationReason.Unspecified"/> when absent.</param>
internal readonly record struct RevocationListEntry(DerValue SerialNumber, long RevokedAt, long InvalidSince, CertificateRevocationReason Reason)
{
    /// <summary>No invalidityDate.</summary>
    public const long NotStated = long.MaxValue;

    /// <summary>The earlier of the two dates: from then on the certificate's word counts for nothing, by its issuer's own statement.</summary>
    public long Effective => Math.Min(RevokedAt, InvalidSince);

    /// <summary>The entry for people and programs.</summary>
    public RevokedCertificate ToPublic(ReadOnlySpan<byte> list) => new(
        Convert.ToHexString(SerialNumber.Content(list)),
        DateTimeOffset.FromUnixTimeMilliseconds(RevokedAt),
        Reason,
        InvalidSince == NotStated ? null : DateTimeOffset.FromUnixTimeMilliseconds(InvalidSince));
}

namespace Nitro.Verifier.Certificates;

/// <summary>The content octets of the object identifiers that this verifier knows.</summary>
internal static class ObjectIdentifiers
{
    /// <summary>2.5.4.3 (X.520).</summary>
    public static ReadOnlySpan<byte> CommonName => [0x55, 0x04, 0x03];

    /// <summary>2.5.4.6 (X.520).</summary>
    public static ReadOnlySpan<byte> Country => [0x55, 0x04, 0x06];

    /// <summary>2.5.4.7 (X.520).</summary>
    public static ReadOnlySpan<byte> Locality => [0x55, 0x04, 0x07];

    /// <summary>2.5.4.8 (X.520).</summary>
    public static ReadOnlySpan<byte> State => [0x55, 0x04, 0x08];

    /// <summary>2.5.4.10 (X.520).</summary>
    public static ReadOnlySpan<byte> Organization => [0x55, 0x04, 0x0A];

    /// <summary>2.5.4.11 (X.520).</summary>
    public static ReadOnlySpan<byte> OrganizationalUnit => [0x55, 0x04, 0x0B];

    /// <summary>2.5.29.14 (RFC 5280 4.2.1.2).</summary>
    public static ReadOnlySpan<byte> SubjectKeyIdentifier => [0x55, 0x1D, 0x0E];

    /// <summary>2.5.29.15 (RFC 5280 4.2.1.3).</summary>
    public static ReadOnlySpan<byte> KeyUsage => [0x55, 0x1D, 0x0F];

    /// <summary>2.5.29.19 (RFC 5280 4.2.1.9).</summary>
    public static ReadOnlySpan<byte> BasicConstraints => [0x55, 0x1D, 0x13];

    /// <summary>2.5.29.20 (RFC 5280 5.2.3).</summary>
    public static ReadOnlySpan<byte> CrlNumber => [0x55, 0x1D, 0x14];

    /// <summary>2.5.29.21 (RFC 5280 5.3.1).</summary>
    public static ReadOnlySpan<byte> ReasonCode => [0x55, 0x1D, 0x15];

    /// <summary>2.5.29.24 (RFC 5280 5.3.2).</summary>
    public static ReadOnlySpan<byte> InvalidityDate => [0x55, 0x1D, 0x18];

    /// <summary>2.5.29.27 (RFC 5280 5.2.4).</summary>
    public static ReadOnlySpan<byte> DeltaCrlIndicator => [0x55, 0x1D, 0x1B];

    /// <summary>2.5.29.28 (RFC 5280 5.2.5).</summary>
    public static ReadOnlySpan<byte> IssuingDistributionPoint => [0x55, 0x1D, 0x1C];

    /// <summary>2.5.29.29 (RFC 5280 5.3.3).</summary>
    public static ReadOnlySpan<byte> CertificateIssuer => [0x55, 0x1D, 0x1D];

    /// <summary>2.5.29.30 (RFC 5280 4.2.1.10).</summary>
    public static ReadOnlySpan<byte> NameConstraints => [0x55, 0x1D, 0x1E];

    /// <summary>2.5.29.31 (RFC 5280 4.2.1.13).</summary>
    public static ReadOnlySpan<byte> CrlDistributionPoints => [0x55, 0x1D, 0x1F];

    /// <summary>2.5.29.33 (RFC 5280 4.2.1.5).</summary>
    public static ReadOnlySpan<byte> PolicyMappings => [0x55, 0x1D, 0x21];

    /// <summary>2.5.29.35 (RFC 5280 4.2.1.1).</summary>
    public static ReadOnlySpan<byte> AuthorityKeyIdentifier => [0x55, 0x1D, 0x23];

    /// <summary>2.5.29.36 (RFC 5280 4.2.1.11).</summary>
    public static ReadOnlySpan<byte> PolicyConstraints => [0x55, 0x1D, 0x24];

    /// <summary>2.5.29.37 (RFC 5280 4.2.1.12).</summary>
    public static ReadOnlySpan<byte> ExtendedKeyUsage => [0x55, 0x1D, 0x25];

    /// <summary>2.5.29.54 (RFC 5280 4.2.1.14).</summary>
    public static ReadOnlySpan<byte> InhibitAnyPolicy => [0x55, 0x1D, 0x36];
}

namespace Nitro.Verifier.Certificates;

/// <summary>The identifier octets (X.690 8.1.2) that occur in certificates and revocation lists. All have a tag number below 31, so one octet each.</summary>
internal static class DerTag
{
    public const byte Boolean = 0x01;
    public const byte Integer = 0x02;
    public const byte BitString = 0x03;
    public const byte OctetString = 0x04;
    public const byte ObjectIdentifier = 0x06;
    public const byte Enumerated = 0x0A;
    public const byte Utf8String = 0x0C;
    public const byte PrintableString = 0x13;
    public const byte UtcTime = 0x17;
    public const byte GeneralizedTime = 0x18;
    public const byte Sequence = 0x30;
    public const byte Set = 0x31;

    /// <summary>[0], primitive: IMPLICIT over a primitive type.</summary>
    public const byte Context0 = 0x80;

    /// <summary>[6], primitive: GeneralName's uniformResourceIdentifier.</summary>
    public const byte Context6 = 0x86;

    /// <summary>[0], constructed: EXPLICIT, or IMPLICIT over a constructed type.</summary>
    public const byte Context0Constructed = 0xA0;

    /// <summary>[3], constructed: TBSCertificate's extensions.</summary>
    public const byte Context3Constructed = 0xA3;
}

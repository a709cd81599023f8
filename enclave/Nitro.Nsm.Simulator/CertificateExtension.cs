using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Nitro.Nsm.Simulator;

/// <summary>One extension of a certificate. The value is any bytes: a test's certificates are deliberately wrong.</summary>
/// <param name="Oid">The extension's type.</param>
/// <param name="Critical">Whether it is critical; false is left out, as DER asks.</param>
/// <param name="Value">What the extension's OCTET STRING holds.</param>
public sealed record CertificateExtension(string Oid, bool Critical, ReadOnlyMemory<byte> Value)
{
    /// <summary>basicConstraints (RFC 5280, section 4.2.1.9).</summary>
    public const string BasicConstraintsOid = "2.5.29.19";

    /// <summary>keyUsage (RFC 5280, section 4.2.1.3).</summary>
    public const string KeyUsageOid = "2.5.29.15";

    /// <summary>subjectKeyIdentifier (RFC 5280, section 4.2.1.2).</summary>
    public const string SubjectKeyIdentifierOid = "2.5.29.14";

    /// <summary>authorityKeyIdentifier (RFC 5280, section 4.2.1.1).</summary>
    public const string AuthorityKeyIdentifierOid = "2.5.29.35";

    /// <summary>cRLDistributionPoints (RFC 5280, section 4.2.1.13).</summary>
    public const string CrlDistributionPointsOid = "2.5.29.31";

    /// <summary>When set, the whole extension's bytes, written as they are instead of the other three.</summary>
    public ReadOnlyMemory<byte>? Raw { get; init; }

    /// <summary>basicConstraints, critical; an end entity's is an empty SEQUENCE.</summary>
    public static CertificateExtension BasicConstraints(bool isAuthority, int? pathLength = null)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            if (isAuthority)
            {
                writer.WriteBoolean(true);
            }

            if (pathLength is { } length)
            {
                writer.WriteInteger(length);
            }
        }

        return new(BasicConstraintsOid, true, writer.Encode());
    }

    /// <summary>keyUsage: a named bit list, without trailing zero bits.</summary>
    public static CertificateExtension KeyUsage(X509KeyUsageFlags usages, bool critical)
    {
        // The first eight usages are the low byte, highest bit first; decipherOnly is the next byte's highest bit.
        byte[] bits = usages.HasFlag(X509KeyUsageFlags.DecipherOnly) ? [(byte)usages, 0x80] : [(byte)usages];
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteBitString(bits[^1] == 0 ? [] : bits, bits[^1] == 0 ? 0 : BitOperations.TrailingZeroCount(bits[^1]));
        return new(KeyUsageOid, critical, writer.Encode());
    }

    /// <summary>subjectKeyIdentifier: SHA-1 of the public key's bits (RFC 5280, section 4.2.1.2, method 1).</summary>
    /// <param name="subjectPublicKeyInfo">The subject's key, DER.</param>
    public static CertificateExtension SubjectKeyIdentifier(ReadOnlyMemory<byte> subjectPublicKeyInfo)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteOctetString(KeyIdentifier(subjectPublicKeyInfo));
        return new(SubjectKeyIdentifierOid, false, writer.Encode());
    }

    /// <summary>authorityKeyIdentifier with the key's identifier only.</summary>
    /// <param name="issuerPublicKeyInfo">The issuer's key, DER.</param>
    public static CertificateExtension AuthorityKeyIdentifier(ReadOnlyMemory<byte> issuerPublicKeyInfo)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteOctetString(KeyIdentifier(issuerPublicKeyInfo), new Asn1Tag(TagClass.ContextSpecific, 0));
        }

        return new(AuthorityKeyIdentifierOid, false, writer.Encode());
    }

    /// <summary>cRLDistributionPoints with one point, one full name, one URI.</summary>
    public static CertificateExtension CrlDistributionPoint(string uri)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence())
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true)))
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true)))
        {
            writer.WriteCharacterString(UniversalTagNumber.IA5String, uri, new Asn1Tag(TagClass.ContextSpecific, 6));
        }

        return new(CrlDistributionPointsOid, false, writer.Encode());
    }

    /// <summary>SHA-1 of the bits of a public key, 20 bytes. It names a key and protects nothing.</summary>
    internal static byte[] KeyIdentifier(ReadOnlyMemory<byte> subjectPublicKeyInfo)
    {
        var info = new AsnReader(subjectPublicKeyInfo, AsnEncodingRules.DER).ReadSequence();
        info.ReadEncodedValue();
#pragma warning disable CA5350 // RFC 5280 names SHA-1 for this, AWS's certificates have it, and no security rests on it.
        return SHA1.HashData(info.ReadBitString(out _));
#pragma warning restore CA5350
    }

    internal void WriteTo(AsnWriter writer)
    {
        if (Raw is { } raw)
        {
            writer.WriteEncodedValue(raw.Span);
            return;
        }

        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Oid);
            if (Critical)
            {
                writer.WriteBoolean(true);
            }

            writer.WriteOctetString(Value.Span);
        }
    }
}

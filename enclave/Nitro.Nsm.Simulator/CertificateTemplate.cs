using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Nitro.Nsm.Simulator;

/// <summary>
/// Everything of a certificate but its signature. <see cref="AwsCertificateProfile"/> makes templates that are right; <c>with</c> makes
/// them wrong in one place, for a verifier's tests.
/// </summary>
/// <remarks>Immutable. Byte fields are written as they are, so they may hold anything that is one DER value.</remarks>
public sealed record CertificateTemplate
{
    /// <summary>AlgorithmIdentifier ecdsa-with-SHA384, without parameters (RFC 5758, section 3.2).</summary>
    public static readonly ReadOnlyMemory<byte> EcdsaWithSha384 = EncodeAlgorithm("1.2.840.10045.4.3.3");

    /// <summary>The X.509 version, 1 to 3; 1 is the default that DER leaves out.</summary>
    public int Version { get; init; } = 3;

    /// <summary>The serial number's content octets, as they are, right or wrong: big-endian two's complement, at most 127 octets.</summary>
    public required ReadOnlyMemory<byte> SerialNumber { get; init; }

    /// <summary>The signature algorithm inside the signed part, DER of an AlgorithmIdentifier.</summary>
    public ReadOnlyMemory<byte> SignatureAlgorithm { get; init; } = EcdsaWithSha384;

    /// <summary>The signature algorithm beside the signature; null for the same.</summary>
    public ReadOnlyMemory<byte>? OuterSignatureAlgorithm { get; init; }

    /// <summary>DER of the issuer's Name.</summary>
    public required ReadOnlyMemory<byte> Issuer { get; init; }

    /// <summary>First second of validity.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>Last second of validity.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>Whether dates are GeneralizedTime. UTCTime, the default, reaches from 1950 to 2049 (RFC 5280, section 4.1.2.5.1).</summary>
    public bool UseGeneralizedTime { get; init; }

    /// <summary>When set, the whole Validity's bytes, written instead of the two dates.</summary>
    public ReadOnlyMemory<byte>? RawValidity { get; init; }

    /// <summary>DER of the subject's Name.</summary>
    public required ReadOnlyMemory<byte> Subject { get; init; }

    /// <summary>DER of the subject's SubjectPublicKeyInfo.</summary>
    public required ReadOnlyMemory<byte> SubjectPublicKeyInfo { get; init; }

    /// <summary>The extensions, in order; the field is left out when there are none.</summary>
    public ImmutableArray<CertificateExtension> Extensions { get; init; } = [];

    /// <summary>The hash that <see cref="Sign"/> signs.</summary>
    public HashAlgorithmName SignatureHash { get; init; } = HashAlgorithmName.SHA384;

    /// <summary>DER of an AlgorithmIdentifier without parameters.</summary>
    /// <param name="oid">The algorithm.</param>
    public static byte[] EncodeAlgorithm(string oid)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(oid);
        }

        return writer.Encode();
    }

    /// <summary>The content octets of a number that is not negative: no leading zeros, but one before a high first bit.</summary>
    /// <param name="magnitude">The number, big-endian.</param>
    public static byte[] PositiveSerial(ReadOnlySpan<byte> magnitude)
    {
        var digits = magnitude.TrimStart((byte)0);
        return digits.IsEmpty || (digits[0] & 0x80) != 0 ? [0, .. digits] : digits.ToArray();
    }

    /// <summary>The template with this extension in place of the one of the same type, or at the end if there is none.</summary>
    public CertificateTemplate WithExtension(CertificateExtension extension)
    {
        ArgumentNullException.ThrowIfNull(extension);
        var index = IndexOf(extension.Oid);
        return this with { Extensions = index < 0 ? Extensions.Add(extension) : Extensions.SetItem(index, extension) };
    }

    /// <summary>The template without the extension of this type.</summary>
    /// <exception cref="ArgumentException">It has none: a test that removes nothing tests nothing.</exception>
    public CertificateTemplate WithoutExtension(string oid)
    {
        var index = IndexOf(oid);
        return index < 0
            ? throw new ArgumentException($"The template has no extension {oid}.", nameof(oid))
            : this with { Extensions = Extensions.RemoveAt(index) };
    }

    /// <summary>The template's extension of this type, null if there is none.</summary>
    public CertificateExtension? FindExtension(string oid) => IndexOf(oid) is >= 0 and var index ? Extensions[index] : null;

    /// <summary>The certificate, DER, signed by ECDSA.</summary>
    /// <param name="issuerKey">The key that signs, of any curve.</param>
    public byte[] Sign(ECDsa issuerKey)
    {
        ArgumentNullException.ThrowIfNull(issuerKey);
        var signed = EncodeToBeSigned();
        return Assemble(signed, issuerKey.SignData(signed, SignatureHash, DSASignatureFormat.Rfc3279DerSequence));
    }

    /// <summary>DER of the part that is signed (RFC 5280, section 4.1.1.1).</summary>
    public byte[] EncodeToBeSigned()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            if (Version != 1)
            {
                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true)))
                {
                    writer.WriteInteger(Version - 1);
                }
            }

            writer.WriteEncodedValue(EncodeSerial());
            writer.WriteEncodedValue(SignatureAlgorithm.Span);
            writer.WriteEncodedValue(Issuer.Span);
            WriteValidity(writer);
            writer.WriteEncodedValue(Subject.Span);
            writer.WriteEncodedValue(SubjectPublicKeyInfo.Span);
            if (!Extensions.IsEmpty)
            {
                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 3, isConstructed: true)))
                using (writer.PushSequence())
                {
                    foreach (var extension in Extensions)
                    {
                        extension.WriteTo(writer);
                    }
                }
            }
        }

        return writer.Encode();
    }

    /// <summary>A certificate of any signed part and any signature.</summary>
    /// <param name="toBeSigned">DER of the signed part.</param>
    /// <param name="signature">What the signature's BIT STRING holds.</param>
    public byte[] Assemble(ReadOnlySpan<byte> toBeSigned, ReadOnlySpan<byte> signature)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(toBeSigned);
            writer.WriteEncodedValue((OuterSignatureAlgorithm ?? SignatureAlgorithm).Span);
            writer.WriteBitString(signature);
        }

        return writer.Encode();
    }

    /// <summary>By hand, because the writer would mend or refuse a serial number that is not minimal.</summary>
    private byte[] EncodeSerial() => SerialNumber.Length <= 127
        ? [0x02, (byte)SerialNumber.Length, .. SerialNumber.Span]
        : throw new InvalidOperationException($"A serial number of {SerialNumber.Length} octets; at most 127 can be written.");

    private int IndexOf(string oid)
    {
        for (var i = 0; i < Extensions.Length; i++)
        {
            if (Extensions[i].Oid == oid)
            {
                return i;
            }
        }

        return -1;
    }

    private void WriteValidity(AsnWriter writer)
    {
        if (RawValidity is { } raw)
        {
            writer.WriteEncodedValue(raw.Span);
            return;
        }

        using (writer.PushSequence())
        {
            foreach (var date in (ReadOnlySpan<DateTimeOffset>)[NotBefore, NotAfter])
            {
                if (UseGeneralizedTime)
                {
                    writer.WriteGeneralizedTime(date, omitFractionalSeconds: true);
                }
                else
                {
                    writer.WriteUtcTime(date, twoDigitYearMax: 2049);
                }
            }
        }
    }
}

using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;

namespace Nitro.Nsm.Simulator;

/// <summary>
/// Everything of a certificate revocation list (RFC 5280, section 5.1) but its signature. <see cref="IssuedCertificate.NewRevocationList"/> makes templates
/// that are right; <c>with</c> makes them wrong in one place, for a verifier's tests.
/// </summary>
/// <remarks>Immutable.</remarks>
public sealed record RevocationListTemplate
{
    /// <summary>DER of the issuer's Name.</summary>
    public required ReadOnlyMemory<byte> Issuer { get; init; }

    /// <summary>When it is issued, to the second.</summary>
    public required DateTimeOffset ThisUpdate { get; init; }

    /// <summary>When the next one will have been issued; null to leave it out.</summary>
    public required DateTimeOffset? NextUpdate { get; init; }

    /// <summary>What it revokes; the field is left out when there is nothing.</summary>
    public ImmutableArray<RevokedEntry> Entries { get; init; } = [];

    /// <summary>The extensions, in order; the field is left out when there are none.</summary>
    public ImmutableArray<CertificateExtension> Extensions { get; init; } = [];

    /// <summary>cRLNumber (RFC 5280, section 5.2.3).</summary>
    public static CertificateExtension Number(BigInteger number)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteInteger(number);
        return new("2.5.29.20", false, writer.Encode());
    }

    /// <summary>The list, DER, signed with ecdsa-with-SHA384.</summary>
    public byte[] Sign(ECDsa issuerKey)
    {
        ArgumentNullException.ThrowIfNull(issuerKey);
        var signed = EncodeToBeSigned();
        return Assemble(signed, issuerKey.SignData(signed, HashAlgorithmName.SHA384, DSASignatureFormat.Rfc3279DerSequence));
    }

    /// <summary>A list of any signed part and any signature.</summary>
    /// <param name="toBeSigned">DER of the signed part.</param>
    /// <param name="signature">What the signature's BIT STRING holds.</param>
    public static byte[] Assemble(ReadOnlySpan<byte> toBeSigned, ReadOnlySpan<byte> signature)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(toBeSigned);
            writer.WriteEncodedValue(CertificateTemplate.EcdsaWithSha384.Span);
            writer.WriteBitString(signature);
        }

        return writer.Encode();
    }

    /// <summary>DER of the part that is signed (RFC 5280, section 5.1.1.1).</summary>
    public byte[] EncodeToBeSigned()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            writer.WriteEncodedValue(CertificateTemplate.EcdsaWithSha384.Span);
            writer.WriteEncodedValue(Issuer.Span);
            WriteTime(writer, ThisUpdate);
            if (NextUpdate is { } next)
            {
                WriteTime(writer, next);
            }

            WriteEntries(writer);
            if (!Extensions.IsEmpty)
            {
                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true)))
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

    private void WriteEntries(AsnWriter writer)
    {
        if (Entries.IsEmpty)
        {
            return;
        }

        using (writer.PushSequence())
        {
            foreach (var entry in Entries)
            {
                using (writer.PushSequence())
                {
                    writer.WriteInteger(entry.SerialNumber.Span);
                    WriteTime(writer, entry.RevokedAt);
                    WriteEntryExtensions(writer, entry);
                }
            }
        }
    }

    private static void WriteEntryExtensions(AsnWriter writer, RevokedEntry entry)
    {
        if (entry.Reason is null && entry.InvalidSince is null)
        {
            return;
        }

        using (writer.PushSequence())
        {
            if (entry.Reason is { } reason)
            {
                new CertificateExtension("2.5.29.21", false, new byte[] { 0x0A, 1, (byte)reason }).WriteTo(writer);
            }

            if (entry.InvalidSince is { } since)
            {
                var value = new AsnWriter(AsnEncodingRules.DER);
                value.WriteGeneralizedTime(since, omitFractionalSeconds: true);
                new CertificateExtension("2.5.29.24", false, value.Encode()).WriteTo(writer);
            }
        }
    }

    private static void WriteTime(AsnWriter writer, DateTimeOffset time)
    {
        if (time.UtcDateTime.Year < 2050)
        {
            writer.WriteUtcTime(time, twoDigitYearMax: 2049);
        }
        else
        {
            writer.WriteGeneralizedTime(time, omitFractionalSeconds: true);
        }
    }
}

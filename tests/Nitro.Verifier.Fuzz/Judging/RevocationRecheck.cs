using System.Formats.Asn1;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Nitro.Verifier.Fuzz.Judging;

/// <summary>A second opinion, by System.Formats.Asn1, on the revocation lists of evidence that was accepted.</summary>
public static class RevocationRecheck
{
    private const string ReasonCode = "2.5.29.21", InvalidityDate = "2.5.29.24", AuthorityKeyIdentifier = "2.5.29.35";

    /// <summary>What is wrong with an accepted case; null when nothing is.</summary>
    public static string? Problem(FuzzCase one)
    {
        ArgumentNullException.ThrowIfNull(one);
        try
        {
            using var file = JsonDocument.Parse(one.Bytes);
            var lists = file.RootElement.TryGetProperty("revocationLists", out var member) ? member.EnumerateArray().Select(item => item.GetBytesFromBase64()).ToArray() : [];
            var fields = DocumentRecheck.Read(file.RootElement.GetProperty("document").GetBytesFromBase64(), out var problem);
            return problem ?? Judge(lists, fields, one);
        }
        catch (Exception exception) when (exception is AsnContentException or CborContentException or CryptographicException or KeyNotFoundException)
        {
            return $"accepted, and a second reader says: {exception.Message}";
        }
    }

    private static string? Judge(byte[][] lists, Dictionary<string, object?> fields, FuzzCase one)
    {
        var signed = DateTimeOffset.FromUnixTimeMilliseconds((long)(ulong)fields["timestamp"]!);
        DateTimeOffset? witnessed = one.Situation is Situation.Revoking or Situation.Live ? DateTimeOffset.FromUnixTimeMilliseconds(one.NowMs) : null;
        byte[][] chain = [.. (IEnumerable<byte[]>)fields["cabundle"]!, (byte[])fields["certificate"]!];
        var covered = new bool[chain.Length];
        foreach (var bytes in lists)
        {
            var list = new AsnReader(bytes, AsnEncodingRules.DER).ReadSequence().ReadSequence();
            list.ReadInteger();
            list.ReadEncodedValue();
            var issuer = list.ReadEncodedValue();
            var (from, to) = (ReadTime(list), ReadTime(list));
            ReadOnlyMemory<byte>? entries = list.HasData && list.PeekTag() == Asn1Tag.Sequence ? list.ReadEncodedValue() : default(ReadOnlyMemory<byte>?);
            ReadOnlyMemory<byte>? extensions = list.HasData ? list.ReadEncodedValue() : default(ReadOnlyMemory<byte>?);
            var inTime = one.Situation == Situation.Live ? from <= witnessed && witnessed <= to : signed <= to;
            for (var level = 1; inTime && level < chain.Length; level++)
            {
                using var certificate = X509CertificateLoader.LoadCertificate(chain[level]);
                using var above = X509CertificateLoader.LoadCertificate(chain[level - 1]);
                if (!certificate.IssuerName.RawData.AsSpan().SequenceEqual(issuer.Span) || IsOfAnotherKey(extensions, above))
                {
                    continue;
                }

                covered[level] = true;
                if (IsRevoked(entries is { } encoded ? new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence() : null, certificate, signed, witnessed))
                {
                    return FormattableString.Invariant($"accepted, and the certificate of level {level} is revoked");
                }
            }
        }

        return one.Situation == Situation.Revoking && !(covered[1] && covered[2]) ? "accepted without a list that is required" : null;
    }

    /// <summary>A namesake's: the list names a key identifier, and it is not that of the certificate above.</summary>
    private static bool IsOfAnotherKey(ReadOnlyMemory<byte>? encoded, X509Certificate2 above)
    {
        if (encoded is not { } field || above.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault() is not { } own)
        {
            return false;
        }

        var extensions = new AsnReader(field, AsnEncodingRules.DER).ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence();
        while (extensions.HasData)
        {
            var (identifier, value) = ReadExtension(extensions);
            if (identifier == AuthorityKeyIdentifier)
            {
                var stated = new X509AuthorityKeyIdentifierExtension(value).KeyIdentifier;
                return stated is { } key && !key.Span.SequenceEqual(own.SubjectKeyIdentifierBytes.Span);
            }
        }

        return false;
    }

    private static bool IsRevoked(AsnReader? entries, X509Certificate2 certificate, DateTimeOffset signed, DateTimeOffset? witnessed)
    {
        while (entries is { HasData: true })
        {
            var entry = entries.ReadSequence();
            var serial = entry.ReadIntegerBytes();
            var effective = ReadTime(entry);
            var reason = 0;
            var extensions = entry.HasData ? entry.ReadSequence() : null;
            while (extensions is { HasData: true })
            {
                var (identifier, content) = ReadExtension(extensions);
                var value = new AsnReader(content, AsnEncodingRules.DER);
                if (identifier == ReasonCode)
                {
                    reason = value.ReadEnumeratedBytes().Span[0];
                }
                else if (identifier == InvalidityDate && value.ReadGeneralizedTime() is var since && since < effective)
                {
                    effective = since;
                }
            }

            var superseded = reason is 3 or 4 or 5;
            if (serial.Span.SequenceEqual(certificate.SerialNumberBytes.Span) && !(superseded && signed < effective) && !(witnessed < effective))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Extension ::= SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue } (RFC 5280 4.1). Critical is any that the product knows.</summary>
    private static (string Identifier, byte[] Value) ReadExtension(AsnReader extensions)
    {
        var extension = extensions.ReadSequence();
        var identifier = extension.ReadObjectIdentifier();
        if (extension.PeekTag() == Asn1Tag.Boolean)
        {
            extension.ReadBoolean();
        }

        return (identifier, extension.ReadOctetString());
    }

    private static DateTimeOffset ReadTime(AsnReader reader) =>
        reader.PeekTag() == Asn1Tag.UtcTime ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();
}

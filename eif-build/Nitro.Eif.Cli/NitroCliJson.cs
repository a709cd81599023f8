using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nitro.Eif.Format;
using Nitro.Eif.Reading;
using Nitro.Eif.Signing;

namespace Nitro.Eif.Cli;

/// <summary>The JSON that nitro-cli prints, member for member and in its order; what is ours comes after.</summary>
internal static class NitroCliJson
{
    /// <summary>Deeper than what is read, since the metadata stands inside another object.</summary>
    private static readonly JsonSerializerOptions Layout = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 128,
    };

    /// <summary>What <c>build-enclave</c> prints.</summary>
    public static string Build(EifMeasurements measurements) => new JsonObject { ["Measurements"] = Measurements(measurements) }.ToJsonString(Layout);

    /// <summary>What <c>describe-eif</c> prints, then Architecture, Size, Sections and Warnings.</summary>
    public static string Describe(EifDescription image)
    {
        var json = new JsonObject
        {
            ["EifVersion"] = image.Version,
            ["Measurements"] = Measurements(image.Measurements),
            ["IsSigned"] = image.Signature is not null,
        };
        if (image.Signature is { } signature)
        {
            json["SigningCertificate"] = Certificate(signature);
        }

        json["CheckCRC"] = image.CrcMatches;
        if (image.Signature is { } signed)
        {
            var result = signed.Verify(image.Measurements.Pcr0, DateTimeOffset.UnixEpoch);
            json["SignatureCheck"] = result.SignatureHolds && result.RegisterMatches;
        }

        AddMetadata(json, image);
        json["Architecture"] = image.Architecture.Name();
        json["Size"] = image.Size;
        json["CommandLine"] = image.CommandLine;
        json["Sections"] = new JsonArray([.. image.Sections.Select(section => (JsonNode)new JsonObject
        {
            ["Type"] = section.Type.Name(),
            ["Offset"] = section.Offset,
            ["Size"] = section.Size,
        })]);
        json["Warnings"] = new JsonArray([.. image.Warnings.Select(warning => (JsonNode)warning.Text)]);
        return FitForTerminal(json.ToJsonString(Layout));
    }

    /// <summary>
    /// The encoder lets characters through that turn the direction of writing or are not seen, and the texts are whoever's made the image.
    /// Beyond ASCII a JSON text has nothing but what is inside strings, where an escape means the same.
    /// </summary>
    private static string FitForTerminal(string json) => json.Any(IsFormat)
        ? string.Concat(json.Select(character => IsFormat(character) ? $"\\u{(int)character:x4}" : $"{character}"))
        : json;

    private static bool IsFormat(char character) => char.GetUnicodeCategory(character) == UnicodeCategory.Format;

    private static JsonObject Measurements(EifMeasurements measurements)
    {
        var json = new JsonObject
        {
            ["HashAlgorithm"] = EifMeasurements.HashAlgorithm,
            ["PCR0"] = measurements.Pcr0.ToString(),
            ["PCR1"] = measurements.Pcr1.ToString(),
            ["PCR2"] = measurements.Pcr2.ToString(),
        };
        if (measurements.Pcr8 is { } pcr8)
        {
            json["PCR8"] = pcr8.ToString();
        }

        return json;
    }

    /// <summary>ImageName and ImageVersion stand by themselves, the rest under Metadata.</summary>
    private static void AddMetadata(JsonObject json, EifDescription image)
    {
        if (image.Metadata is not { } bytes)
        {
            return;
        }

        JsonObject metadata;
        try
        {
            metadata = JsonNode.Parse(bytes.Span)!.AsObject();
            foreach (var name in new[] { "ImageName", "ImageVersion" })
            {
                if (metadata.TryGetPropertyValue(name, out var value))
                {
                    json[name] = value?.DeepClone();
                    metadata.Remove(name);
                }
            }
        }
        catch (ArgumentException)
        {
            // A member that occurs twice: this is shown as the text that it is.
            json["Metadata"] = System.Text.Encoding.UTF8.GetString(bytes.Span);
            return;
        }

        json["Metadata"] = metadata;
    }

    /// <summary>As OpenSSL prints names, times and bits, since that is what nitro-cli leaves it to.</summary>
    private static JsonObject Certificate(EifSignature signature)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(signature.CertificateDer.Span);
        return new JsonObject
        {
            ["IssuerName"] = Issuer(certificate),
            ["Algorithm"] = AlgorithmName(certificate.SignatureAlgorithm.Value),
            ["NotBefore"] = Time(signature.NotBefore),
            ["NotAfter"] = Time(signature.NotAfter),
            ["Signature"] = BitConverter.ToString(SignatureOf(certificate)).Replace('-', ':'),
        };
    }

    /// <summary>The parts of the name, by their long names, in the order of these; what cannot be read is left out.</summary>
    private static JsonObject Issuer(X509Certificate2 certificate)
    {
        var issuer = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        try
        {
            var name = new AsnReader(certificate.IssuerName.RawData, AsnEncodingRules.BER).ReadSequence();
            while (name.HasData)
            {
                var elements = name.ReadSetOf();
                while (elements.HasData)
                {
                    var element = elements.ReadSequence();
                    issuer[LongName(element.ReadObjectIdentifier())] = element.ReadCharacterString((UniversalTagNumber)element.PeekTag().TagValue);
                }
            }
        }
        catch (Exception exception) when (exception is AsnContentException or ArgumentException or InvalidOperationException)
        {
            // A name that is no name, in a certificate that nobody vouches for: the rest of the description is worth having.
        }

        return new JsonObject(issuer.Select(one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value)));
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString(
        "MMM d HH:mm:ss yyyy 'GMT'", CultureInfo.InvariantCulture) is var text && text[5] == ' '
        ? text.Insert(4, " ")
        : text;

    /// <summary>The last element of the certificate's outer sequence, a bit string.</summary>
    private static byte[] SignatureOf(X509Certificate2 certificate)
    {
        var outer = new AsnReader(certificate.RawData, AsnEncodingRules.DER).ReadSequence();
        outer.ReadEncodedValue();
        outer.ReadEncodedValue();
        return outer.ReadBitString(out _);
    }

    private static string LongName(string oid) => oid switch
    {
        "2.5.4.3" => "commonName",
        "2.5.4.4" => "surname",
        "2.5.4.5" => "serialNumber",
        "2.5.4.6" => "countryName",
        "2.5.4.7" => "localityName",
        "2.5.4.8" => "stateOrProvinceName",
        "2.5.4.9" => "streetAddress",
        "2.5.4.10" => "organizationName",
        "2.5.4.11" => "organizationalUnitName",
        "2.5.4.12" => "title",
        "2.5.4.13" => "description",
        "2.5.4.15" => "businessCategory",
        "2.5.4.17" => "postalCode",
        "2.5.4.41" => "name",
        "2.5.4.42" => "givenName",
        "2.5.4.43" => "initials",
        "2.5.4.44" => "generationQualifier",
        "2.5.4.46" => "dnQualifier",
        "2.5.4.65" => "pseudonym",
        "2.5.4.97" => "organizationIdentifier",
        "1.2.840.113549.1.9.1" => "emailAddress",
        "0.9.2342.19200300.100.1.1" => "userId",
        "0.9.2342.19200300.100.1.25" => "domainComponent",
        _ => oid,
    };

    private static string AlgorithmName(string? oid) => oid switch
    {
        "1.2.840.10045.4.1" => "ecdsa-with-SHA1",
        "1.2.840.10045.4.3.1" => "ecdsa-with-SHA224",
        "1.2.840.10045.4.3.2" => "ecdsa-with-SHA256",
        "1.2.840.10045.4.3.3" => "ecdsa-with-SHA384",
        "1.2.840.10045.4.3.4" => "ecdsa-with-SHA512",
        "1.2.840.113549.1.1.5" => "sha1WithRSAEncryption",
        "1.2.840.113549.1.1.10" => "rsassaPss",
        "1.2.840.113549.1.1.11" => "sha256WithRSAEncryption",
        "1.2.840.113549.1.1.12" => "sha384WithRSAEncryption",
        "1.2.840.113549.1.1.13" => "sha512WithRSAEncryption",
        "1.3.101.112" => "ED25519",
        _ => oid ?? "",
    };
}

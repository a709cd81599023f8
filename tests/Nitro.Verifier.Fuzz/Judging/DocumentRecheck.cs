using System.Collections.Concurrent;
using System.Formats.Asn1;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Nitro.Verifier.Fuzz.Simulation;

namespace Nitro.Verifier.Fuzz.Judging;

/// <summary>
/// A short second opinion on accepted documents of simulated enclaves, made of System.Formats.Cbor, System.Formats.Asn1, X509Chain and
/// ECDsa, with nothing of the product's. It need not say why a document is bad, only whether.
/// </summary>
public static class DocumentRecheck
{
    private const string P384 = "1.3.132.0.34", EcdsaWithSha384 = "1.2.840.10045.4.3.3";

    /// <summary>
    /// The extensions that the product reads. What others hold it ignores when they are not critical (RFC 5280 4.2), and OpenSSL reads
    /// some of them.
    /// </summary>
    private static readonly string[] ReadExtensions = ["2.5.29.14", "2.5.29.15", "2.5.29.19", "2.5.29.31", "2.5.29.35"];

    /// <summary>Most accepted cases have a chain that others have too.</summary>
    private static readonly ConcurrentDictionary<string, JudgedChain> Chains = new(StringComparer.Ordinal);

    private static readonly string[] Mandatory = ["module_id", "digest", "timestamp", "pcrs", "certificate", "cabundle"];

    private static readonly string[] Optional = ["public_key", "user_data", "nonce"];

    /// <summary>What is wrong with an accepted case; null when nothing is.</summary>
    public static string? Problem(FuzzCase one)
    {
        ArgumentNullException.ThrowIfNull(one);
        try
        {
            var content = Read(one.Bytes, out var problem);
            return problem ?? Judge(content, one);
        }
        catch (Exception exception) when (exception is CborContentException or AsnContentException or CryptographicException
            or InvalidOperationException or OverflowException)
        {
            return $"accepted, and a second reader says: {exception.Message}";
        }
    }

    /// <summary>The payload of a document whose chain and signature hold, key by key.</summary>
    /// <exception cref="CborContentException">It is no such CBOR.</exception>
    public static Dictionary<string, object?> Read(byte[] document, out string? problem)
    {
        var reader = new CborReader(document, CborConformanceMode.Lax);
        var foreignTag = reader.PeekState() == CborReaderState.Tag && (ulong)reader.ReadTag() != 18;

        reader.ReadStartArray();
        var header = reader.ReadByteString();
        var unprotected = reader.ReadStartMap();
        reader.ReadEndMap();
        var payload = reader.ReadByteString();
        var signature = reader.ReadByteString();
        reader.ReadEndArray();
        var fields = ReadPayload(payload);
        problem = foreignTag
            || unprotected != 0
            || reader.BytesRemaining != 0
            || !header.AsSpan().SequenceEqual(new byte[] { 0xa1, 0x01, 0x38, 0x22 })
            || document.Length > 16_384
            ? "accepted with another envelope"
            : ChainProblem(fields, DocumentDraft.ToBeSigned(header, payload), signature);
        return fields;
    }

    private static string? Judge(Dictionary<string, object?> fields, FuzzCase one)
    {
        var time = (long)(ulong)fields["timestamp"]!;
        var pcrs = (Dictionary<ulong, byte[]>)fields["pcrs"]!;
        if (one.Situation is Situation.Live or Situation.Expecting && one.NowMs - time is < -60_000 or > 300_000)
        {
            return "accepted live, though it is from another time";
        }

        if (one.Situation is Situation.Releases or Situation.Expecting && MeasurementProblem(pcrs, time) is { } problem)
        {
            return problem;
        }

        return one.Situation == Situation.Expecting && !ExpectedFields(fields) ? "accepted with other fields than expected" : null;
    }

    /// <summary>The current image in its window; the retired one's window ended before any document was made.</summary>
    public static string? MeasurementProblem(Dictionary<ulong, byte[]> pcrs, long time)
    {
        ArgumentNullException.ThrowIfNull(pcrs);
        var right = FuzzImage.Pcrs.All(
            one => pcrs.TryGetValue((ulong)one.Key, out var value) && value.AsSpan().SequenceEqual(one.Value.ToArray()));
        var from = FuzzChain.IssuedAt.AddDays(-1).ToUnixTimeMilliseconds();
        return right && time >= from && time <= FuzzChain.IssuedAt.AddDays(30).ToUnixTimeMilliseconds()
            ? null
            : "accepted with measurements that no release has";
    }

    private static bool ExpectedFields(Dictionary<string, object?> fields) =>
        Optional.Zip([FuzzImage.PublicKey, FuzzImage.UserData, FuzzImage.Nonce])
            .All(one => fields.GetValueOrDefault(one.First) is byte[] found && found.AsSpan().SequenceEqual(one.Second));

    private static Dictionary<string, object?> ReadPayload(byte[] payload)
    {
        var fields = new Dictionary<string, object?>(StringComparer.Ordinal);
        var reader = new CborReader(payload, CborConformanceMode.Lax);
        reader.ReadStartMap();
        while (reader.PeekState() != CborReaderState.EndMap)
        {
            var key = reader.ReadTextString();
            if (!Mandatory.Contains(key) && !Optional.Contains(key) || !fields.TryAdd(key, ReadValue(reader, key)))
            {
                throw new CborContentException($"the key {key} is unknown or there twice");
            }
        }

        reader.ReadEndMap();
        return reader.BytesRemaining == 0 && Mandatory.All(fields.ContainsKey) && (string)fields["digest"]! == "SHA384"
            ? fields
            : throw new CborContentException("the payload is not complete, or more than a payload");
    }

    private static object? ReadValue(CborReader reader, string key)
    {
        switch (key)
        {
            case "module_id" or "digest":
                return reader.ReadTextString();
            case "timestamp":
                return reader.ReadUInt64();
            case "certificate":
                return reader.ReadByteString();
            case "pcrs":
                var pcrs = new Dictionary<ulong, byte[]>();
                for (var left = reader.ReadStartMap(); left > 0; left--)
                {
                    pcrs.Add(reader.ReadUInt64(), reader.ReadByteString());
                }

                reader.ReadEndMap();
                return pcrs.All(one => one.Key < 32 && one.Value.Length == 48)
                    ? pcrs
                    : throw new CborContentException("PCRs of another form");
            case "cabundle":
                var bundle = new List<byte[]>();
                for (var left = reader.ReadStartArray(); left > 0; left--)
                {
                    bundle.Add(reader.ReadByteString());
                }

                reader.ReadEndArray();
                return bundle;
            default:
                if (reader.PeekState() == CborReaderState.Null)
                {
                    reader.ReadNull();
                    return null;
                }

                var bytes = reader.ReadByteString();
                return bytes.Length <= 1024 ? bytes : throw new CborContentException($"{key} is too long");
        }
    }

    private static string? ChainProblem(Dictionary<string, object?> fields, byte[] signed, byte[] signature)
    {
        byte[][] chain = [.. (List<byte[]>)fields["cabundle"]!, (byte[])fields["certificate"]!];
        var judged = Chains.GetOrAdd(Convert.ToHexString(SHA256.HashData([.. chain.SelectMany(one => one)])), _ => Judge(chain));
        var time = DateTimeOffset.FromUnixTimeMilliseconds((long)(ulong)fields["timestamp"]!);
        if (judged.Problem is not null || time < judged.NotBefore || time > judged.NotAfter)
        {
            return judged.Problem ?? "accepted outside a certificate's period";
        }

        using var leaf = X509CertificateLoader.LoadCertificate(chain[^1]);
        using var key = leaf.GetECDsaPublicKey();
        return key!.VerifyData(signed, signature, HashAlgorithmName.SHA384) ? null : "accepted with a signature that ECDsa refuses";
    }

    /// <summary>What is wrong with a chain whatever the time, and the period in which all of it is valid.</summary>
    private static JudgedChain Judge(byte[][] chain)
    {
        if (!chain[0].AsSpan().SequenceEqual(FuzzChain.Anchor.Der.Span))
        {
            return new("accepted under another root", default, default);
        }

        if (chain.Any(one => one.Length > 1024 || !IsDer(one)))
        {
            return new("accepted with a certificate that is not DER", default, default);
        }

        X509Certificate2[] certificates = [.. chain.Select(one => X509CertificateLoader.LoadCertificate(one))];
        try
        {
            var problem = ForeignAlgorithm(certificates)
                ?? Gap(certificates)
                ?? (HasOtherExtensions(certificates) || Builds(certificates) ? null : "accepted with a chain that X509Chain refuses");
            return new(
                problem,
                certificates.Max(one => new DateTimeOffset(one.NotBefore)),
                certificates.Min(one => new DateTimeOffset(one.NotAfter)));
        }
        finally
        {
            Array.ForEach(certificates, one => one.Dispose());
        }
    }

    private static string? ForeignAlgorithm(X509Certificate2[] certificates) => Array.Exists(
        certificates,
        one => one.SignatureAlgorithm.Value != EcdsaWithSha384
            || one.PublicKey.EncodedParameters?.RawData is not { } curve
            || AsnDecoder.ReadObjectIdentifier(curve, AsnEncodingRules.DER, out _) != P384)
            ? "accepted with another algorithm"
            : null;

    private static string? Gap(X509Certificate2[] certificates)
    {
        for (var level = 1; level < certificates.Length; level++)
        {
            if (!certificates[level].IssuerName.RawData.AsSpan().SequenceEqual(certificates[level - 1].SubjectName.RawData))
            {
                return FormattableString.Invariant($"accepted with a level {level} that names another issuer");
            }
        }

        return null;
    }

    private static bool HasOtherExtensions(X509Certificate2[] certificates) =>
        certificates.SelectMany(one => one.Extensions)
            .Any(extension => !extension.Critical && !ReadExtensions.Contains(extension.Oid?.Value));

    /// <summary>
    /// Time aside: OpenSSL takes the last second of a period for the first one after it (X509_cmp_time), RFC 5280 4.1.2.5 does not.
    /// </summary>
    private static bool Builds(X509Certificate2[] certificates)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(certificates[0]);
        chain.ChainPolicy.ExtraStore.AddRange(certificates[1..^1]);
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        return chain.Build(certificates[^1]) && chain.ChainElements.Count == certificates.Length;
    }

    /// <summary>
    /// Whether the bytes are one value whose every length and tag is as DER has it; contents of primitive types are X509Chain's to judge.
    /// </summary>
    private static bool IsDer(byte[] certificate)
    {
        var reader = new AsnReader(certificate, AsnEncodingRules.DER);
        Walk(reader);
        return true;
    }

    private static void Walk(AsnReader reader)
    {
        while (reader.HasData)
        {
            var tag = reader.PeekTag();
            if (!tag.IsConstructed)
            {
                reader.ReadEncodedValue();
            }
            else
            {
                Walk(tag.HasSameClassAndValue(Asn1Tag.SetOf) ? reader.ReadSetOf() : reader.ReadSequence(tag));
            }
        }
    }

    /// <summary>What was said of a chain whatever the time, and the period in which all of it is valid.</summary>
    private sealed record JudgedChain(string? Problem, DateTimeOffset NotBefore, DateTimeOffset NotAfter);
}

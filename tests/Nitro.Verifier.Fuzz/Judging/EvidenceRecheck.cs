using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text.Json;
using Nitro.Verifier.Fuzz.Simulation;

namespace Nitro.Verifier.Fuzz.Judging;

/// <summary>A short second opinion on accepted evidence of simulated enclaves, with nothing of the product's.</summary>
public static class EvidenceRecheck
{
    private const int Session = 9;
    private const ulong Hour = 3_600_000, Skew = 60_000;

    /// <summary>What is wrong with an accepted case; null when nothing is.</summary>
    public static string? Problem(FuzzCase one)
    {
        ArgumentNullException.ThrowIfNull(one);
        try
        {
            using var file = JsonDocument.Parse(one.Bytes);
            var members = file.RootElement;
            var fields = DocumentRecheck.Read(Member(members, "document"), out var problem);
            return problem ?? Judge(members, fields, one);
        }
        catch (Exception exception) when (exception is CborContentException or JsonException or CryptographicException
            or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return $"accepted, and a second reader says: {exception.Message}";
        }
    }

    private static string? Judge(JsonElement members, Dictionary<string, object?> fields, FuzzCase one)
    {
        var pcrs = (Dictionary<ulong, byte[]>)fields["pcrs"]!;
        var key = (byte[])fields["public_key"]!;
        var userData = (byte[])fields["user_data"]!;
        var documentTime = (ulong)fields["timestamp"]!;
        var manifest = Member(members, "manifest");
        var configuration = Member(members, "configuration");
        var isSession = members.GetProperty("kind").GetString() == "session";
        var claimBytes = isSession ? Signed(Member(members, "receipt"), key) : userData;
        if (claimBytes is null)
        {
            return "accepted with a receipt that its key did not sign";
        }

        var claim = ReadMap(claimBytes);
        string? problem = null;
        void Require(bool holds, string otherwise) => problem ??= holds ? null : otherwise;

        Require((string)claim[2] == "inference" && Same(claim[Session], SHA384.HashData(key)), "accepted with a claim of another session");
        Require(Same(pcrs.GetValueOrDefault(16ul, []), Extended(manifest)), "accepted with another PCR16");
        Require(Same(pcrs.GetValueOrDefault(17ul, []), Extended(configuration)), "accepted with another PCR17");
        Require(Models(manifest).Any(model => Same(model, (byte[])claim[3])), "accepted with a model that the manifest does not list");

        // Who expects an exact input has it already: what the file discloses is then not looked at.
        var input = one.Situation == Situation.Expecting ? FuzzImage.Input.Encode() : Member(members, "input");
        Require(Same(claim[4], Digest("nitro/input/1", Member(members, "inputSalt"), input)), "accepted with another input");
        Require(
            Same(claim[5], Digest("nitro/output/1", Member(members, "outputSalt"), Member(members, "output"))),
            "accepted with another output");
        var issuedAt = (ulong)claim[7];
        Require(
            issuedAt + Skew >= documentTime && issuedAt <= documentTime + (isSession ? Hour : Skew),
            "accepted with a claim of another time");
        if (isSession)
        {
            var statement = ReadMap(userData);
            Require((string)statement[2] == "session", "accepted with another statement");
            Require(
                Same(statement[3], SHA384.HashData(manifest)) && Same(statement[4], SHA384.HashData(configuration)),
                "accepted with other digests in the statement");
            Require(
                issuedAt <= (ulong)statement[5] + (24 * Hour) && (ulong)statement[5] <= documentTime + Skew,
                "accepted with a session of another time");
        }
        else
        {
            Require(Same(claim[6], (byte[]?)fields.GetValueOrDefault("nonce") ?? []), "accepted with another nonce in the document");
        }

        if (one.Situation is Situation.Releases or Situation.Expecting)
        {
            Require(DocumentRecheck.MeasurementProblem(pcrs, (long)documentTime) is null, "accepted with measurements that no release has");
            Require(Same(claim[3], FuzzImage.Model.ToArray()), "accepted with a model that is not allowed");
            Require(Same(configuration, FuzzImage.Configuration.Encode()), "accepted with a configuration that is not allowed");
        }

        Require(
            one.Situation != Situation.Expecting || (isSession && Same(claim[6], FuzzImage.Nonce)),
            "accepted with another nonce, or of another kind");
        return problem;
    }

    /// <summary>The payload of a COSE_Sign1 that this key signed; null when it did not.</summary>
    private static byte[]? Signed(byte[] receipt, byte[] publicKey)
    {
        var reader = new CborReader(receipt, CborConformanceMode.Canonical);
        reader.ReadStartArray();
        var header = reader.ReadByteString();
        reader.SkipValue();
        var payload = reader.ReadByteString();
        var signature = reader.ReadByteString();
        reader.ReadEndArray();
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(publicKey, out _);
        var hash = key.KeySize == 256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA384;
        var named = ReadMap(header);
        return (long)named[1] == (key.KeySize == 256 ? -7 : -35) && (string)named[3] == "application/vnd.nitro.claim+cbor"
            && key.VerifyData(DocumentDraft.ToBeSigned(header, payload), signature, hash) ? payload : null;
    }

    private static Dictionary<int, object> ReadMap(byte[] bytes)
    {
        var map = new Dictionary<int, object>();
        var reader = new CborReader(bytes, CborConformanceMode.Canonical);
        reader.ReadStartMap();
        while (reader.PeekState() != CborReaderState.EndMap)
        {
            map.Add(reader.ReadInt32(), reader.PeekState() switch
            {
                CborReaderState.UnsignedInteger => reader.ReadUInt64(),
                CborReaderState.NegativeInteger => reader.ReadInt64(),
                CborReaderState.TextString => reader.ReadTextString(),
                _ => reader.ReadByteString(),
            });
        }

        reader.ReadEndMap();
        return map;
    }

    private static List<byte[]> Models(byte[] manifest)
    {
        var models = new List<byte[]>();
        var reader = new CborReader(manifest, CborConformanceMode.Canonical);
        for (var left = reader.ReadStartArray(); left > 0; left--)
        {
            reader.ReadStartArray();
            reader.ReadTextString();
            reader.ReadTextString();
            models.Add(reader.ReadByteString());
            reader.ReadEndArray();
        }

        return models;
    }

    private static byte[] Member(JsonElement members, string name) => members.GetProperty(name).GetBytesFromBase64();

    /// <summary>SHA-384 of [header, salt, items…], where the file holds the encoding of [items…].</summary>
    private static byte[] Digest(string header, byte[] salt, byte[] encoded)
    {
        var reader = new CborReader(encoded, CborConformanceMode.Canonical);
        var count = reader.ReadStartArray();
        var writer = new CborWriter();
        writer.WriteStartArray(count + 2);
        writer.WriteTextString(header);
        writer.WriteByteString(salt);
        for (; count > 0; count--)
        {
            writer.WriteEncodedValue(reader.ReadEncodedValue().Span);
        }

        writer.WriteEndArray();
        return SHA384.HashData(writer.Encode());
    }

    private static byte[] Extended(byte[] encoded) => SHA384.HashData([.. new byte[48], .. SHA384.HashData(encoded)]);

    private static bool Same(object found, byte[] expected) => found is byte[] bytes && bytes.AsSpan().SequenceEqual(expected);
}

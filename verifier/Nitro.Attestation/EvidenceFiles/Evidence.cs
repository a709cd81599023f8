using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Nitro.Attestation.EvidenceFiles;

/// <summary>
/// What one needs to verify one answer offline: the content of an evidence file, <c>application/vnd.nitro.evidence+json; version=1</c>. Nothing in it is
/// verified, and no member repeats what another signs. Immutable over memory that the caller must not change.
/// </summary>
/// <remarks>
/// A flat JSON object: <c>version</c> (1), <c>kind</c> ("session" or "direct"), and in base64 <c>document</c>, <c>receipt</c> (session only), <c>manifest</c>,
/// <c>configuration</c>, and optionally <c>inputSalt</c>, <c>outputSalt</c>, <c>input</c>, <c>output</c>. Either side can be left out alone. <c>revocationLists</c>, where there, is an array of
/// base64 texts.
/// </remarks>
public sealed record Evidence
{
    /// <summary>The media type of an evidence file.</summary>
    public const string MediaType = "application/vnd.nitro.evidence+json";

    /// <summary>The version this type reads and writes.</summary>
    public const int Version = 1;

    /// <summary>The most bytes of an evidence file: room for an input and an output of the largest size in base64.</summary>
    public const int MaximumSize = 512 * 1024 * 1024;

    /// <summary>The most bytes of an encoded input or output.</summary>
    public const int MaximumContent = 160 * 1024 * 1024;

    /// <summary>The most revocation lists: two levels of a chain have one, and a few may overlap.</summary>
    public const int MaximumRevocationLists = 8;

    /// <summary>The most bytes of one revocation list.</summary>
    public const int MaximumRevocationList = 1024 * 1024;

    private static readonly JsonEncodedText[] KindNames = [JsonEncodedText.Encode("session"), JsonEncodedText.Encode("direct")];

    /// <summary>Who signed the claim.</summary>
    public required EvidenceKind Kind { get; init; }

    /// <summary>The attestation document: the session's, or for direct evidence the claim's own.</summary>
    public required ReadOnlyMemory<byte> Document { get; init; }

    /// <summary>The receipt; empty for direct evidence.</summary>
    public ReadOnlyMemory<byte> Receipt { get; init; }

    /// <summary>The encoded model manifest.</summary>
    public required ReadOnlyMemory<byte> Manifest { get; init; }

    /// <summary>The encoded configuration.</summary>
    public required ReadOnlyMemory<byte> Configuration { get; init; }

    /// <summary>The input's salt, 32 bytes; null when the input is not to be disclosed.</summary>
    public ReadOnlyMemory<byte>? InputSalt { get; init; }

    /// <summary>The output's salt, 32 bytes; null when the output is not to be disclosed.</summary>
    public ReadOnlyMemory<byte>? OutputSalt { get; init; }

    /// <summary>The encoded input; null when it is kept elsewhere.</summary>
    public ReadOnlyMemory<byte>? Input { get; init; }

    /// <summary>The encoded output; null when it is kept elsewhere.</summary>
    public ReadOnlyMemory<byte>? Output { get; init; }

    /// <summary>
    /// Certificate revocation lists (DER) kept beside the document, since they cannot be had later: at most <see cref="MaximumRevocationLists"/> of
    /// <see cref="MaximumRevocationList"/> bytes.
    /// </summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> RevocationLists { get; init; } = [];

    /// <summary>Writes the file: UTF-8, one member a line.</summary>
    /// <exception cref="InvalidOperationException">No reader would take the file: a member is empty or over its limit, or a receipt stands
    /// in direct evidence.</exception>
    public void WriteTo(IBufferWriter<byte> destination)
    {
        var members = CheckedMembers();
        using var json = new Utf8JsonWriter(destination, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        json.WriteString("kind", KindNames[Kind == EvidenceKind.Session ? 0 : 1]);
        foreach (var (name, value) in members)
        {
            json.WriteBase64String(name, value.Span);
        }

        if (RevocationLists.Count > 0)
        {
            json.WriteStartArray("revocationLists");
            foreach (var list in RevocationLists)
            {
                json.WriteBase64StringValue(list.Span);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>The file's bytes.</summary>
    /// <exception cref="InvalidOperationException">As for <see cref="WriteTo"/>.</exception>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        WriteTo(buffer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads an evidence file: no unknown member, none twice, none missing, none over its limit. Never throws, whatever the bytes.</summary>
    public static bool TryParse(ReadOnlySpan<byte> file, out Evidence? evidence, out EvidenceFileError? error)
    {
        (evidence, error) = EvidenceReader.Read(file);
        return evidence is not null;
    }

    /// <summary>The members that hold bytes, in the order of the file, when a reader would take them all.</summary>
    private List<(string Name, ReadOnlyMemory<byte> Value)> CheckedMembers()
    {
        List<(string Name, ReadOnlyMemory<byte> Value)> members = [];
        if (Kind == EvidenceKind.Session)
        {
            members.Add(("receipt", Receipt));
        }
        else if (Kind != EvidenceKind.Direct || !Receipt.IsEmpty)
        {
            throw new InvalidOperationException(
                "Evidence is of the kind Session, or Direct and then without a receipt: its document holds the claim.");
        }

        members.AddRange([("document", Document), ("manifest", Manifest), ("configuration", Configuration)]);
        foreach (var (name, value) in new[] { ("inputSalt", InputSalt), ("outputSalt", OutputSalt), ("input", Input), ("output", Output) })
        {
            if (value is { } bytes)
            {
                members.Add((name, bytes));
            }
        }

        foreach (var (name, value) in members)
        {
            var (minimum, maximum) = EvidenceReader.ByteMembers[name];
            if (value.Length < minimum || value.Length > maximum)
            {
                throw new InvalidOperationException($"The evidence's {name} has {minimum} to {maximum} bytes, not {value.Length}.");
            }
        }

        if (RevocationLists.Count > MaximumRevocationLists || RevocationLists.Any(list => list.Length is 0 or > MaximumRevocationList))
        {
            throw new InvalidOperationException(
                $"The evidence's revocationLists are at most {MaximumRevocationLists}, of 1 to {MaximumRevocationList} bytes each.");
        }

        return members;
    }
}

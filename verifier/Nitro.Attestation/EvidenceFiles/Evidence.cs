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
/// <c>configuration</c>, and optionally <c>inputSalt</c>, <c>outputSalt</c>, <c>input</c>, <c>output</c>. Either side can be left out alone.
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

    /// <summary>Writes the file: UTF-8, one member a line.</summary>
    public void WriteTo(IBufferWriter<byte> destination)
    {
        using var json = new Utf8JsonWriter(destination, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        json.WriteString("kind", KindNames[Kind == EvidenceKind.Session ? 0 : 1]);
        if (Kind == EvidenceKind.Session)
        {
            json.WriteBase64String("receipt", Receipt.Span);
        }

        json.WriteBase64String("document", Document.Span);
        json.WriteBase64String("manifest", Manifest.Span);
        json.WriteBase64String("configuration", Configuration.Span);
        WriteOptional(json, "inputSalt", InputSalt);
        WriteOptional(json, "outputSalt", OutputSalt);
        WriteOptional(json, "input", Input);
        WriteOptional(json, "output", Output);
        json.WriteEndObject();
    }

    /// <summary>The file's bytes.</summary>
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

    private static void WriteOptional(Utf8JsonWriter json, string name, ReadOnlyMemory<byte>? value)
    {
        if (value is { } bytes)
        {
            json.WriteBase64String(name, bytes.Span);
        }
    }
}

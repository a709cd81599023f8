using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Nitro.Enclave.Http;

/// <summary>What goes back to a caller. Immutable.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body.</param>
/// <param name="ContentType">The body's media type.</param>
internal sealed record Answer(int Status, ReadOnlyMemory<byte> Body, string ContentType = Answer.Json)
{
    /// <summary>The media type of everything but binary tensors.</summary>
    public const string Json = "application/json";

    /// <summary>After how many seconds a caller who was refused with 503 may try again.</summary>
    private const int RetryAfterSeconds = 1;

    /// <summary>Further headers.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>An error, as the Open Inference Protocol has it: <c>{"error":"…"}</c>.</summary>
    public static Answer Error(int status, string message) =>
        new(status, Write(json => json.WriteString("error", message)))
        {
            Headers = status == StatusCodes.Status503ServiceUnavailable
                ? [new("Retry-After", RetryAfterSeconds.ToString(NumberFormatInfo.InvariantInfo))]
                : [],
        };

    /// <summary>200 with a JSON object.</summary>
    public static Answer Object(Action<Utf8JsonWriter> members) => new(StatusCodes.Status200OK, Write(members));

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        members(json);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}

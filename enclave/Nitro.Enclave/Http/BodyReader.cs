using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Nitro.Enclave.Http;

/// <summary>Reads a request's body whole, up to a limit.</summary>
internal static class BodyReader
{
    private const int FirstBuffer = 64 << 10;

    /// <summary>What is left of a body is not read, so nothing more can come over its connection.</summary>
    private static readonly KeyValuePair<string, string>[] Close = [new("Connection", "close")];

    /// <summary>The most bytes that a request can turn out to have: what it states, or the limit when it states nothing.</summary>
    public static long Bound(HttpRequest request, int limit) => Math.Min(request.ContentLength ?? limit, limit);

    /// <summary>The answer to a body over the limit.</summary>
    public static Answer TooLarge(int limit) => Answer.Error(
        StatusCodes.Status413PayloadTooLarge,
        string.Create(
            NumberFormatInfo.InvariantInfo, $"the request's body has more than {limit} bytes, which is the most that this enclave takes")) with
    {
        Headers = Close,
    };

    /// <summary>The answer to a body that comes too slowly or has broken chunks, in Kestrel's own words, which name no internals.</summary>
    public static Answer Unreadable(int status, IOException exception) => Answer.Error(
        status,
        "the request's body cannot be read: expected as many bytes as Content-Length states, or chunks (RFC 9112 section 7.1), "
        + $"found: {PlainText.Of(exception)} Send the whole request again") with
    {
        Headers = Close,
    };

    /// <summary>Reads to the end.</summary>
    /// <returns>The body; or the answer to give instead.</returns>
    /// <exception cref="OperationCanceledException">The caller has gone or the time is over.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public static async Task<(ReadOnlyMemory<byte> Body, Answer? Refusal)> ReadAsync(
        HttpRequest request, int limit, CancellationToken cancellation)
    {
        if (request.ContentLength > limit)
        {
            return (default, TooLarge(limit));
        }

        // What a caller states is not believed beyond the first buffer: memory grows with what really comes.
        var buffer = new byte[Math.Clamp(request.ContentLength ?? FirstBuffer, 1, FirstBuffer)];
        var length = 0;
        while (true)
        {
            int read;
            try
            {
                read = await request.Body.ReadAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false);
            }
            catch (IOException exception) when (exception.InnerException is OverflowException)
            {
                // Kestrel speaks so of a chunk's size over 63 bits alone.
                return (default, Unreadable(StatusCodes.Status400BadRequest, exception));
            }

            if (read == 0)
            {
                return (buffer.AsMemory(0, length), null);
            }

            length += read;
            if (length > limit)
            {
                return (default, TooLarge(limit));
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, (int)Math.Min(2L * buffer.Length, Math.Max(length, Bound(request, limit)) + 1));
            }
        }
    }
}

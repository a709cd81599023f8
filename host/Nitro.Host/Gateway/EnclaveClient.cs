using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Nitro.Attestation;
using Nitro.Host.Store;
using Nitro.OpenInference;
using Nitro.Vsock;

namespace Nitro.Host.Gateway;

/// <summary>Speaks to the enclave. Connections are made when needed, so an enclave that comes back is found again. Thread-safe.</summary>
internal sealed class EnclaveClient : IDisposable
{
    /// <summary>The most bytes of an answer that are read: a request of the largest size with room for its JSON form.</summary>
    private const int MaximumAnswer = 512 * 1024 * 1024;

    private readonly HttpClient _http;
    private readonly ChannelAddress _address;

    public EnclaveClient(ChannelAddress address, TimeSpan deadline)
    {
        _address = address;
        _http = new HttpClient(ChannelHttpHandler.Create(address))
        {
            BaseAddress = new Uri("http://enclave/"),
            Timeout = deadline,
            MaxResponseContentBufferSize = MaximumAnswer,
        };
    }

    /// <summary>Asks for a resource as the caller named it, and gives the whole answer.</summary>
    public async Task<EnclaveAnswer> GetAsync(string pathAndQuery)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(pathAndQuery, UriKind.Relative));
        return await SendAsync(request, "").ConfigureAwait(false);
    }

    /// <summary>Passes on an inference, the caller's bytes as they are, and gives the whole answer.</summary>
    public async Task<EnclaveAnswer> InferAsync(string path, ReadOnlyMemory<byte> body, string? contentType, int? headerLength)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new ReadOnlyMemoryContent(body) };
        if (contentType is not null && MediaTypeHeaderValue.TryParse(contentType, out var type))
        {
            request.Content.Headers.ContentType = type;
        }

        if (headerLength is { } length)
        {
            request.Content.Headers.Add(NitroHeaders.InferenceHeaderContentLength, length.ToString(CultureInfo.InvariantCulture));
        }

        return await SendAsync(request, "; no answer was given and no evidence exists for this request: ask again").ConfigureAwait(false);
    }

    /// <summary>A session document by its digest, with what it vouches for.</summary>
    public async Task<StoredSession> GetSessionAsync(Sha384Digest digest)
    {
        var answer = await GetAsync($"v2/session/{digest}").ConfigureAwait(false);
        if (answer.Status != HttpStatusCode.OK)
        {
            throw new GatewayException(StatusCodes.Status502BadGateway, $"the enclave does not have the session document {digest} that its receipt names (status {(int)answer.Status}); no evidence exists for this request: ask again");
        }

        var session = ParseSession(answer.Body);
        return session?.Digest == digest
            ? session
            : throw new GatewayException(StatusCodes.Status502BadGateway, $"the enclave gave another session document than {digest}; no evidence exists for this request");
    }

    public void Dispose() => _http.Dispose();

    private static StoredSession? ParseSession(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            byte[] Member(string name) => json.RootElement.GetProperty(name).GetBytesFromBase64();
            return new StoredSession(Member("document"), Member("manifest"), Member("configuration"));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }

    private async Task<EnclaveAnswer> SendAsync(HttpRequestMessage request, string consequence)
    {
        try
        {
            using var message = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead).ConfigureAwait(false);
            var body = await message.Content.ReadAsByteArrayAsync().ConfigureAwait(false);
            var headers = message.Headers.Concat(message.Content.Headers).ToDictionary(one => one.Key, one => one.Value.First(), StringComparer.OrdinalIgnoreCase);
            return new EnclaveAnswer(message.StatusCode, headers, body);
        }
        catch (OperationCanceledException exception)
        {
            throw Unavailable($"the enclave at {_address} gave no answer within {_http.Timeout.TotalSeconds} s{consequence}", exception);
        }
        catch (HttpRequestException exception) when (exception.InnerException is ChannelException cause)
        {
            throw Unavailable($"the enclave cannot be reached at {cause.Message}{consequence}", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw Unavailable($"the enclave at {_address} stopped in the middle{consequence}", exception);
        }
    }

    private static GatewayException Unavailable(string message, Exception cause) => new(StatusCodes.Status503ServiceUnavailable, message, cause);
}

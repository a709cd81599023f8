using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Nitro.Attestation.EvidenceFiles;
using Nitro.OpenInference;

namespace Nitro.Harness;

/// <summary>A caller: asks a model over the Open Inference Protocol and fetches the evidence of the answer.</summary>
public sealed class InferenceClient(HttpClient http)
{
    /// <summary>Asks a model.</summary>
    public async Task<InferenceAnswer> AskAsync(string model, string version, InferRequest request, bool binary, CancellationToken cancel)
    {
        var encoded = request.Encode(binary);
        using var content = new ReadOnlyMemoryContent(encoded.Body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(encoded.ContentType);
        if (encoded.HeaderLength is { } length)
        {
            content.Headers.Add(NitroHeaders.InferenceHeaderContentLength, length.ToString(CultureInfo.InvariantCulture));
        }

        var watch = Stopwatch.StartNew();
        using var message = await http.PostAsync(new Uri($"v2/models/{model}/versions/{version}/infer", UriKind.Relative), content, cancel);
        var body = await message.Content.ReadAsByteArrayAsync(cancel);
        var elapsed = watch.Elapsed;
        return message.IsSuccessStatusCode
            ? new InferenceAnswer(message.StatusCode, Parse(message, body), Header(message, NitroHeaders.EvidenceId), null, elapsed)
            : new InferenceAnswer(message.StatusCode, null, null, Error(body), elapsed);
    }

    /// <summary>The evidence file of an answer.</summary>
    public async Task<byte[]> GetEvidenceAsync(string id, CancellationToken cancel) => await http.GetByteArrayAsync(new Uri($"v2/evidence/{id}", UriKind.Relative), cancel);

    /// <summary>The evidence of an answer, read.</summary>
    public async Task<Evidence> ReadEvidenceAsync(string id, CancellationToken cancel) =>
        Evidence.TryParse(await GetEvidenceAsync(id, cancel), out var evidence, out var error) ? evidence! : throw new InvalidDataException(error!.ToString());

    /// <summary>A resource as JSON.</summary>
    public async Task<JsonDocument> GetJsonAsync(string path, CancellationToken cancel) =>
        JsonDocument.Parse(await http.GetByteArrayAsync(new Uri(path, UriKind.Relative), cancel));

    private static InferResponse Parse(HttpResponseMessage message, byte[] body)
    {
        var length = Header(message, NitroHeaders.InferenceHeaderContentLength);
        return InferResponse.TryParse(body, length is null ? null : int.Parse(length, CultureInfo.InvariantCulture), out var response, out var error)
            ? response!
            : throw new InvalidDataException(error!.Message);
    }

    private static string? Header(HttpResponseMessage message, string name) =>
        message.Headers.TryGetValues(name, out var values) || message.Content.Headers.TryGetValues(name, out values) ? values.Single() : null;

    private static string Error(byte[] body)
    {
        using var json = JsonDocument.Parse(body);
        return json.RootElement.GetProperty("error").GetString()!;
    }
}

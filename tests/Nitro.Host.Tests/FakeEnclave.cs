using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Nitro.Attestation;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Cose;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Attestation.Inference;
using Nitro.OpenInference;
using Nitro.Vsock;

namespace Nitro.Host.Tests;

/// <summary>
/// An enclave for the host's eyes: it echoes its inputs with genuine receipts over them. Its documents are any bytes, since the host does not verify them.
/// What it answers can be spoiled.
/// </summary>
internal sealed class FakeEnclave : IAsyncDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _document = RandomNumberGenerator.GetBytes(4000);
    private WebApplication? _app;

    /// <summary>Changes an answer's headers before they are sent.</summary>
    public Action<IHeaderDictionary>? Spoil { get; set; }

    /// <summary>Replaces the answer to an inference.</summary>
    public Func<HttpContext, Task>? Instead { get; set; }

    /// <summary>The input that receipts speak of; null for the real one.</summary>
    public InferenceInput? OtherInput { get; set; }

    /// <summary>What /v2/session answers with instead of the session document.</summary>
    public byte[]? OtherDocument { get; set; }

    /// <summary>How often a session document was asked for.</summary>
    public int SessionRequests { get; private set; }

    public Sha384Digest SessionDigest => Sha384Digest.Of(_document);

    public ReadOnlyMemory<byte> Document => _document;

    public static ModelManifest Manifest { get; } = ModelManifest.Create([new("echo", "1", Sha384Digest.Of("model"u8))]);

    public static EnclaveConfiguration Configuration { get; } = EnclaveConfiguration.Create([]);

    public async Task<FakeEnclave> StartAsync(ChannelAddress address)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseChannels();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Limits.MaxRequestBodySize = 64 * 1024 * 1024;
            options.ListenChannel(address);
        });
        _app = builder.Build();
        _app.MapGet("/v2/health/ready", () => Results.Json(new { ready = true }));
        _app.MapGet("/v2/session/{digest}", (string digest) =>
        {
            SessionRequests++;
            return digest == SessionDigest.ToString() || OtherDocument is not null
                ? Results.Json(new { document = OtherDocument ?? _document, manifest = Manifest.Encode(), configuration = Configuration.Encode() })
                : Results.Json(new { error = "no such session" }, statusCode: 404);
        });
        _app.MapPost("/v2/models/{model}/infer", InferAsync);
        await _app.StartAsync();
        return this;
    }

    public async Task StopAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
            _app = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _key.Dispose();
    }

    private async Task InferAsync(HttpContext context)
    {
        if (Instead is not null)
        {
            await Instead(context);
            return;
        }

        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        int? length = context.Request.Headers.TryGetValue(NitroHeaders.InferenceHeaderContentLength, out var text) ? int.Parse(text!, CultureInfo.InvariantCulture) : null;
        Assert.True(InferRequest.TryParse(body.ToArray(), length, out var request, out _));
        var response = new InferResponse { ModelName = "echo", ModelVersion = "1", Outputs = request!.Inputs };
        byte[] inputSalt = RandomNumberGenerator.GetBytes(32), outputSalt = RandomNumberGenerator.GetBytes(32);
        var claim = new Claim
        {
            Model = Manifest.Entries[0].Model,
            Input = InferenceInput.ComputeDigest((OtherInput ?? request.ToInput()).Encode(), inputSalt),
            Output = InferenceOutput.ComputeDigest(response.ToOutput().Encode(), outputSalt),
            Nonce = request.Nonce,
            IssuedAtMs = 1,
            Sequence = 0,
            Session = default,
            Previous = default,
        }.Encode();
        if (request.Evidence == EvidenceRequest.Direct)
        {
            response = response with { Evidence = System.Text.Encoding.UTF8.GetString(new Evidence { Kind = EvidenceKind.Direct, Document = claim, Manifest = Manifest.Encode(), Configuration = Configuration.Encode() }.ToJson()) };
        }

        Assert.True(response.TryEncode(request, out var message, out _));
        var headers = context.Response.Headers;
        headers[NitroHeaders.Receipt] = Convert.ToBase64String(Receipt.Sign(_key, CoseAlgorithm.Es256, claim));
        headers[NitroHeaders.InputSalt] = Convert.ToBase64String(inputSalt);
        headers[NitroHeaders.OutputSalt] = Convert.ToBase64String(outputSalt);
        headers[NitroHeaders.SessionDocument] = SessionDigest.ToString();
        if (message!.HeaderLength is { } headerLength)
        {
            headers[NitroHeaders.InferenceHeaderContentLength] = headerLength.ToString(CultureInfo.InvariantCulture);
        }

        Spoil?.Invoke(headers);
        context.Response.ContentType = message.ContentType;
        await context.Response.Body.WriteAsync(message.Body);
    }
}

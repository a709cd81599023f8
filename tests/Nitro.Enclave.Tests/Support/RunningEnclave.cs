using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Nitro.Attestation;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Cose;
using Nitro.Attestation.Documents;
using Nitro.Attestation.Inference;
using Nitro.Enclave.Models;
using Nitro.Nsm;
using Nitro.Nsm.Simulator;
using Nitro.OpenInference;
using Nitro.Vsock;

namespace Nitro.Enclave.Tests.Support;

/// <summary>A whole enclave in this process, over a simulated NSM, reached by HTTP over a Unix socket as a host reaches it.</summary>
internal sealed class RunningEnclave : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();
    private EnclaveWorkload? _workload;

    private RunningEnclave()
    {
        Address = ChannelAddress.Parse("unix:" + _folder.Path("e.sock"));
        Client = new HttpClient(ChannelHttpHandler.Create(Address)) { BaseAddress = new Uri("http://enclave/"), Timeout = TimeSpan.FromSeconds(60) };
    }

    public ChannelAddress Address { get; }

    public HttpClient Client { get; }

    public EnclaveWorkload Workload => _workload!;

    public RecordingNsm Nsm { get; private set; } = null!;

    public RecordingPool Pool { get; private set; } = null!;

    /// <summary>NSM requests and seedings, in order.</summary>
    public List<string> Events { get; } = [];

    public string Output => _output.ToString();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>An enclave with one model called "model".</summary>
    public static Task<RunningEnclave> StartAsync(byte[] model, Func<EnclaveSettings, EnclaveSettings>? change = null, TimeProvider? time = null) =>
        StartAsync(new Dictionary<string, byte[]> { ["model"] = model }, change, time);

    /// <summary>An enclave with models by NAME[:VERSION].</summary>
    public static async Task<RunningEnclave> StartAsync(
        IReadOnlyDictionary<string, byte[]> models,
        Func<EnclaveSettings, EnclaveSettings>? change = null,
        TimeProvider? time = null,
        Action<RunningEnclave>? prepare = null)
    {
        var enclave = new RunningEnclave();
        try
        {
            await enclave.BootAsync(models, change, time ?? TimeProvider.System, prepare);
            return enclave;
        }
        catch
        {
            await enclave.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks a model, expects 200, and verifies all that comes with the answer.</summary>
    public async Task<VerifiedAnswer> InferAsync(InferRequest request, bool binary = false, string path = "v2/models/model/infer")
    {
        using var answer = await PostAsync(request, binary, path);
        var body = await answer.Content.ReadAsByteArrayAsync(Cancellation);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{answer.StatusCode}: {(body.Length < 2000 ? Encoding.UTF8.GetString(body) : "")}");
        int? headerLength = answer.Headers.TryGetValues(NitroHeaders.InferenceHeaderContentLength, out var lengths) ? int.Parse(lengths.Single(), null) : null;
        Assert.Equal(headerLength is null ? "application/json" : "application/octet-stream", answer.Content.Headers.ContentType!.ToString());
        Assert.True(InferResponse.TryParse(body, headerLength, out var response, out var error), error?.Message);
        return await VerifyAsync(request, response!, answer.Headers);
    }

    public async Task<HttpResponseMessage> PostAsync(InferRequest request, bool binary = false, string path = "v2/models/model/infer")
    {
        var message = request.Encode(binary);
        using var content = new ReadOnlyMemoryContent(message.Body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(message.ContentType);
        if (message.HeaderLength is { } length)
        {
            content.Headers.Add(NitroHeaders.InferenceHeaderContentLength, length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        return await Client.PostAsync(new Uri(path, UriKind.Relative), content, Cancellation);
    }

    public async Task<(HttpStatusCode Status, JsonElement Body)> GetAsync(string path)
    {
        using var answer = await Client.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.ToString());
        using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(Cancellation));
        return (answer.StatusCode, json.RootElement.Clone());
    }

    /// <summary>Sends anything, expects a refusal with a reason, and sees that the enclave still answers afterwards.</summary>
    public async Task<(HttpStatusCode Status, string Error)> RefusedAsync(HttpRequestMessage request)
    {
        using (request)
        {
            using var answer = await Client.SendAsync(request, Cancellation);
            var refusal = await ReadErrorAsync(answer);
            Assert.Equal(HttpStatusCode.OK, (await GetAsync("v2/health/ready")).Status);
            return (answer.StatusCode, refusal);
        }
    }

    public static async Task<string> ReadErrorAsync(HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answer.Content.Headers.ContentType?.ToString() == "application/json", $"{answer.StatusCode} without JSON: {body}");
        using var json = JsonDocument.Parse(body);
        var member = Assert.Single(json.RootElement.EnumerateObject());
        Assert.Equal("error", member.Name);
        var error = member.Value.GetString()!;
        Assert.NotEmpty(error);
        Assert.DoesNotContain('\n', error);
        Assert.DoesNotContain(" at Nitro.", error, StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains(NitroHeaders.Receipt));
        return error;
    }

    /// <summary>Before the start: an NSM of an enclave in debug mode.</summary>
    public void UseDebugMode() =>
        Nsm = new RecordingNsm(new SimulatedNsm(TestPki.Instance, new SimulatedNsmOptions { DebugMode = true }), Events);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_workload is not null)
        {
            await _workload.DisposeAsync();
        }

        _folder.Dispose();
        _output.Dispose();
    }

    /// <summary>Verifies what an answer carries with .NET's own ECDSA, without the product's verifier.</summary>
    private async Task<VerifiedAnswer> VerifyAsync(InferRequest request, InferResponse response, HttpResponseHeaders headers)
    {
        byte[] Base64(string name) => Convert.FromBase64String(headers.GetValues(name).Single());
        var (inputSalt, outputSalt) = (Base64(NitroHeaders.InputSalt), Base64(NitroHeaders.OutputSalt));
        Assert.Equal(32, inputSalt.Length);
        Assert.Equal(32, outputSalt.Length);
        Assert.True(Receipt.TryParse(Base64(NitroHeaders.Receipt), out var receipt, out var receiptError), receiptError?.ToString());

        var digest = headers.GetValues(NitroHeaders.SessionDocument).Single();
        var (status, session) = await GetAsync($"v2/session/{digest}");
        Assert.Equal(HttpStatusCode.OK, status);
        var documentBytes = session.GetProperty("document").GetBytesFromBase64();
        Assert.Equal(digest, Convert.ToHexStringLower(SHA384.HashData(documentBytes)));
        Assert.True(UnverifiedDocument.TryParse(documentBytes, out var document, out _));
        Assert.True(SessionStatement.TryParse(document!.UserData!.Value.Span, out var statement, out _));
        Assert.Equal(statement!.Models, Sha384Digest.Of(session.GetProperty("manifest").GetBytesFromBase64()));
        Assert.Equal(statement.Configuration, Sha384Digest.Of(session.GetProperty("configuration").GetBytesFromBase64()));

        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(document.PublicKey!.Value.Span, out _);
        var hash = new byte[64];
        var envelope = receipt!.Envelope;
        var length = CoseSign1.HashToBeSigned(receipt.Algorithm.HashName(), envelope.ProtectedHeader.Span, envelope.Payload.Span, hash);
        Assert.True(key.VerifyHash(hash.AsSpan(0, length), envelope.Signature.Span, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

        var claim = receipt.Claim;
        Assert.Equal(Sha384Digest.Of(document.PublicKey.Value.Span), claim.Session);
        Assert.Equal(InferenceInput.ComputeDigest(request.ToInput().Encode(), inputSalt), claim.Input);
        Assert.Equal(InferenceOutput.ComputeDigest(response.ToOutput().Encode(), outputSalt), claim.Output);
        Assert.Equal(request.Nonce.ToArray(), claim.Nonce.ToArray());
        Assert.True(ModelManifest.TryParse(session.GetProperty("manifest").GetBytesFromBase64(), out var manifest, out _));
        Assert.Equal(manifest!.Find(response.ModelName, response.ModelVersion)!.Model, claim.Model);
        Assert.True(document.TimestampMs <= (long)claim.IssuedAtMs);
        return new VerifiedAnswer(response, receipt, document, inputSalt, outputSalt);
    }

    private async Task BootAsync(
        IReadOnlyDictionary<string, byte[]> models, Func<EnclaveSettings, EnclaveSettings>? change, TimeProvider time, Action<RunningEnclave>? prepare)
    {
        var settings = new EnclaveSettings
        {
            Models = [.. models.Select(model => new ModelSource(model.Key.Split(':')[0], model.Key.Split(':').ElementAtOrDefault(1) ?? "1", _folder.Write(model.Key, model.Value)))],
            ModelMemoryMiB = Loading.MemoryMiB,
        };
        Nsm = new RecordingNsm(TestPki.Nsm(time), Events);
        Pool = new RecordingPool(Events);
        prepare?.Invoke(this);
        var environment = new EnclaveEnvironment
        {
            OpenNsm = () => Opened(Nsm),
            KernelPool = Pool,
            Time = time,
            Log = new EnclaveLog(TextWriter.Synchronized(_output), time),
        };
        _workload = await EnclaveWorkload.StartAsync(change?.Invoke(settings) ?? settings, Address, environment, Cancellation);
    }

    private INsmTransport Opened(INsmTransport nsm)
    {
        Events.Add("open");
        return nsm;
    }

    /// <summary>An answer whose receipt has been verified.</summary>
    public sealed record VerifiedAnswer(InferResponse Response, Receipt Receipt, UnverifiedDocument Document, byte[] InputSalt, byte[] OutputSalt)
    {
        public Claim Claim => Receipt.Claim;

        public Tensor Output => Response.Outputs.Single();
    }
}

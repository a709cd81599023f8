using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Attestation.Inference;
using Nitro.Host.Gateway;
using Nitro.OpenInference;
using Nitro.Vsock;

namespace Nitro.Host.Tests;

/// <summary>A gateway in this process in front of a <see cref="FakeEnclave"/>, in a folder of its own.</summary>
internal sealed class GatewayFixture : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nitro-host-");

    public FakeEnclave Enclave { get; } = new();

    public GatewayServer Server { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    public List<string> Reported { get; } = [];

    public string StorePath => Path.Combine(_folder.FullName, "store");

    public ChannelAddress EnclaveAddress => ChannelAddress.Parse($"unix:{_folder.FullName}/enclave.sock");

    public static async Task<GatewayFixture> StartAsync(Func<GatewaySettings, GatewaySettings>? change = null)
    {
        var fixture = new GatewayFixture();
        await fixture.Enclave.StartAsync(fixture.EnclaveAddress);
        await fixture.StartServerAsync(change);
        return fixture;
    }

    public async Task StartServerAsync(Func<GatewaySettings, GatewaySettings>? change = null)
    {
        Assert.True(ListenAddress.TryParse("http://127.0.0.1:0", out var listen, out _));
        var settings = new GatewaySettings { Enclave = EnclaveAddress, Listen = listen, Store = StorePath };
        Server = await GatewayServer.StartAsync(change?.Invoke(settings) ?? settings, RandomNumberGenerator.Fill, TimeProvider.System, Reported.Add);
        Http = new HttpClient { BaseAddress = new Uri(Server.Address) };
    }

    public static InferRequest Request(byte value = 1, EvidenceRequest evidence = EvidenceRequest.None) =>
        new() { Inputs = [Tensor.Create("x", Datatype.Uint8, [3], new byte[] { value, 2, 3 })], Nonce = new byte[] { 9 }, Evidence = evidence };

    public async Task<(HttpStatusCode Status, string? Id, byte[] Body)> AskAsync(InferRequest? request = null, bool binary = false)
    {
        var message = (request ?? Request()).Encode(binary);
        using var content = new ReadOnlyMemoryContent(message.Body);
        content.Headers.ContentType = new MediaTypeHeaderValue(message.ContentType);
        if (message.HeaderLength is { } length)
        {
            content.Headers.Add(NitroHeaders.InferenceHeaderContentLength, $"{length}");
        }

        using var answer = await Http.PostAsync(new Uri("v2/models/echo/infer", UriKind.Relative), content, TestContext.Current.CancellationToken);
        var id = answer.Headers.TryGetValues(NitroHeaders.EvidenceId, out var values) ? values.Single() : null;
        return (answer.StatusCode, id, await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    public async Task<Evidence> ReadEvidenceAsync(string id)
    {
        var bytes = await Http.GetByteArrayAsync(new Uri($"v2/evidence/{id}", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.True(Evidence.TryParse(bytes, out var evidence, out var error), error?.ToString());
        return evidence!;
    }

    public static string Error(byte[] body)
    {
        using var json = JsonDocument.Parse(body);
        return Assert.Single(json.RootElement.EnumerateObject(), one => one.Name == "error").Value.GetString()!;
    }

    public static string Text(byte[] body) => Encoding.UTF8.GetString(body);

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }

        await Enclave.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}

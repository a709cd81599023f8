using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Host.Store;
using Nitro.OpenInference;
using Nitro.Vsock;

namespace Nitro.Host.Gateway;

/// <summary>The gateway's HTTP side. Every answer but 200 is <c>{"error":"…"}</c>.</summary>
internal sealed class GatewayServer : IAsyncDisposable
{
    /// <summary>The bodies are JSON documents of their own, never part of a page.</summary>
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly GatewaySettings _settings;
    private readonly EvidenceStore _store;
    private readonly EnclaveClient _enclave;
    private readonly InferenceGateway _gateway;
    private readonly SemaphoreSlim _turns;
    private readonly byte[]? _authorization;
    private readonly Action<string> _report;
    private readonly WebApplication _app;

    private GatewayServer(GatewaySettings settings, EvidenceStore store, RandomBytes random, TimeProvider clock, Action<string> report)
    {
        _settings = settings;
        _store = store;
        _report = report;
        _enclave = new EnclaveClient(settings.Enclave, settings.Deadline);
        _gateway = new InferenceGateway(_enclave, store, settings.KeepContent, random, clock);
        _turns = new SemaphoreSlim(settings.MaximumConcurrency);
        _authorization = settings.Token is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes("Bearer " + settings.Token));
        _app = Build();
    }

    /// <summary>Opens the store and begins to listen.</summary>
    /// <param name="settings">How the gateway works.</param>
    /// <param name="random">Fills spans with random bytes, for the ids of evidence.</param>
    /// <param name="clock">When evidence was stored.</param>
    /// <param name="report">Takes one line for each problem on the host's side.</param>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    /// <exception cref="IOException">The address cannot be listened on.</exception>
    public static async Task<GatewayServer> StartAsync(GatewaySettings settings, RandomBytes random, TimeProvider clock, Action<string> report)
    {
        var store = EvidenceStore.Open(settings.Store, settings.MaximumStorePages);
        var server = new GatewayServer(settings, store, random, clock, report);
        try
        {
            await server._app.StartAsync().ConfigureAwait(false);
            return server;
        }
        catch (Exception exception) when (exception is SocketException or IOException { InnerException: AddressInUseException })
        {
            await server.DisposeAsync().ConfigureAwait(false);
            var reason = exception switch
            {
                SocketException { SocketErrorCode: SocketError.AccessDenied } => "permission denied; choose a port above 1023",
                SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => "this machine has no such address; choose one of its own",
                SocketException => exception.Message,
                _ => "another process listens there; stop it, or choose another port",
            };
            throw new IOException($"--listen {settings.Listen}: {reason}", exception);
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Where it listens; the port is the real one when 0 was asked for.</summary>
    public string Address => _settings.Listen.Tcp is null ? _settings.Listen.ToString() : _app.Urls.First();

    /// <summary>The store, for whoever wants to look.</summary>
    public EvidenceStore Store => _store;

    /// <summary>Completes when the process is asked to end.</summary>
    public Task WaitForShutdownAsync() => _app.WaitForShutdownAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
        _enclave.Dispose();
        await _store.DisposeAsync().ConfigureAwait(false);
        _turns.Dispose();
    }

    private WebApplication Build()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.WebHost.UseChannels();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = _settings.MaximumBody;
            options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(30);
            if (_settings.Listen.Unix is { } unix)
            {
                options.ListenChannel(unix);
            }
            else
            {
                options.Listen(_settings.Listen.Tcp!, listen => listen.Protocols = HttpProtocols.Http1);
            }
        });
        var app = builder.Build();
        app.Run(HandleAsync);
        return app;
    }

    private async Task HandleAsync(HttpContext context)
    {
        try
        {
            Authenticate(context);
            await RouteAsync(context).ConfigureAwait(false);
        }
        catch (GatewayException exception)
        {
            await RefuseAsync(context, exception.Status, exception.Message).ConfigureAwait(false);
        }
        catch (StoreException exception)
        {
            _report(exception.Message);
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "the host could not store the evidence, so the answer is withheld; its operator has the reason").ConfigureAwait(false);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException exception)
        {
            var message = exception.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? string.Create(CultureInfo.InvariantCulture, $"the request has more than {_settings.MaximumBody} bytes")
                : UnreadableBody(exception.Message);
            await RefuseUnreadAsync(context, exception.StatusCode, message).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for an answer any more.
        }
#pragma warning disable CA1031 // The last resort: a fault of ours must neither end the process nor tell callers about its inside.
        catch (Exception exception)
        {
            _report($"unexpected: {exception}");
            await RefuseAsync(context, StatusCodes.Status500InternalServerError, "the host failed; its operator has the reason").ConfigureAwait(false);
        }
#pragma warning restore CA1031
    }

    private void Authenticate(HttpContext context)
    {
        if (_authorization is null || context.Request.Path.StartsWithSegments("/v2/health", StringComparison.Ordinal))
        {
            return;
        }

        var given = SHA256.HashData(Encoding.UTF8.GetBytes(context.Request.Headers.Authorization.ToString()));
        if (!CryptographicOperations.FixedTimeEquals(given, _authorization))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            throw new GatewayException(StatusCodes.Status401Unauthorized, "the bearer token is missing or wrong: send Authorization: Bearer TOKEN");
        }
    }

    private Task RouteAsync(HttpContext context)
    {
        var segments = context.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return segments switch
        {
            ["v2", "health", "live"] => RequireMethod(context, HttpMethods.Get, () => WriteAsync(context, StatusCodes.Status200OK, "application/json", "{\"live\":true}"u8.ToArray())),
            ["v2", "evidence", var id] => RequireMethod(context, HttpMethods.Get, () => EvidenceAsync(context, id)),
            ["v2", "models", _, "infer"] or ["v2", "models", _, "versions", _, "infer"] => RequireMethod(context, HttpMethods.Post, () => InferAsync(context)),
            ["v2"] or ["v2", "health", "ready"] or ["v2", "attestation"] or ["v2", "session"] or ["v2", "session", _]
                or ["v2", "models", _] or ["v2", "models", _, "ready"] or ["v2", "models", _, "versions", _] or ["v2", "models", _, "versions", _, "ready"] =>
                RequireMethod(context, HttpMethods.Get, () => PassOnAsync(context)),
            _ => throw new GatewayException(StatusCodes.Status404NotFound, "there is nothing here; the protocol's paths begin with /v2"),
        };
    }

    private static Task RequireMethod(HttpContext context, string method, Func<Task> handle)
    {
        if (context.Request.Method == method)
        {
            return handle();
        }

        context.Response.Headers.Allow = method;
        throw new GatewayException(StatusCodes.Status405MethodNotAllowed, $"this path takes {method}");
    }

    private async Task InferAsync(HttpContext context)
    {
        var body = await ReadBodyAsync(context).ConfigureAwait(false);
        var headerLength = ReadHeaderLength(context.Request);
        if (!await _turns.WaitAsync(_settings.MaximumWait, context.RequestAborted).ConfigureAwait(false))
        {
            context.Response.Headers.RetryAfter = "1";
            throw new GatewayException(StatusCodes.Status503ServiceUnavailable, string.Create(CultureInfo.InvariantCulture, $"{_settings.MaximumConcurrency} requests are under way and none ended in time; ask again"));
        }

        try
        {
            // From here on the caller may leave: an answer that the enclave signed is stored all the same.
            var (answer, id) = await _gateway.InferAsync(PathAndQuery(context.Request), body, context.Request.ContentType, headerLength).ConfigureAwait(false);
            CopyHeaders(answer, context.Response);
            if (id is { } stored)
            {
                context.Response.Headers[NitroHeaders.EvidenceId] = stored.Text;
            }

            await WriteAsync(context, (int)answer.Status, answer.ContentType ?? "application/json", answer.Body).ConfigureAwait(false);
        }
        finally
        {
            _turns.Release();
        }
    }

    private async Task EvidenceAsync(HttpContext context, string text)
    {
        if (!EvidenceId.TryParse(text, out var id))
        {
            throw new GatewayException(StatusCodes.Status400BadRequest, $"an evidence id has {2 * EvidenceId.Size} lower-case hexadecimal digits");
        }

        if (_store.Find(id) is not var (answer, session))
        {
            throw new GatewayException(StatusCodes.Status404NotFound, "there is no evidence with this id");
        }

        await WriteAsync(context, StatusCodes.Status200OK, $"{Evidence.MediaType}; version={Evidence.Version}", answer.ToEvidence(session).ToJson()).ConfigureAwait(false);
    }

    private async Task PassOnAsync(HttpContext context)
    {
        var answer = await _enclave.GetAsync(PathAndQuery(context.Request)).ConfigureAwait(false);
        await WriteAsync(context, (int)answer.Status, answer.ContentType ?? "application/json", answer.Body).ConfigureAwait(false);
    }

    private async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpContext context)
    {
        if (context.Request.ContentLength is { } length && length > _settings.MaximumBody)
        {
            context.Response.Headers.Connection = "close";
            throw new GatewayException(StatusCodes.Status413PayloadTooLarge, string.Create(CultureInfo.InvariantCulture, $"the request has {length} bytes; at most {_settings.MaximumBody} are taken"));
        }

        var body = new MemoryStream((int)(context.Request.ContentLength ?? 0));
        try
        {
            await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
        }
        catch (IOException exception) when (exception is not Microsoft.AspNetCore.Http.BadHttpRequestException)
        {
            // A connection that broke, when nobody is told; or a chunk's size over 63 bits, of which the web server speaks so.
            context.Response.Headers.Connection = "close";
            throw new GatewayException(StatusCodes.Status400BadRequest, UnreadableBody(exception.Message), exception);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private static int? ReadHeaderLength(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(NitroHeaders.InferenceHeaderContentLength, out var values))
        {
            return null;
        }

        return values.Count == 1 && int.TryParse(values[0], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? length
            : throw new GatewayException(StatusCodes.Status400BadRequest, $"{NitroHeaders.InferenceHeaderContentLength} is no whole number");
    }

    /// <summary>The request's path and query as they go on, without the leading slash.</summary>
    private static string PathAndQuery(HttpRequest request) => request.Path.ToUriComponent().TrimStart('/') + request.QueryString.ToUriComponent();

    private static void CopyHeaders(EnclaveAnswer answer, HttpResponse response)
    {
        foreach (var name in new[] { NitroHeaders.Receipt, NitroHeaders.InputSalt, NitroHeaders.OutputSalt, NitroHeaders.SessionDocument, NitroHeaders.InferenceHeaderContentLength, "Retry-After" })
        {
            if (answer.Header(name) is { } value)
            {
                response.Headers[name] = value;
            }
        }
    }

    /// <summary>What became of a body, in the web server's words, which name no internals.</summary>
    private static string UnreadableBody(string found) =>
        $"the request's body cannot be read: expected as many bytes as Content-Length states, or chunks (RFC 9112 section 7.1), found: {found} Send the whole request again";

    /// <summary>The rest of the body is not read, so nothing more can come over this connection.</summary>
    private static Task RefuseUnreadAsync(HttpContext context, int status, string message)
    {
        context.Response.Headers.Connection = "close";
        return RefuseAsync(context, status, message);
    }

    private static async Task RefuseAsync(HttpContext context, int status, string message)
    {
        if (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            await WriteAsync(context, status, "application/json", JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["error"] = message }, Readable)).ConfigureAwait(false);
        }
    }

    private static async Task WriteAsync(HttpContext context, int status, string contentType, ReadOnlyMemory<byte> body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }
}

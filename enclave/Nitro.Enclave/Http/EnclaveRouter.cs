using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Nitro.Attestation;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Inference;
using Nitro.Enclave.Models;
using Nitro.Enclave.Sessions;

namespace Nitro.Enclave.Http;

/// <summary>
/// The enclave's HTTP surface: which path and method leads where, and that nothing but an answer or a reason ever comes back. Safe to use
/// from several threads at once.
/// </summary>
internal sealed class EnclaveRouter
{
    private readonly ModelCatalog _models;
    private readonly SessionKeeper _sessions;
    private readonly InferenceEndpoint _inference;
    private readonly byte[] _manifest;
    private readonly byte[] _configuration;
    private readonly EnclaveSettings _settings;
    private readonly TimeProvider _time;
    private readonly EnclaveLog _log;

    public EnclaveRouter(
        ModelCatalog models,
        EnclaveConfiguration configuration,
        SessionKeeper sessions,
        InferenceEndpoint inference,
        EnclaveSettings settings,
        TimeProvider time,
        EnclaveLog log)
    {
        _models = models;
        _sessions = sessions;
        _inference = inference;
        _manifest = models.Manifest.Encode();
        _configuration = configuration.Encode();
        _settings = settings;
        _time = time;
        _log = log;
    }

    /// <summary>Handles one request, whatever happens.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            await RouteAsync(context).ConfigureAwait(false);
        }
        catch (Exception exception) when (
            context.RequestAborted.IsCancellationRequested
            || context.Response.HasStarted
            || exception is IOException and not BadHttpRequestException)
        {
            // The caller has gone, the connection broke, or an answer took too long to leave: there is nobody to tell.
            context.Abort();
        }
        catch (BadHttpRequestException exception)
        {
            var answer = BodyReader.Unreadable(exception.StatusCode, exception);
            await WriteAsync(context, answer, context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _log.Error($"a request failed unexpectedly: {exception.GetType().Name}: {exception.Message}");
            var answer = Answer.Error(StatusCodes.Status500InternalServerError, "the enclave failed to answer; its log says why");
            await WriteAsync(context, answer, context.RequestAborted).ConfigureAwait(false);
        }
    }

    private Task RouteAsync(HttpContext context) => (context.Request.Path.Value ?? "").Split('/') switch
    {
        ["", "v2"] => GetAsync(context, Server),
        ["", "v2", "health", "live"] => GetAsync(context, () => Answer.Object(json => json.WriteBoolean("live", true))),
        ["", "v2", "health", "ready"] => GetAsync(context, () => WhenReady(json => json.WriteBoolean("ready", true))),
        ["", "v2", "session"] => GetAsync(context, () => Session(_sessions.Current)),
        ["", "v2", "session", var digest] => GetAsync(context, () => Session(digest)),
        ["", "v2", "attestation"] => GetAsync(context, () => AttestAsync(context)),
        ["", "v2", "models", var name] => ModelAsync(context, name, null, ""),
        ["", "v2", "models", var name, ("ready" or "infer") and var action] => ModelAsync(context, name, null, action),
        ["", "v2", "models", var name, "versions", var version] => ModelAsync(context, name, version, ""),
        ["", "v2", "models", var name, "versions", var version, ("ready" or "infer") and var action] => ModelAsync(
            context, name, version, action),
        _ => WriteAsync(context, NotFound($"nothing is at {PlainText.Quote(context.Request.Path.Value ?? "")}"), context.RequestAborted),
    };

    private Task ModelAsync(HttpContext context, string name, string? version, string action)
    {
        if (FindWrongMethod(context, action == "infer" ? HttpMethods.Post : HttpMethods.Get) is { } wrongMethod)
        {
            return WriteAsync(context, wrongMethod, context.RequestAborted);
        }

        if (_models.Find(name, version) is not { } model)
        {
            return WriteAsync(context, UnknownModel(name, version), context.RequestAborted);
        }

        return action switch
        {
            "infer" => _inference.AnswerAsync(
                context.Request, model, (answer, cancellation) => WriteAsync(context, answer, cancellation), context.RequestAborted),
            "ready" => WriteAsync(context, Ready(model), context.RequestAborted),
            _ => WriteAsync(context, Metadata(model), context.RequestAborted),
        };
    }

    /// <summary>The server's metadata, as the Open Inference Protocol has it.</summary>
    private static Answer Server() => Answer.Object(json =>
    {
        json.WriteString("name", "nitro-enclave");
        json.WriteString("version", typeof(EnclaveRouter).Assembly.GetName().Version!.ToString(3));
        json.WriteStartArray("extensions");
        json.WriteStringValue("binary_tensor_data");
        json.WriteEndArray();
    });

    /// <summary>A model's metadata, as the Open Inference Protocol has it; its versions are all that the name has.</summary>
    private Answer Metadata(OnnxModel model) => Answer.Object(json =>
    {
        json.WriteString("name", model.Name);
        json.WriteStartArray("versions");
        foreach (var version in _models.Versions(model.Name))
        {
            json.WriteStringValue(version);
        }

        json.WriteEndArray();
        json.WriteString("platform", "onnxruntime_onnx");
        WriteTensors(json, "inputs", model.Inputs);
        WriteTensors(json, "outputs", model.Outputs);
    });

    private static void WriteTensors(Utf8JsonWriter json, string name, IReadOnlyList<TensorSpecification> tensors)
    {
        json.WriteStartArray(name);
        foreach (var tensor in tensors)
        {
            json.WriteStartObject();
            json.WriteString("name", tensor.Name);
            json.WriteString("datatype", tensor.Datatype.Name());
            if (tensor.Shape is { } shape)
            {
                json.WriteStartArray("shape");
                foreach (var dimension in shape)
                {
                    json.WriteNumberValue(dimension);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private Answer WhenReady(Action<Utf8JsonWriter> members) => _sessions.IsReady
        ? Answer.Object(members)
        : Answer.Error(
            StatusCodes.Status503ServiceUnavailable, "the enclave cannot sign now: its session document is too old; try again later");

    private Answer Ready(OnnxModel model) => WhenReady(json =>
    {
        json.WriteString("name", model.Name);
        json.WriteBoolean("ready", true);
    });

    private Answer UnknownModel(string name, string? version)
    {
        var versions = string.Join(", ", _models.Versions(name).Take(8));
        return NotFound(versions.Length == 0
            ? $"there is no model {PlainText.Quote(name)}"
            : $"the model {PlainText.Quote(name)} has no version {PlainText.Quote(version!)}; it has {versions}");
    }

    private Answer Session(string digest) => !Sha384Digest.TryParseHex(digest, out var parsed)
        ? Answer.Error(
            StatusCodes.Status400BadRequest, $"a session document's digest has 96 hexadecimal digits; found {PlainText.Quote(digest)}")
        : _sessions.Find(parsed) is { } document
            ? Session(document)
            : NotFound($"no session document of the digest {parsed} is retained");

    private Answer Session(SessionDocument document) => Answer.Object(json =>
    {
        json.WriteBase64String("document", document.Bytes.Span);
        json.WriteBase64String("manifest", _manifest);
        json.WriteBase64String("configuration", _configuration);
    });

    private async Task<Answer> AttestAsync(HttpContext context)
    {
        if (FindNonce(context.Request.Query, out var nonce) is { } fault)
        {
            return fault;
        }

        using var deadline = new CancellationTokenSource(_settings.MaximumDuration, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, context.RequestAborted);
        try
        {
            return Session(await _sessions.AttestAsync(nonce, both.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            return Answer.Error(StatusCodes.Status503ServiceUnavailable, "the NSM gives no attestation document in time; try again later");
        }
        catch (SessionUnavailableException exception)
        {
            return Answer.Error(StatusCodes.Status503ServiceUnavailable, $"{exception.Message}; try again later");
        }
    }

    private static Answer? FindNonce(IQueryCollection query, out ReadOnlyMemory<byte> nonce)
    {
        nonce = default;
        if (query.Keys.FirstOrDefault(key => key != "nonce") is { } unknown)
        {
            return Answer.Error(
                StatusCodes.Status400BadRequest, $"unknown query parameter {PlainText.Quote(unknown)}; only nonce is known");
        }

        var values = query["nonce"];
        var text = values.ToString();
        var bytes = new byte[Claim.MaximumNonce];
        if (values.Count > 1
            || text.Any(character => !char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_'))
            || Base64Url.DecodeFromChars(text, bytes, out _, out var written) != OperationStatus.Done)
        {
            return Answer.Error(
                StatusCodes.Status400BadRequest,
                $"nonce: expected 0 to {Claim.MaximumNonce} bytes in base64url (RFC 4648 section 5) without padding, once; "
                + $"found {PlainText.Quote(text)}");
        }

        nonce = bytes.AsMemory(0, written);
        return null;
    }

    private static Task GetAsync(HttpContext context, Func<Answer> answer) => GetAsync(context, () => Task.FromResult(answer()));

    private static async Task GetAsync(HttpContext context, Func<Task<Answer>> answer)
    {
        var given = FindWrongMethod(context, HttpMethods.Get) ?? await answer().ConfigureAwait(false);
        await WriteAsync(context, given, context.RequestAborted).ConfigureAwait(false);
    }

    private static Answer? FindWrongMethod(HttpContext context, string method)
    {
        if (context.Request.Method == method)
        {
            return null;
        }

        var found = PlainText.Clean(context.Request.Method, 32);
        return Answer.Error(StatusCodes.Status405MethodNotAllowed, $"{found} is not for this path; use {method}") with
        {
            Headers = [new("Allow", method)],
        };
    }

    private static Answer NotFound(string message) => Answer.Error(StatusCodes.Status404NotFound, message);

    private static async Task WriteAsync(HttpContext context, Answer answer, CancellationToken cancellation)
    {
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        context.Response.ContentLength = answer.Body.Length;
        foreach (var (name, value) in answer.Headers)
        {
            context.Response.Headers[name] = value;
        }

        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(answer.Body, cancellation).ConfigureAwait(false);
        }
    }
}

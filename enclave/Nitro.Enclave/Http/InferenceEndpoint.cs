using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Nitro.Attestation.Claims;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Attestation.Inference;
using Nitro.Enclave.Models;
using Nitro.Enclave.Sessions;
using Nitro.OpenInference;

namespace Nitro.Enclave.Http;

/// <summary>
/// <c>POST /v2/models/{m}[/versions/{v}]/infer</c>: reads a request, runs the model, and signs what it answered. Safe to use from several
/// threads at once.
/// </summary>
internal sealed class InferenceEndpoint
{
    /// <summary>
    /// The most bytes of input and output together that evidence in an answer repeats, so that the file can be verified as it is. Above
    /// that the caller, who
    /// has both, adds them.
    /// </summary>
    public const int InlineContent = 1 << 20;

    private readonly SessionKeeper _sessions;
    private readonly byte[] _manifest;
    private readonly byte[] _configuration;
    private readonly EnclaveSettings _settings;
    private readonly TimeProvider _time;
    private readonly FairSemaphore _bodies;
    private readonly FairSemaphore _runs;
    private int _requests;

    public InferenceEndpoint(SessionKeeper sessions, ModelManifest manifest, EnclaveConfiguration configuration, EnclaveSettings settings, TimeProvider time)
    {
        _sessions = sessions;
        _manifest = manifest.Encode();
        _configuration = configuration.Encode();
        _settings = settings;
        _time = time;
        _bodies = new FairSemaphore((long)settings.BodyMemoryMiB << 20, time);
        _runs = new FairSemaphore(settings.ConcurrentRuns, time);
    }

    /// <summary>Answers one request.</summary>
    /// <param name="request">The request, its body unread.</param>
    /// <param name="model">The model that its path names.</param>
    /// <param name="write">Writes an answer; the request's share of memory is held until it has.</param>
    /// <param name="aborted">The caller has gone.</param>
    public async Task AnswerAsync(HttpRequest request, OnnxModel model, Func<Answer, CancellationToken, Task> write, CancellationToken aborted)
    {
        if (Interlocked.Increment(ref _requests) > _settings.MaximumRequests)
        {
            Interlocked.Decrement(ref _requests);
            await write(Busy($"{_settings.MaximumRequests} requests are held already"), aborted).ConfigureAwait(false);
            return;
        }

        try
        {
            using var deadline = new CancellationTokenSource(_settings.MaximumDuration, _time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, aborted);
            var bound = BodyReader.Bound(request, _settings.MaximumBodyBytes);
            using var memory = await _bodies.TakeAsync(bound, _settings.MaximumWait, both.Token).ConfigureAwait(false);
            var answer = memory is null ? WaitedTooLong() : await AnswerInTimeAsync(request, model, both.Token, deadline.Token).ConfigureAwait(false);

            // A refusal is written even when the time is over; it is short.
            await write(answer, answer.Status == StatusCodes.Status200OK ? both.Token : aborted).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _requests);
        }
    }

    private async Task<Answer> AnswerInTimeAsync(HttpRequest request, OnnxModel model, CancellationToken cancellation, CancellationToken deadline)
    {
        try
        {
            return await AnswerAsync(request, model, cancellation).ConfigureAwait(false);
        }
        catch (SessionUnavailableException exception)
        {
            return Busy(exception.Message);
        }
        catch (ModelRunException exception) when (exception.Fault != ModelRunFault.Stopped)
        {
            return exception.Fault switch
            {
                ModelRunFault.Unprocessable => Answer.Error(
                    StatusCodes.Status422UnprocessableEntity, $"the model {PlainText.Quote(model.Name)} cannot process this input: {exception.Message}"),
                ModelRunFault.OutOfMemory => Busy($"the model {PlainText.Quote(model.Name)} needs more memory for this input than is free"),
                _ => Answer.Error(StatusCodes.Status500InternalServerError, $"the model {PlainText.Quote(model.Name)} gives no answer: {exception.Message}"),
            };
        }
        catch (Exception exception) when (exception is ModelRunException or OperationCanceledException && deadline.IsCancellationRequested)
        {
            return Answer.Error(StatusCodes.Status503ServiceUnavailable, $"the request took longer than {Seconds(_settings.MaximumDuration)}");
        }
        catch (OutOfMemoryException)
        {
            return Busy("the request needs more memory than is free");
        }
    }

    private async Task<Answer> AnswerAsync(HttpRequest request, OnnxModel model, CancellationToken cancellation)
    {
        _sessions.CheckReady();
        if (FindHeaderFault(request, out var headerLength) is { } fault)
        {
            return fault;
        }

        var (body, refusal) = await BodyReader.ReadAsync(request, _settings.MaximumBodyBytes, cancellation).ConfigureAwait(false);
        if (refusal is not null)
        {
            return refusal;
        }

        if (!InferRequest.TryParse(body, headerLength, out var asked, out var error))
        {
            return Answer.Error(error!.Status, error.Message);
        }

        var size = asked!.Inputs.Sum(input => (long)input.Data.Length);
        if (size > _settings.MaximumTensorBytes)
        {
            return Answer.Error(StatusCodes.Status413PayloadTooLarge, string.Create(
                NumberFormatInfo.InvariantInfo, $"the inputs have {size} bytes as tensors, and {_settings.MaximumTensorBytes} is the most that this enclave takes"));
        }

        string[] outputs = [.. asked.Outputs.Select(output => output.Name)];
        if (model.FindFault(asked.Inputs, outputs) is { } modelFault)
        {
            return Answer.Error(StatusCodes.Status400BadRequest, modelFault);
        }

        IReadOnlyList<Tensor> results;
        using (var turn = await _runs.TakeAsync(1, _settings.MaximumWait, cancellation).ConfigureAwait(false))
        {
            if (turn is null)
            {
                return WaitedTooLong();
            }

            results = await Task.Run(() => model.Run(asked.Inputs, outputs, _settings.MaximumTensorBytes, cancellation), CancellationToken.None)
                .ConfigureAwait(false);
        }

        return await SignAsync(model, asked, results, cancellation).ConfigureAwait(false);
    }

    private async Task<Answer> SignAsync(OnnxModel model, InferRequest asked, IReadOnlyList<Tensor> results, CancellationToken cancellation)
    {
        var response = new InferResponse { ModelName = model.Name, ModelVersion = model.Version, Id = asked.Id, Outputs = results };

        // Encoded before it is signed: an answer that cannot be written must not have a number.
        if (!response.TryEncode(asked, out var encoded, out var error))
        {
            return Answer.Error(error!.Status, error.Message);
        }

        var (inputSalt, outputSalt) = (RandomNumberGenerator.GetBytes(SaltedDigest.SaltSize), RandomNumberGenerator.GetBytes(SaltedDigest.SaltSize));
        var (input, output) = (asked.ToInput().Encode(), response.ToOutput().Encode());
        var content = new ClaimContent(
            model.Digest, InferenceInput.ComputeDigest(input, inputSalt), InferenceOutput.ComputeDigest(output, outputSalt), asked.Nonce);
        var signed = asked.Evidence == EvidenceRequest.Direct
            ? await _sessions.SignDirectAsync(content, cancellation).ConfigureAwait(false)
            : _sessions.Sign(content);
        if (asked.Evidence != EvidenceRequest.None)
        {
            var evidence = Encoding.UTF8.GetString(ToEvidence(asked.Evidence, signed, input, inputSalt, output, outputSalt).ToJson());
            if (!(response with { Evidence = evidence }).TryEncode(asked, out encoded, out error))
            {
                return Answer.Error(error!.Status, error.Message);
            }
        }

        return ToAnswer(encoded!, signed, inputSalt, outputSalt);
    }

    private Evidence ToEvidence(EvidenceRequest kind, SignedClaim signed, byte[] input, byte[] inputSalt, byte[] output, byte[] outputSalt)
    {
        var small = input.Length + output.Length <= InlineContent;
        return new Evidence
        {
            Kind = kind == EvidenceRequest.Direct ? EvidenceKind.Direct : EvidenceKind.Session,
            Document = kind == EvidenceRequest.Direct ? signed.DirectDocument!.Value : signed.Document.Bytes,
            Receipt = kind == EvidenceRequest.Direct ? default : signed.Receipt,
            Manifest = _manifest,
            Configuration = _configuration,
            InputSalt = inputSalt,
            OutputSalt = outputSalt,
            Input = small ? input : default(ReadOnlyMemory<byte>?),
            Output = small ? output : default(ReadOnlyMemory<byte>?),
        };
    }

    private static Answer? FindHeaderFault(HttpRequest request, out int? headerLength)
    {
        headerLength = null;
        if (request.Headers.ContentEncoding is { Count: > 0 } encoding && encoding != "identity")
        {
            return Answer.Error(
                StatusCodes.Status415UnsupportedMediaType, $"Content-Encoding: expected none, found {PlainText.Quote(encoding.ToString())}; send the body as it is");
        }

        var lengths = request.Headers[NitroHeaders.InferenceHeaderContentLength];
        if (lengths.Count == 0)
        {
            return null;
        }

        if (lengths.Count > 1 || !int.TryParse(lengths[0], NumberStyles.None, NumberFormatInfo.InvariantInfo, out var length))
        {
            return Answer.Error(
                StatusCodes.Status400BadRequest,
                $"{NitroHeaders.InferenceHeaderContentLength}: expected one decimal number, found {PlainText.Quote(lengths.ToString())}");
        }

        headerLength = length;
        return null;
    }

    private static Answer ToAnswer(EncodedMessage encoded, SignedClaim signed, byte[] inputSalt, byte[] outputSalt)
    {
        var headers = new List<KeyValuePair<string, string>>
        {
            new(NitroHeaders.Receipt, Convert.ToBase64String(signed.Receipt.Span)),
            new(NitroHeaders.InputSalt, Convert.ToBase64String(inputSalt)),
            new(NitroHeaders.OutputSalt, Convert.ToBase64String(outputSalt)),
            new(NitroHeaders.SessionDocument, signed.Document.Digest.ToString()),
        };
        if (encoded.HeaderLength is { } length)
        {
            headers.Add(new(NitroHeaders.InferenceHeaderContentLength, length.ToString(NumberFormatInfo.InvariantInfo)));
        }

        return new Answer(StatusCodes.Status200OK, encoded.Body, encoded.ContentType) { Headers = headers };
    }

    private Answer WaitedTooLong() => Busy($"the request waited {Seconds(_settings.MaximumWait)} for its turn");

    private static Answer Busy(string reason) => Answer.Error(StatusCodes.Status503ServiceUnavailable, $"{reason}; try again later");

    private static string Seconds(TimeSpan time) => string.Create(NumberFormatInfo.InvariantInfo, $"{time.TotalSeconds:0} s");
}

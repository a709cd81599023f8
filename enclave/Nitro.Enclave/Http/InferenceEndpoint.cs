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
/// <remarks>
/// A request goes through four lines, first come first served: for memory for its body, for memory to work on it, for a place to run, and
/// for memory for its answer. Nobody waits in a line while holding a place in a later one, so requests cannot wait for each other in a
/// circle; and what a slow caller can hold up, the body and the answer, is counted apart from the work.
/// </remarks>
internal sealed class InferenceEndpoint
{
    /// <summary>
    /// The most bytes of input and output together that evidence in an answer repeats, so that the file can be verified as it is. Above
    /// that the caller, who has both, adds them.
    /// </summary>
    public const int InlineContent = 1 << 20;

    /// <summary>Bytes that ONNX Runtime spends on each string, however short: a std::string.</summary>
    private const int StringOverhead = 32;

    private readonly SessionKeeper _sessions;
    private readonly byte[] _manifest;
    private readonly byte[] _configuration;
    private readonly EnclaveSettings _settings;
    private readonly TimeProvider _time;
    private readonly FairSemaphore _bodyMemory;
    private readonly FairSemaphore _workMemory;
    private readonly FairSemaphore _runs;
    private readonly FairSemaphore _answerMemory;
    private int _requests;

    public InferenceEndpoint(
        SessionKeeper sessions, ModelManifest manifest, EnclaveConfiguration configuration, EnclaveSettings settings, TimeProvider time)
    {
        _sessions = sessions;
        _manifest = manifest.Encode();
        _configuration = configuration.Encode();
        _settings = settings;
        _time = time;
        _bodyMemory = new FairSemaphore(settings.RequestMemoryBytes, time);
        _workMemory = new FairSemaphore(settings.RequestMemoryBytes, time);
        _runs = new FairSemaphore(settings.ConcurrentRuns, time);
        _answerMemory = new FairSemaphore(settings.RequestMemoryBytes, time);
    }

    /// <summary>Answers one request.</summary>
    /// <param name="request">The request, its body unread.</param>
    /// <param name="model">The model that its path names.</param>
    /// <param name="write">Writes an answer; its memory is held until it has.</param>
    /// <param name="aborted">The caller has gone.</param>
    public async Task AnswerAsync(
        HttpRequest request, OnnxModel model, Func<Answer, CancellationToken, Task> write, CancellationToken aborted)
    {
        using var held = new Holdings();
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
            var answer = await AnswerInTimeAsync(request, model, held, both.Token, deadline.Token).ConfigureAwait(false);

            // A refusal is written even when the time is over; it is short.
            await write(answer, answer.Status == StatusCodes.Status200OK ? both.Token : aborted).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _requests);
        }
    }

    private async Task<Answer> AnswerInTimeAsync(
        HttpRequest request, OnnxModel model, Holdings held, CancellationToken cancellation, CancellationToken deadline)
    {
        try
        {
            return await AnswerAsync(request, model, held, cancellation).ConfigureAwait(false);
        }
        catch (SessionUnavailableException exception)
        {
            return Busy(exception.Message);
        }
        catch (ModelRunException exception) when (exception.Fault != ModelRunFault.Stopped)
        {
            var name = PlainText.Quote(model.Name);
            return exception.Fault switch
            {
                ModelRunFault.Unprocessable => Answer.Error(
                    StatusCodes.Status422UnprocessableEntity, $"the model {name} cannot process this input: {exception.Message}"),
                ModelRunFault.OutOfMemory => Busy($"the model {name} needs more memory for this input than is free"),
                _ => Answer.Error(StatusCodes.Status500InternalServerError, $"the model {name} gives no answer: {exception.Message}"),
            };
        }
        catch (Exception exception) when (exception is ModelRunException or OperationCanceledException && deadline.IsCancellationRequested)
        {
            return Answer.Error(
                StatusCodes.Status503ServiceUnavailable, $"the request took longer than {Seconds(_settings.MaximumDuration)}");
        }
        catch (OutOfMemoryException)
        {
            return Busy("the request needs more memory than is free");
        }
    }

    private async Task<Answer> AnswerAsync(HttpRequest request, OnnxModel model, Holdings held, CancellationToken cancellation)
    {
        _sessions.CheckReady();
        if (FindHeaderFault(request, out var headerLength) is { } fault)
        {
            return fault;
        }

        // One that does not state its length counts as one of the largest.
        var bound = BodyReader.Bound(request, _settings.MaximumBodyBytes);
        if (await TakeAsync(_bodyMemory, bound, held, cancellation).ConfigureAwait(false) is null)
        {
            return WaitedTooLong();
        }

        var (body, refusal) = await BodyReader.ReadAsync(request, _settings.MaximumBodyBytes, cancellation).ConfigureAwait(false);
        if (refusal is not null)
        {
            return refusal;
        }

        using var work = new Holdings();
        if (await TakeAsync(_workMemory, WorkMemory(body.Length, headerLength), work, cancellation).ConfigureAwait(false) is null)
        {
            return WaitedTooLong();
        }

        if (!InferRequest.TryParse(body, headerLength, out var asked, out var error))
        {
            return Answer.Error(error!.Status, error.Message);
        }

        var size = asked!.Inputs.Sum(RuntimeSize);
        if (size > _settings.MaximumTensorBytes)
        {
            return Answer.Error(StatusCodes.Status413PayloadTooLarge, string.Create(
                NumberFormatInfo.InvariantInfo,
                $"the inputs have {size} bytes as tensors, of which {_settings.MaximumTensorBytes} is the most that this enclave takes"));
        }

        string[] outputs = [.. asked.Outputs.Select(output => output.Name)];
        if (model.FindFault(asked.Inputs, outputs) is { } modelFault)
        {
            return Answer.Error(StatusCodes.Status400BadRequest, modelFault);
        }

        if (await RunAsync(model, asked, outputs, held, cancellation).ConfigureAwait(false) is not { } results)
        {
            return WaitedTooLong();
        }

        return await SignAsync(model, asked, results, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Runs the model in its turn, and keeps the turn until there is memory to answer in. Null when either was not to be had in time.
    /// </summary>
    private async Task<IReadOnlyList<Tensor>?> RunAsync(
        OnnxModel model, InferRequest asked, string[] outputs, Holdings held, CancellationToken cancellation)
    {
        using var turn = await _runs.TakeAsync(1, _settings.MaximumWait, cancellation).ConfigureAwait(false);
        if (turn is null)
        {
            return null;
        }

        // A thread of its own: the pool's threads are few, and those who wait for the network need them.
        var results = await Task.Factory.StartNew(
            () => model.Run(asked.Inputs, outputs, _settings.MaximumTensorBytes, cancellation),
            CancellationToken.None,
            TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
            TaskScheduler.Default).ConfigureAwait(false);
        var memory = results.Sum(result => AnswerMemory(result, asked.WantsBinary(result.Name)));
        return await TakeAsync(_answerMemory, memory, held, cancellation).ConfigureAwait(false) is null ? null : results;
    }

    private async Task<Answer> SignAsync(OnnxModel model, InferRequest asked, IReadOnlyList<Tensor> results, CancellationToken cancellation)
    {
        var response = new InferResponse { ModelName = model.Name, ModelVersion = model.Version, Id = asked.Id, Outputs = results };

        // Encoded before it is signed: an answer that cannot be written must not have a number.
        if (!response.TryEncode(asked, out var encoded, out var error))
        {
            return Answer.Error(error!.Status, error.Message);
        }

        var inputSalt = RandomNumberGenerator.GetBytes(SaltedDigest.SaltSize);
        var outputSalt = RandomNumberGenerator.GetBytes(SaltedDigest.SaltSize);
        var (input, output) = (asked.ToInput().Encode(), response.ToOutput().Encode());
        var content = new ClaimContent(
            model.Digest, InferenceInput.ComputeDigest(input, inputSalt), InferenceOutput.ComputeDigest(output, outputSalt), asked.Nonce);
        var signed = asked.Evidence == EvidenceRequest.Direct
            ? await _sessions.SignDirectAsync(content, cancellation).ConfigureAwait(false)
            : _sessions.Sign(content);
        if (asked.Evidence != EvidenceRequest.None)
        {
            var small = (long)input.Length + output.Length <= InlineContent;
            var evidence = ToEvidence(asked.Evidence, signed) with
            {
                InputSalt = inputSalt,
                OutputSalt = outputSalt,
                Input = small ? input : default(ReadOnlyMemory<byte>?),
                Output = small ? output : default(ReadOnlyMemory<byte>?),
            };
            if (!(response with { Evidence = Encoding.UTF8.GetString(evidence.ToJson()) }).TryEncode(asked, out encoded, out error))
            {
                return Answer.Error(error!.Status, error.Message);
            }
        }

        return ToAnswer(encoded!, signed, inputSalt, outputSalt);
    }

    private Evidence ToEvidence(EvidenceRequest kind, SignedClaim signed) => kind == EvidenceRequest.Direct
        ? new Evidence
        {
            Kind = EvidenceKind.Direct,
            Document = signed.DirectDocument!.Value,
            Manifest = _manifest,
            Configuration = _configuration,
        }
        : new Evidence
        {
            Kind = EvidenceKind.Session,
            Document = signed.Document.Bytes,
            Receipt = signed.Receipt,
            Manifest = _manifest,
            Configuration = _configuration,
        };

    /// <summary>
    /// What a body can come to while it is worked on, in bytes: in JSON four times as much as tensors (two characters for an FP64); and the
    /// tensors twice more, as they are digested and as the runtime holds them. Binary tensors are not copied when they are read.
    /// </summary>
    private static long WorkMemory(long body, int? headerLength)
    {
        var json = Math.Min(headerLength ?? body, body);
        return (2 * (body - json)) + (12 * json);
    }

    /// <summary>
    /// What an output can come to: itself; as it is digested; and in JSON six characters for a byte (<c>false,</c>), in binary itself
    /// again.
    /// </summary>
    private static long AnswerMemory(Tensor output, bool binary) => (binary ? 3L : 8L) * output.Data.Length;

    private static long RuntimeSize(Tensor input) =>
        input.Data.Length + (input.Datatype == Datatype.Bytes ? StringOverhead * input.ElementCount : 0);

    /// <summary>
    /// Takes a part for as long as the holdings last; null when the wait was too long. More than there is counts as all there is.
    /// </summary>
    private async Task<IDisposable?> TakeAsync(FairSemaphore memory, long part, Holdings held, CancellationToken cancellation)
    {
        var share = Math.Min(part, _settings.RequestMemoryBytes);
        var taken = await memory.TakeAsync(share, _settings.MaximumWait, cancellation).ConfigureAwait(false);
        if (taken is not null)
        {
            held.Add(taken);
        }

        return taken;
    }

    private static Answer? FindHeaderFault(HttpRequest request, out int? headerLength)
    {
        headerLength = null;
        if (request.Headers.ContentEncoding is { Count: > 0 } encoding && encoding != "identity")
        {
            return Answer.Error(
                StatusCodes.Status415UnsupportedMediaType,
                $"Content-Encoding: expected none, found {PlainText.Quote(encoding.ToString())}; send the body as it is");
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

    /// <summary>What a request holds for a while.</summary>
    private sealed class Holdings : IDisposable
    {
        private readonly List<IDisposable> _parts = [];

        public void Add(IDisposable part) => _parts.Add(part);

        public void Dispose() => _parts.ForEach(part => part.Dispose());
    }
}

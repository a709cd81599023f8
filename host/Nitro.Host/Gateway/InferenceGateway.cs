using System.Collections.Concurrent;
using System.Net;
using Nitro.Attestation;
using Nitro.Host.Store;
using Nitro.OpenInference;

namespace Nitro.Host.Gateway;

/// <summary>One inference through the host: ask the enclave, store the evidence, answer. In that order. Thread-safe.</summary>
internal sealed class InferenceGateway(EnclaveClient enclave, EvidenceStore store, bool keepContent, RandomBytes random, TimeProvider clock)
{
    private readonly ConcurrentDictionary<Sha384Digest, Task<StoredSession>> _newSessions = new();

    /// <summary>Asks the enclave and, when it answers with evidence, stores that before it returns.</summary>
    /// <returns>The enclave's answer, and the id of the evidence; no id with an error of the enclave's.</returns>
    /// <exception cref="GatewayException">There is no answer that the caller may have.</exception>
    /// <exception cref="StoreException">The evidence could not be stored; the answer is withheld.</exception>
    public async Task<(EnclaveAnswer Answer, EvidenceId? Id)> InferAsync(string path, ReadOnlyMemory<byte> body, string? contentType, int? headerLength)
    {
        if (!InferRequest.TryParse(body, headerLength, out var request, out var error))
        {
            throw new GatewayException(error!.Status, error.Message);
        }

        var answer = await enclave.InferAsync(path, body, contentType, headerLength).ConfigureAwait(false);
        if (answer.Status != HttpStatusCode.OK)
        {
            return (answer, null);
        }

        var evidence = AnswerEvidence.Read(request!, answer);
        var newSession = store.HasSession(evidence.Session) ? null : await FetchSessionAsync(evidence.Session).ConfigureAwait(false);
        var stored = new StoredAnswer
        {
            Id = EvidenceId.Create(random),
            StoredAt = clock.GetUtcNow(),
            Receipt = evidence.Receipt,
            Session = evidence.Session,
            DirectDocument = evidence.DirectDocument,
            InputSalt = evidence.InputSalt,
            OutputSalt = evidence.OutputSalt,
            Input = keepContent ? evidence.Input : null,
            Output = keepContent ? evidence.Output : null,
        };
        await store.SaveAsync(stored, newSession).ConfigureAwait(false);
        if (newSession is not null)
        {
            _newSessions.TryRemove(evidence.Session, out _);
        }

        return (answer, stored.Id);
    }

    /// <summary>Callers that arrive together with a new session fetch its document once.</summary>
    private async Task<StoredSession> FetchSessionAsync(Sha384Digest digest)
    {
        try
        {
            return await _newSessions.GetOrAdd(digest, enclave.GetSessionAsync).ConfigureAwait(false);
        }
        catch
        {
            _newSessions.TryRemove(digest, out _);
            throw;
        }
    }
}

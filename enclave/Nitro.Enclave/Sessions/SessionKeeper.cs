using System.Globalization;
using Nitro.Attestation;
using Nitro.Attestation.Claims;

namespace Nitro.Enclave.Sessions;

/// <summary>
/// Keeps a session that can sign: renews its document, replaces its key in time, and gives claims their numbers. Safe to use from several
/// threads at once.
/// </summary>
/// <remarks>
/// A session document is renewed when it has the age of <see cref="EnclaveSettings.DocumentRenewal"/>; when the NSM fails, the old one
/// covers claims until it is <see cref="EnclaveSettings.MaximumDocumentAge"/> old, and the renewal is tried again and again. A new key
/// comes one renewal before the old one reaches <see cref="EnclaveSettings.MaximumSessionAge"/>.
/// </remarks>
internal sealed class SessionKeeper : IAsyncDisposable
{
    /// <summary>
    /// The newest documents that are kept for those who ask for them by digest: more than a day's, also across a change of keys.
    /// </summary>
    public const int RetainedDocuments = 64;

    /// <summary>How long a failed renewal waits for its next try at first; it doubles up to <see cref="MaximumRetry"/>.</summary>
    public static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(2);

    /// <summary>How long a failed renewal waits for its next try at most.</summary>
    public static readonly TimeSpan MaximumRetry = TimeSpan.FromMinutes(1);

    private readonly NsmAttester _attester;
    private readonly ModelManifest _manifest;
    private readonly EnclaveConfiguration _configuration;
    private readonly EnclaveSettings _settings;
    private readonly TimeProvider _time;
    private readonly EnclaveLog _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<SessionDocument> _documents = [];
    private Session _session;
    private Task _maintenance = Task.CompletedTask;

    private SessionKeeper(
        NsmAttester attester,
        ModelManifest manifest,
        EnclaveConfiguration configuration,
        EnclaveSettings settings,
        TimeProvider time,
        EnclaveLog log,
        Session session,
        SessionDocument document)
    {
        _attester = attester;
        _manifest = manifest;
        _configuration = configuration;
        _settings = settings;
        _time = time;
        _log = log;
        _session = session;
        _documents.Add(document);
        log.Information($"{Name(session)} begins");
    }

    /// <summary>The newest session document.</summary>
    public SessionDocument Current
    {
        get
        {
            lock (_gate)
            {
                return _documents[^1];
            }
        }
    }

    /// <summary>Whether a claim could be signed now.</summary>
    public bool IsReady
    {
        get
        {
            lock (_gate)
            {
                return FindFault(IssueTime()) is null;
            }
        }
    }

    /// <summary>Makes the first key and gets its document.</summary>
    /// <exception cref="EnclaveStartException">The NSM does not give one.</exception>
    public static async Task<SessionKeeper> StartAsync(
        NsmAttester attester,
        ModelManifest manifest,
        EnclaveConfiguration configuration,
        EnclaveSettings settings,
        TimeProvider time,
        EnclaveLog log,
        CancellationToken cancellation)
    {
        var session = CreateSession(manifest, configuration, settings, time);
        try
        {
            var document = await GetDocumentAsync(attester, session, cancellation).ConfigureAwait(false);
            var keeper = new SessionKeeper(attester, manifest, configuration, settings, time, log, session, document);
            keeper._maintenance = keeper.MaintainAsync();
            return keeper;
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            session.Dispose();
            throw EnclaveStartException.Environment($"The NSM does not vouch for the session key: {PlainText.Of(exception)}", exception);
        }
    }

    /// <summary>The document of this digest, when it is one of those retained.</summary>
    public SessionDocument? Find(Sha384Digest digest)
    {
        lock (_gate)
        {
            return _documents.Find(document => document.Digest == digest);
        }
    }

    /// <summary>Refuses when a claim could not be signed now, so that no model runs in vain.</summary>
    /// <exception cref="SessionUnavailableException">The newest document or the key is too old.</exception>
    public void CheckReady()
    {
        lock (_gate)
        {
            ThrowIfUnable(IssueTime());
        }
    }

    /// <summary>Signs a claim with the session key, under the next number.</summary>
    /// <exception cref="SessionUnavailableException">The newest document or the key is too old.</exception>
    public SignedClaim Sign(ClaimContent content)
    {
        lock (_gate)
        {
            var issuedAt = IssueTime();
            ThrowIfUnable(issuedAt);
            return _session.Sign(content, issuedAt, _documents[^1]);
        }
    }

    /// <summary>
    /// Signs a claim with the session key and has the NSM sign it too. The number is given when the NSM's turn has come, so that the
    /// document follows the claim at once. When the NSM fails after that, the number is spent on a claim that nobody gets, as with a caller
    /// who has gone.
    /// </summary>
    /// <exception cref="SessionUnavailableException">As <see cref="Sign"/>; or the NSM fails, or has too many waiting.</exception>
    public Task<SignedClaim> SignDirectAsync(ClaimContent content, CancellationToken cancellation) => InTurnAsync(
        () =>
        {
            SignedClaim signed;
            SessionPublicKey key;
            lock (_gate)
            {
                signed = Sign(content);
                key = _session.PublicKey;
            }

            return signed with { DirectDocument = _attester.AttestInTurn(signed.Claim, NonceOrNone(content.Nonce), key).Bytes };
        },
        cancellation);

    /// <summary>A fresh session document with a caller's nonce.</summary>
    /// <exception cref="SessionUnavailableException">The NSM fails, or has too many waiting.</exception>
    public Task<SessionDocument> AttestAsync(ReadOnlyMemory<byte> nonce, CancellationToken cancellation) => InTurnAsync(
        () =>
        {
            ReadOnlyMemory<byte> statement;
            SessionPublicKey key;
            lock (_gate)
            {
                (statement, key) = (_session.Statement, _session.PublicKey);
            }

            return _attester.AttestInTurn(statement, NonceOrNone(nonce), key);
        },
        cancellation);

    /// <summary>Stops the maintenance and destroys the key.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _maintenance.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            _session.Dispose();
        }

        _stop.Dispose();
    }

    private static Session CreateSession(
        ModelManifest manifest, EnclaveConfiguration configuration, EnclaveSettings settings, TimeProvider time) => new(
        SessionKey.Create(settings.Algorithm),
        new SessionStatement
        {
            Models = manifest.Digest,
            Configuration = configuration.Digest,
            StartedAtMs = NowMs(time),
            Algorithm = settings.Algorithm,
        });

    /// <summary>A document without a nonce has null, so an empty nonce is none.</summary>
    private static ReadOnlyMemory<byte>? NonceOrNone(ReadOnlyMemory<byte> nonce) =>
        nonce.IsEmpty ? default(ReadOnlyMemory<byte>?) : nonce;

    private static string Name(Session session) => $"session {session.PublicKey.Digest.ToString()[..16]}…";

    private static Task<SessionDocument> GetDocumentAsync(NsmAttester attester, Session session, CancellationToken cancellation) =>
        attester.InOwnTurnAsync(() => attester.AttestInTurn(session.Statement, null, session.PublicKey), cancellation);

    private static ulong NowMs(TimeProvider time) => (ulong)Math.Max(0, time.GetUtcNow().ToUnixTimeMilliseconds());

    private ulong IssueTime() => _session.IssueTime(NowMs(_time), _documents[^1]);

    private string? FindFault(ulong issuedAtMs)
    {
        var documentAge = TimeSpan.FromMilliseconds(issuedAtMs - _documents[^1].TimestampMs);
        var keyAge = TimeSpan.FromMilliseconds(issuedAtMs - Math.Min(issuedAtMs, _session.StartedAtMs));
        return documentAge > _settings.MaximumDocumentAge ? Old("session document", documentAge, _settings.MaximumDocumentAge)
            : keyAge > _settings.MaximumSessionAge ? Old("session key", keyAge, _settings.MaximumSessionAge)
            : null;

        static string Old(string what, TimeSpan age, TimeSpan limit) => string.Create(
            NumberFormatInfo.InvariantInfo,
            $"the {what} is {age.TotalSeconds:0} s old, at most {limit.TotalSeconds:0} s are allowed, and the NSM has not given a new one");
    }

    private void ThrowIfUnable(ulong issuedAtMs)
    {
        if (FindFault(issuedAtMs) is { } fault)
        {
            throw new SessionUnavailableException(fault);
        }
    }

    private async Task<T> InTurnAsync<T>(Func<T> attest, CancellationToken cancellation)
    {
        try
        {
            return await _attester.InTurnAsync(attest, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            _log.Error($"the NSM gave a caller no document: {exception.Message}");
            throw new SessionUnavailableException("the NSM gives no attestation document now", exception);
        }
    }

    /// <summary>Renews until it is stopped; a failure is logged and tried again.</summary>
    private async Task MaintainAsync()
    {
        var due = NextRenewal();
        var retry = FirstRetry;
        while (true)
        {
            var wait = due - _time.GetUtcNow();
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, _time, _stop.Token).ConfigureAwait(false);
            try
            {
                await RenewAsync().ConfigureAwait(false);
                due = NextRenewal();
                retry = FirstRetry;
            }
            catch (Exception exception) when (!_stop.IsCancellationRequested)
            {
                // Whatever it was: an enclave that stopped renewing would fall silent within the hour.
                _log.Error($"the session document is not renewed, next try in {retry.TotalSeconds:0} s: {exception.Message}");
                due = _time.GetUtcNow() + retry;
                retry = 2 * retry < MaximumRetry ? 2 * retry : MaximumRetry;
            }
        }
    }

    private DateTimeOffset KeyChange() =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)_session.StartedAtMs) + _settings.MaximumSessionAge - _settings.DocumentRenewal;

    private DateTimeOffset NextRenewal()
    {
        var (renewal, change) = (_time.GetUtcNow() + _settings.DocumentRenewal, KeyChange());
        return renewal < change ? renewal : change;
    }

    private async Task RenewAsync()
    {
        var old = _session;
        var next = _time.GetUtcNow() >= KeyChange() ? CreateSession(_manifest, _configuration, _settings, _time) : old;
        try
        {
            var document = await GetDocumentAsync(_attester, next, _stop.Token).ConfigureAwait(false);
            lock (_gate)
            {
                _session = next;
                _documents.Add(document);
                _documents.RemoveRange(0, Math.Max(0, _documents.Count - RetainedDocuments));
                if (next != old)
                {
                    old.Dispose();
                }
            }
        }
        catch when (next != old)
        {
            next.Dispose();
            throw;
        }

        _log.Information(next == old ? "session document renewed" : $"{Name(next)} begins with a new key");
    }
}

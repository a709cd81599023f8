using System.Globalization;
using System.Runtime.CompilerServices;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Verifier.Caching;
using Nitro.Verifier.Certificates;
using Nitro.Verifier.RevocationLists;
using Nitro.Verifier.Stages;

namespace Nitro.Verifier;

/// <summary>
/// Verifies AWS Nitro attestation documents, and evidence that rests on them, under one policy. Immutable and thread-safe: one per policy and process.
/// It reads no clock, no file, no network and no trust store, and never throws on the content of what it verifies.
/// </summary>
public sealed class AttestationVerifier
{
    private readonly VerificationPolicy _policy;
    private readonly CertificatePathValidator _paths;
    private readonly SessionCache? _sessions;
    private readonly SignatureEngine _engine;
    private readonly IReadOnlyList<CertificateRevocationList> _revocationLists;

    /// <summary>Makes a verifier for a policy.</summary>
    /// <param name="policy">What it accepts.</param>
    /// <param name="options">What it has at hand; null for no revocation lists and a cache of the default size.</param>
    /// <exception cref="ArgumentOutOfRangeException">A cache's capacity is negative or above <see cref="VerifierOptions.MaximumCacheCapacity"/>.</exception>
    public AttestationVerifier(VerificationPolicy policy, VerifierOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        options ??= new VerifierOptions();
        RequireCapacity(options.IssuerCacheCapacity);
        RequireCapacity(options.SessionCacheCapacity);
        RequireCapacity(options.KeyTableCapacity);
        _policy = policy;
        _revocationLists = [.. options.RevocationLists];
        _engine = new SignatureEngine(options.PlatformSignatures || !SignatureEngine.OwnIsFast, options.KeyTableCapacity);
        _paths = new CertificatePathValidator(
            [.. policy.Settings.TrustAnchors],
            policy.Settings.NoCertificateProfileUnsafe ? CertificateProfile.NoneUnsafe : CertificateProfile.AwsV1,
            _engine,
            options.IssuerCacheCapacity == 0 ? null : new IssuerCache(options.IssuerCacheCapacity));
        _sessions = options.SessionCacheCapacity == 0 ? null : new SessionCache(options.SessionCacheCapacity);
    }

    private AttestationVerifier(AttestationVerifier other, IReadOnlyList<CertificateRevocationList> revocationLists)
    {
        _policy = other._policy;
        _paths = other._paths;
        _engine = other._engine;
        _sessions = other._sessions;
        _revocationLists = revocationLists;
    }

    /// <summary>The policy.</summary>
    public VerificationPolicy Policy => _policy;

    /// <summary>The same verifier with other revocation lists. It shares what this one remembers, so lists can be renewed at any time.</summary>
    public AttestationVerifier WithRevocationLists(IReadOnlyList<CertificateRevocationList> lists)
    {
        ArgumentNullException.ThrowIfNull(lists);
        return new AttestationVerifier(this, [.. lists]);
    }

    /// <summary>Verifies one attestation document.</summary>
    /// <param name="document">The document, raw: no base64, nothing around it.</param>
    /// <param name="expected">What its nonce, user data and public key must be.</param>
    /// <param name="time">Live at a given moment, or archived.</param>
    /// <returns>Every check, and the document if all of them hold.</returns>
    /// <exception cref="ArgumentException">Misuse: live verification without a decision about the nonce.</exception>
    public VerificationResult Verify(ReadOnlySpan<byte> document, DocumentExpectations expected, ValidationTime time)
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(time);
        RequireNonceWhenLive(expected.Nonce, time, nameof(expected));

        var checks = new CheckList(CheckList.OfDocument);
        var verified = VerifyDocument(document, new DocumentDemand(expected, [], time, _policy.Settings.MaximumDocumentAge), known: null, checks, out _);
        return new VerificationResult(checks.ToArray(), checks.Failure, verified);
    }

    /// <summary>Verifies one piece of evidence: its document, what the document vouches for, and every link between the two.</summary>
    /// <param name="evidence">The content of an evidence file.</param>
    /// <param name="expected">What the caller asked, with which nonce, and what it was answered.</param>
    /// <param name="time">Live at a given moment, or archived.</param>
    /// <returns>Every check, and the inference if all of them hold.</returns>
    /// <exception cref="ArgumentException">Misuse: live verification without a decision about the nonce.</exception>
    /// <exception cref="InvalidOperationException">Misuse: the policy says nothing about models or configurations.</exception>
    public EvidenceResult VerifyEvidence(Evidence evidence, EvidenceExpectations expected, ValidationTime time)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(time);
        RequireNonceWhenLive(expected.Nonce, time, nameof(expected));
        RequireEvidencePolicy();
        var checks = new CheckList(CheckList.OfEvidence);
        var inference = Verify(evidence, expected, time, checks);
        return new EvidenceResult(checks.ToArray(), checks.Failure, inference);
    }

    /// <summary>Verifies many documents on all cores. Each gets just the result that <see cref="Verify(ReadOnlySpan{byte}, DocumentExpectations, ValidationTime)"/> gives it alone.</summary>
    /// <param name="documents">The documents.</param>
    /// <param name="time">Live at a given moment, or archived; the same for all.</param>
    /// <param name="cancellation">Stops between two documents.</param>
    /// <returns>A result for each, in the same order.</returns>
    /// <exception cref="ArgumentException">Misuse: live verification without a decision about a nonce. Nothing has been verified then.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public VerificationResult[] VerifyMany(IReadOnlyList<DocumentToVerify> documents, ValidationTime time, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentNullException.ThrowIfNull(time);
        foreach (var one in documents)
        {
            ArgumentNullException.ThrowIfNull(one?.Expected, nameof(documents));
            RequireNonceWhenLive(one.Expected.Nonce, time, nameof(documents));
        }

        var results = new VerificationResult[documents.Count];
        Parallel.For(0, results.Length, new ParallelOptions { CancellationToken = cancellation }, i => results[i] = Verify(documents[i].Document.Span, documents[i].Expected, time));
        return results;
    }

    /// <summary>Verifies many pieces of evidence on all cores. Each gets just the result that <see cref="VerifyEvidence"/> gives it alone.</summary>
    /// <param name="evidence">The evidence.</param>
    /// <param name="time">Live at a given moment, or archived; the same for all.</param>
    /// <param name="cancellation">Stops between two pieces.</param>
    /// <returns>A result for each, in the same order.</returns>
    /// <exception cref="ArgumentException">Misuse: live verification without a decision about a nonce. Nothing has been verified then.</exception>
    /// <exception cref="InvalidOperationException">Misuse: the policy says nothing about models or configurations.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public EvidenceResult[] VerifyMany(IReadOnlyList<EvidenceToVerify> evidence, ValidationTime time, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ArgumentNullException.ThrowIfNull(time);
        RequireEvidencePolicy();
        foreach (var one in evidence)
        {
            ArgumentNullException.ThrowIfNull(one?.Expected, nameof(evidence));
            ArgumentNullException.ThrowIfNull(one.Evidence, nameof(evidence));
            RequireNonceWhenLive(one.Expected.Nonce, time, nameof(evidence));
        }

        var results = new EvidenceResult[evidence.Count];
        Parallel.For(0, results.Length, new ParallelOptions { CancellationToken = cancellation }, i => results[i] = VerifyEvidence(evidence[i].Evidence, evidence[i].Expected, time));
        return results;
    }

    private void RequireEvidencePolicy()
    {
        if (!_policy.CoversEvidence)
        {
            throw new InvalidOperationException(
                "The policy cannot judge evidence: it must state models and configurations, or give each up with anyModelUnsafe and anyConfigurationUnsafe.");
        }
    }

    private static void RequireCapacity(int capacity, [CallerArgumentExpression(nameof(capacity))] string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, VerifierOptions.MaximumCacheCapacity, name);
    }

    private static void RequireNonceWhenLive(ByteExpectation nonce, ValidationTime time, string parameter)
    {
        if (time.IsLive && !nonce.IsExact && !nonce.IsWaived)
        {
            throw new ArgumentException("Live verification needs the nonce that the caller sent, or ByteExpectation.AnyUnsafe: without it an old document can be replayed.", parameter);
        }
    }

    /// <summary>
    /// Bytes → envelope → fields → chain → revocation lists → signature → time → policy → expectations; each step runs only when all before it passed.
    /// </summary>
    private AttestationDocument? VerifyDocument(ReadOnlySpan<byte> bytes, DocumentDemand demand, KnownSession? known, CheckList checks, out CertificateNode? leaf)
    {
        leaf = null;
        if (FormatStage.Run(bytes, known?.Document, checks) is not { } document)
        {
            return null;
        }

        using var path = ChainStage.Run(document, _paths, _policy, checks);
        Release? release = null;
        if (path is null
            || RevocationListStage.Read(demand.CarriedLists, _revocationLists, checks) is not { } lists
            || !RevocationListStage.Run(document.Timestamp, path, lists, _policy, demand.Time, _engine, checks)
            || !SignatureStage.Run(document, path, known, _engine, checks)
            || !TimeStage.Run(document, demand.Time, demand.MaximumAge, _policy.Settings.ClockSkew, checks)
            || !MeasurementStage.Run(document, _policy, checks, out release)
            || !PolicyRevocationStage.RunDocument(document, path, _policy, demand.Time, checks)
            || !ExpectationStage.Run(document, demand.Expected, checks))
        {
            return null;
        }

        leaf = path.Nodes[^1];
        return new AttestationDocument(document, path.Anchor, release?.Name);
    }

    /// <summary>A session's document is the same for every receipt of half an hour: what no time and no policy can change of it is remembered.</summary>
    private AttestationDocument? VerifySessionDocument(ReadOnlyMemory<byte> bytes, DocumentDemand demand, CheckList checks, ref KnownSession? session)
    {
        if (VerifyDocument(bytes.Span, demand, session, checks, out var leaf) is not { } document)
        {
            return null;
        }

        if (session is not null)
        {
            session.Leaf = leaf!;
        }
        else if (_sessions is not null)
        {
            session = new KnownSession(document.Unverified, leaf!);
            _sessions.Add(session);
        }

        return document;
    }

    private VerifiedInference? Verify(Evidence evidence, EvidenceExpectations expected, ValidationTime time, CheckList checks)
    {
        var isSession = evidence.Kind == EvidenceKind.Session;
        KnownSession? session = null;
        if (isSession)
        {
            _sessions?.TryGet(evidence.Document, out session);
        }

        if (!RequireKind(evidence.Kind, expected, checks) || EvidenceFormatStage.Run(evidence, session?.Parts, checks) is not { } parts)
        {
            return null;
        }

        var settings = _policy.Settings;
        var demand = new DocumentDemand(null, evidence.RevocationLists, time, isSession ? settings.SessionMaximumDocumentAge : settings.MaximumDocumentAge);
        var document = isSession
            ? VerifySessionDocument(evidence.Document, demand, checks, ref session)
            : VerifyDocument(evidence.Document.Span, demand, known: null, checks, out _);
        if (document is null
            || StatementStage.Run(parts, document, session, _engine, checks) is not { } statements
            || !LinkStage.Run(statements, parts, document, expected, _policy, checks, out var models)
            || !ContentStage.Run(evidence, expected, statements.Claim, checks, out var input, out var output)
            || !ClaimTimeStage.Run(statements, document, time, settings, checks)
            || !ExpectationStage.RunClaimNonce(statements.Claim, expected.Nonce, checks)
            || !PolicyRevocationStage.RunClaim(statements.Claim, parts.Configuration.Digest, document, _policy, time, checks))
        {
            return null;
        }

        // Kept once all links hold, so that nobody but the session's own enclave decides what is.
        session?.Parts ??= parts with { Receipt = null, ManifestBytes = evidence.Manifest.ToArray(), ConfigurationBytes = evidence.Configuration.ToArray() };
        return new VerifiedInference
        {
            Kind = evidence.Kind,
            Claim = statements.Claim,
            Document = document,
            Session = statements.Session,
            Manifest = parts.Manifest,
            Models = models,
            Configuration = parts.Configuration,
            Input = input,
            Output = output,
        };
    }

    private bool RequireKind(EvidenceKind kind, EvidenceExpectations expected, CheckList checks)
    {
        var least = _policy.Settings.LeastEvidence;
        return checks.Require(
            expected.Kinds.Contains(kind) && kind >= least && Enum.IsDefined(kind),
            Check.EvidenceKind,
            () =>
            {
                var accepted = expected.Kinds.Where(one => one >= least && Enum.IsDefined(one)).Distinct().Order().ToArray();
                return (
                    accepted.Length == 0 ? "no kind at all: what the caller accepts is below the policy's least" : string.Join(" or ", accepted),
                    Enum.IsDefined(kind) ? kind.ToString() : ((int)kind).ToString(NumberFormatInfo.InvariantInfo));
            });
    }
}

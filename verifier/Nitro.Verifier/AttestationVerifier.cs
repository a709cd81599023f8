using System.Globalization;
using Nitro.Attestation.EvidenceFiles;
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
    private readonly IReadOnlyList<CertificateRevocationList> _revocationLists;

    /// <summary>Makes a verifier for a policy.</summary>
    /// <param name="policy">What it accepts.</param>
    /// <param name="options">What it has at hand; null for no revocation lists and a cache of the default size.</param>
    /// <exception cref="ArgumentOutOfRangeException">The cache's capacity is negative or above <see cref="VerifierOptions.MaximumIssuerCacheCapacity"/>.</exception>
    public AttestationVerifier(VerificationPolicy policy, VerifierOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        options ??= new VerifierOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.IssuerCacheCapacity, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.IssuerCacheCapacity, VerifierOptions.MaximumIssuerCacheCapacity, nameof(options));
        _policy = policy;
        _revocationLists = [.. options.RevocationLists];
        _paths = new CertificatePathValidator(
            [.. policy.Settings.TrustAnchors],
            policy.Settings.NoCertificateProfileUnsafe ? CertificateProfile.NoneUnsafe : CertificateProfile.AwsV1,
            options.IssuerCacheCapacity == 0 ? null : new IssuerCache(options.IssuerCacheCapacity));
    }

    private AttestationVerifier(AttestationVerifier other, IReadOnlyList<CertificateRevocationList> revocationLists)
    {
        _policy = other._policy;
        _paths = other._paths;
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
        var verified = VerifyDocument(document, expected, [], time, _policy.Settings.MaximumDocumentAge, checks);
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
        if (!_policy.CoversEvidence)
        {
            throw new InvalidOperationException(
                "The policy cannot judge evidence: it must state models and configurations, or give each up with anyModelUnsafe and anyConfigurationUnsafe.");
        }

        var checks = new CheckList(CheckList.OfEvidence);
        var inference = Verify(evidence, expected, time, checks);
        return new EvidenceResult(checks.ToArray(), checks.Failure, inference);
    }

    private static void RequireNonceWhenLive(ByteExpectation nonce, ValidationTime time, string parameter)
    {
        if (time.IsLive && !nonce.IsExact && !nonce.IsWaived)
        {
            throw new ArgumentException("Live verification needs the nonce that the caller sent, or ByteExpectation.AnyUnsafe: without it an old document can be replayed.", parameter);
        }
    }

    /// <summary>Bytes → envelope → fields → chain → revocation lists → signature → time → policy → expectations; each step runs only when all before it passed. No expectations where links take their place.</summary>
    private AttestationDocument? VerifyDocument(
        ReadOnlySpan<byte> bytes,
        DocumentExpectations? expected,
        IReadOnlyList<ReadOnlyMemory<byte>> carriedLists,
        ValidationTime time,
        TimeSpan maximumAge,
        CheckList checks)
    {
        if (FormatStage.Run(bytes, checks) is not { } document)
        {
            return null;
        }

        using var path = ChainStage.Run(document, _paths, _policy, checks);
        Release? release = null;
        return path is not null
            && RevocationListStage.Read(carriedLists, _revocationLists, checks) is { } lists
            && RevocationListStage.Run(document.Timestamp, path, lists, _policy, time, checks)
            && SignatureStage.Run(document, path, checks)
            && TimeStage.Run(document, time, maximumAge, _policy.Settings.ClockSkew, checks)
            && MeasurementStage.Run(document, _policy, checks, out release)
            && PolicyRevocationStage.RunDocument(document, path, _policy, time, checks)
            && ExpectationStage.Run(document, expected, checks)
                ? new AttestationDocument(document, path.Anchor, release?.Name)
                : null;
    }

    private VerifiedInference? Verify(Evidence evidence, EvidenceExpectations expected, ValidationTime time, CheckList checks)
    {
        var isSession = evidence.Kind == EvidenceKind.Session;
        if (!RequireKind(evidence.Kind, expected, checks)
            || EvidenceFormatStage.Run(evidence, checks) is not { } parts
            || VerifyDocument(
                evidence.Document.Span,
                expected: null,
                evidence.RevocationLists,
                time,
                isSession ? _policy.Settings.SessionMaximumDocumentAge : _policy.Settings.MaximumDocumentAge,
                checks) is not { } document
            || StatementStage.Run(parts, document, checks) is not { } statements
            || !LinkStage.Run(statements, parts, document, expected, _policy, checks, out var models)
            || !ContentStage.Run(evidence, expected, statements.Claim, checks, out var input, out var output)
            || !ClaimTimeStage.Run(statements, document, time, _policy.Settings, checks)
            || !ExpectationStage.RunClaimNonce(statements.Claim, expected.Nonce, checks)
            || !PolicyRevocationStage.RunClaim(statements.Claim, parts.Configuration.Digest, document, _policy, time, checks))
        {
            return null;
        }

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
        var accepted = expected.Kinds.Where(one => one >= _policy.Settings.LeastEvidence && Enum.IsDefined(one)).Distinct().Order().ToArray();
        return checks.Require(
            accepted.Contains(kind),
            Check.EvidenceKind,
            accepted.Length == 0 ? "no kind at all: what the caller accepts is below the policy's least" : string.Join(" or ", accepted),
            Enum.IsDefined(kind) ? kind.ToString() : ((int)kind).ToString(NumberFormatInfo.InvariantInfo));
    }
}

using System.Globalization;
using Nitro.Attestation;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Documents;
using Nitro.Enclave.Boot;
using Nitro.Nsm;

namespace Nitro.Enclave.Sessions;

/// <summary>
/// Gets attestation documents from the NSM, one at a time, and accepts only what was asked for. The device answers one call at a time and
/// takes tens of milliseconds, so callers wait in a line of bounded length. Safe to use from several threads at once.
/// </summary>
internal sealed class NsmAttester
{
    /// <summary>
    /// How far the NSM's clock and the enclave's may be apart. Drift of seconds per week has been measured; more means that one of them is
    /// wrong.
    /// </summary>
    public static readonly TimeSpan MaximumClockDifference = TimeSpan.FromMinutes(1);

    private readonly NsmClient _nsm;
    private readonly ModelManifest _manifest;
    private readonly EnclaveConfiguration _configuration;
    private readonly TimeProvider _time;
    private readonly int _maximumWaiting;
    private readonly FairSemaphore _turn;
    private int _waiting;

    /// <param name="nsm">The NSM; not disposed here.</param>
    /// <param name="manifest">What PCR16 holds.</param>
    /// <param name="configuration">What PCR17 holds.</param>
    /// <param name="maximumWaiting">How many callers' requests wait at once.</param>
    /// <param name="time">The enclave's clock.</param>
    public NsmAttester(NsmClient nsm, ModelManifest manifest, EnclaveConfiguration configuration, int maximumWaiting, TimeProvider time)
    {
        _nsm = nsm;
        _manifest = manifest;
        _configuration = configuration;
        _maximumWaiting = maximumWaiting;
        _time = time;
        _turn = new FairSemaphore(1, time);
    }

    /// <summary>
    /// Waits for the NSM's turn on a caller's behalf; then <paramref name="attest"/> calls it through <see cref="AttestInTurn"/>.
    /// </summary>
    /// <exception cref="SessionUnavailableException">Too many wait already.</exception>
    public async Task<T> InTurnAsync<T>(Func<T> attest, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _waiting) > _maximumWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            throw new SessionUnavailableException($"{_maximumWaiting} requests wait for the NSM already");
        }

        try
        {
            return await InOwnTurnAsync(attest, cancellation).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Waits for the NSM's turn on the enclave's own behalf, however many wait.</summary>
    public async Task<T> InOwnTurnAsync<T>(Func<T> attest, CancellationToken cancellation)
    {
        var turn = await _turn.TakeAsync(1, Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(false);

        // The device cannot be interrupted: whoever gives up leaves the call to end by itself, and the turn with it.
        var call = Task.Run(
            () =>
            {
                using (turn)
                {
                    return attest();
                }
            },
            CancellationToken.None);
        return await call.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Asks for a document and checks that it holds what was asked for, and this boot's PCR16 and PCR17. Only within a turn.
    /// </summary>
    /// <exception cref="IOException">The NSM gives none.</exception>
    /// <exception cref="InvalidDataException">It gives another one.</exception>
    public SessionDocument AttestInTurn(ReadOnlyMemory<byte> userData, ReadOnlyMemory<byte>? nonce, SessionPublicKey key)
    {
        var bytes = _nsm.Attest(userData, nonce, key.SubjectPublicKeyInfo);
        // Who signed it is for verifiers to judge. An emulated NSM signs nothing, and an enclave above it shall run, for whoever tests an image.
        if (!UnverifiedDocument.TryParseAnyEnvelopeUnsafe(bytes, out var document, out var error))
        {
            throw new InvalidDataException($"The NSM's attestation document is malformed: {error}");
        }

        Expect("public_key", Equal(key.SubjectPublicKeyInfo, document!.PublicKey));
        Expect("user_data", Equal(userData, document.UserData));
        Expect("nonce", Equal(nonce, document.Nonce));
        ExpectPcr(document, MeasuredBoot.ModelsPcr, _manifest.Digest);
        ExpectPcr(document, MeasuredBoot.ConfigurationPcr, _configuration.Digest);
        var difference = document.Timestamp - _time.GetUtcNow();
        if (difference.Duration() > MaximumClockDifference)
        {
            throw new InvalidDataException(string.Create(
                NumberFormatInfo.InvariantInfo,
                $"The NSM's clock is {difference.TotalSeconds:0} s ahead of the enclave's (negative: behind); " +
                $"expected at most {MaximumClockDifference.TotalSeconds:0} s either way. Set the enclave's clock."));
        }

        return new SessionDocument(bytes, (ulong)document.TimestampMs);
    }

    /// <summary>An absent field and an empty one count as the same: nothing was asked for.</summary>
    private static bool Equal(ReadOnlyMemory<byte>? asked, ReadOnlyMemory<byte>? found) =>
        asked.GetValueOrDefault().Span.SequenceEqual(found.GetValueOrDefault().Span);

    private static void ExpectPcr(UnverifiedDocument document, int index, Sha384Digest extendedWith) =>
        Expect($"PCR{index}", document.Pcrs.TryGet(index, out var value) && value == extendedWith.ExtendFromZero());

    private static void Expect(string field, bool asAsked)
    {
        if (!asAsked)
        {
            throw new InvalidDataException($"The NSM's attestation document has another {field} than it was asked for.");
        }
    }
}

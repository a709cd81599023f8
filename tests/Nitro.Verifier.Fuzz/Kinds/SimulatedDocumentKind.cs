using Nitro.Nsm.Simulator;
using Nitro.Verifier.Fuzz.Judging;
using Nitro.Verifier.Fuzz.Mutation;
using Nitro.Verifier.Fuzz.Simulation;

namespace Nitro.Verifier.Fuzz.Kinds;

/// <summary>
/// Documents of simulated enclaves, whose keys are known: after a change in a certificate or in the payload everything above it is signed
/// again, so that the change is met by the check it is meant for.
/// </summary>
public sealed class SimulatedDocumentKind : SeedKind
{
    /// <summary>Certificate, bundle, field, exchange, payload, envelope, signature.</summary>
    private static readonly int[] Weights = [66, 12, 10, 3, 4, 2, 3];

    /// <summary>Mostly one that expects nothing, so that a document gets as far as its own faults let it.</summary>
    private static readonly int[] SituationWeights = [30, 40, 5, 13, 12];

    private readonly DocumentDraft[] _drafts =
        [.. FuzzChain.All.SelectMany(chain => Variants(chain).Select(payload => DocumentDraft.Create(chain, payload)))];

    public override string Name => "simulated document";

    public override int Weight => 60;

    public override string Seeds => FormattableString.Invariant($"{_drafts.Length} documents of {FuzzChain.All.Count} simulated enclaves");

    /// <summary>When the seeds were signed.</summary>
    public static DateTimeOffset Time { get; } = FuzzChain.IssuedAt.AddMinutes(10);

    public override FuzzCase Make(FuzzRandom random)
    {
        var story = new Story();
        var draft = random.Pick(_drafts).Clone();
        var situation = (Situation)random.PickWeighted(SituationWeights);
        var now = Time.AddSeconds(random.Pick((int[])[30, 0, -59, -61, 299, 301, 100_000])).ToUnixTimeMilliseconds();
        if (!random.OneIn(100))
        {
            DocumentMutator.Mutate(draft, random.Pick(_drafts), Weights, random, story);
        }

        var bytes = draft.Write();
        if (random.OneIn(30))
        {
            bytes = ByteMutator.Mutate(bytes, random.Pick(_drafts).Write(), random, story);
        }

        return new FuzzCase(Name, situation, now, bytes, story.ToString());
    }

    public override Verdict Judge(FuzzCase one, VerifierSet verifiers)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(verifiers);
        var live = one.Situation is Situation.Live or Situation.Expecting;
        var time = live ? ValidationTime.Live(DateTimeOffset.FromUnixTimeMilliseconds(one.NowMs)) : ValidationTime.Archive;
        var expected = one.Situation == Situation.Expecting ? Expected : DocumentExpectations.AnyUnsafe;
        return Verdict.Of(verifiers.Simulated(one.Situation).Verify(one.Bytes, expected, time));
    }

    public override string? Recheck(FuzzCase one)
    {
        ArgumentNullException.ThrowIfNull(one);
        return DocumentRecheck.Problem(one);
    }

    private static DocumentExpectations Expected { get; } = new()
    {
        Nonce = ByteExpectation.Exactly(FuzzImage.Nonce),
        UserData = ByteExpectation.Exactly(FuzzImage.UserData),
        PublicKey = ByteExpectation.Exactly(FuzzImage.PublicKey),
    };

    /// <summary>
    /// As AWS writes them now and wrote them before, of a retired image, in debug mode, and with nothing in the optional fields.
    /// </summary>
    private static IEnumerable<byte[]> Variants(FuzzChain chain)
    {
        var payload = AttestationPayload.Create(
            chain.ModuleId,
            Time,
            FuzzImage.AllPcrs(FuzzImage.Pcrs, FuzzImage.Manifest.Digest, FuzzImage.Configuration.Digest),
            chain.Certificates[^1],
            chain.Certificates.Take(FuzzChain.Leaf).Select(one => (ReadOnlyMemory<byte>)one),
            FuzzImage.PublicKey,
            FuzzImage.UserData,
            FuzzImage.Nonce);
        yield return payload.Encode();
        yield return (payload with { Form = PayloadForm.Definite }).Encode();
        yield return payload.With("pcrs", AttestationPayload.EncodePcrs(
            FuzzImage.AllPcrs(FuzzImage.RetiredPcrs, FuzzImage.Manifest.Digest, FuzzImage.Configuration.Digest))).Encode();
        yield return payload.With("pcrs", AttestationPayload.EncodePcrs(
            Enumerable.Range(0, 16).ToDictionary(index => index, _ => (ReadOnlyMemory<byte>)new byte[48]))).Encode();
        yield return payload.Without("public_key").Without("nonce").With("user_data", PayloadEntry.Bytes(null)).Encode();
    }
}

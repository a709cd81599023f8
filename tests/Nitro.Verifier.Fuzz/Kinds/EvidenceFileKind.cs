using Nitro.Attestation.Cose;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Verifier.Fuzz.Judging;
using Nitro.Verifier.Fuzz.Mutation;
using Nitro.Verifier.Fuzz.Simulation;

namespace Nitro.Verifier.Fuzz.Kinds;

/// <summary>
/// Evidence files of simulated enclaves, of both kinds and under both algorithms: receipts, claims, statements, manifests, links, and the
/// JSON around them.
/// </summary>
public sealed class EvidenceFileKind : SeedKind
{
    private static readonly int[] SituationWeights = [30, 5, 20, 20, 25];

    public override string Name => "evidence";

    public override int Weight => 8;

    public override string Seeds =>
        FormattableString.Invariant($"session and direct evidence of {FuzzChain.All.Count} simulated enclaves, ES256 and ES384");

    public override FuzzCase Make(FuzzRandom random)
    {
        var story = new Story();
        var kind = random.OneIn(3) ? EvidenceKind.Direct : EvidenceKind.Session;
        var algorithm = random.OneIn(3) ? CoseAlgorithm.Es384 : CoseAlgorithm.Es256;
        var draft = new EvidenceDraft(random.Pick(FuzzChain.All), kind, algorithm);
        for (var change = random.OneIn(30) ? 0 : random.OneIn(3) ? 2 : 1; change > 0; change--)
        {
            EvidenceMutator.Mutate(draft, random, story);
        }

        byte[] bytes;
        try
        {
            bytes = draft.Build().ToJson();
        }
        catch (InvalidOperationException)
        {
            // A part grew beyond what a file may hold; the writer refuses what the reader would.
            bytes = new EvidenceDraft(draft.Chain, kind, algorithm).Build().ToJson();
        }

        if (random.OneIn(5))
        {
            bytes = random.OneIn(4) ? ByteMutator.Mutate(bytes, FuzzImage.Nonce, random, story) : JsonMutator.Mutate(bytes, random, story);
        }

        var now = EvidenceDraft.Time.AddSeconds(random.Pick((int[])[30, 30, 30, 3_601, -61, 0])).ToUnixTimeMilliseconds();
        return new FuzzCase(Name, (Situation)random.PickWeighted(SituationWeights), now, bytes, story.ToString());
    }

    public override Verdict Judge(FuzzCase one, VerifierSet verifiers)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(verifiers);
        if (!Evidence.TryParse(one.Bytes, out var evidence, out var error))
        {
            return Verdict.Refused($"evidence file: {error!.Fault}", error.ToString());
        }

        var live = one.Situation is Situation.Live or Situation.Expecting;
        var time = live ? ValidationTime.Live(DateTimeOffset.FromUnixTimeMilliseconds(one.NowMs)) : ValidationTime.Archive;
        var expected = one.Situation == Situation.Expecting ? Expecting : Open;
        return Verdict.Of(verifiers.Simulated(one.Situation).VerifyEvidence(evidence!, expected, time));
    }

    public override string? Recheck(FuzzCase one)
    {
        ArgumentNullException.ThrowIfNull(one);
        return EvidenceRecheck.Problem(one);
    }

    private static EvidenceExpectations Open { get; } = new()
    {
        Model = ModelExpectation.AnyAllowedUnsafe,
        Input = InputExpectation.InEvidence,
        Output = OutputExpectation.InEvidence,
        Nonce = ByteExpectation.AnyUnsafe,
    };

    private static EvidenceExpectations Expecting { get; } = new()
    {
        Model = ModelExpectation.Named("digits", "1"),
        Input = InputExpectation.Exactly(FuzzImage.Input),
        Output = OutputExpectation.InEvidence,
        Nonce = ByteExpectation.Exactly(FuzzImage.Nonce),
        Kinds = [EvidenceKind.Session],
    };
}

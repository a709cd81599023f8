using Nitro.Attestation.Cose;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Verifier.Fuzz.Judging;
using Nitro.Verifier.Fuzz.Mutation;
using Nitro.Verifier.Fuzz.Simulation;

namespace Nitro.Verifier.Fuzz.Kinds;

/// <summary>Evidence that carries revocation lists, under a policy that requires them and revokes by itself, seen by a witness at some time.</summary>
public sealed class RevocationListKind : SeedKind
{
    private static readonly int[] SituationWeights = [30, 5, 5, 0, 0, 60];

    public override string Name => "revocation lists";

    public override int Weight => 12;

    public override string Seeds => FormattableString.Invariant($"evidence of {FuzzChain.All.Count} simulated enclaves with lists by the authorities above them");

    public override FuzzCase Make(FuzzRandom random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var story = new Story();
        var draft = new EvidenceDraft(random.Pick(FuzzChain.All), random.OneIn(3) ? EvidenceKind.Direct : EvidenceKind.Session, CoseAlgorithm.Es256)
        {
            Model = random.OneIn(4) ? FuzzImage.OtherModel : FuzzImage.Model,
        };
        List<ReadOnlyMemory<byte>> lists = [];
        foreach (var level in (int[])[1, 2])
        {
            if (!random.OneIn(12))
            {
                lists.Add(RevocationListMutator.Make(draft.Chain, level, EvidenceDraft.Time, random, story));
            }
        }

        if (random.OneIn(5))
        {
            lists.Add(RevocationListMutator.Make(random.Pick(FuzzChain.All), random.Between(1, 4), EvidenceDraft.Time, random, story));
        }

        // At a limit of the format the writer would refuse; lists of no bytes cannot be carried.
        lists.RemoveAll(list => list.IsEmpty);
        var bytes = (draft.Build() with { RevocationLists = lists }).ToJson();
        var seen = EvidenceDraft.Time.AddSeconds(random.Pick((int[])[-61, -60, 0, 29, 30, 3600, 20_000, 600_000])).ToUnixTimeMilliseconds();
        return new FuzzCase(Name, (Situation)random.PickWeighted(SituationWeights), seen, bytes, story.ToString());
    }

    public override Verdict Judge(FuzzCase one, VerifierSet verifiers)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(verifiers);
        return Evidence.TryParse(one.Bytes, out var evidence, out var error)
            ? Verdict.Of(verifiers.Simulated(one.Situation).VerifyEvidence(evidence!, Open, Time(one)))
            : Verdict.Refused($"evidence file: {error!.Fault}", error.ToString());
    }

    public override string? Recheck(FuzzCase one)
    {
        ArgumentNullException.ThrowIfNull(one);
        return EvidenceRecheck.Problem(one) ?? RevocationRecheck.Problem(one);
    }

    private static ValidationTime Time(FuzzCase one)
    {
        var moment = DateTimeOffset.FromUnixTimeMilliseconds(one.NowMs);
        return one.Situation switch
        {
            Situation.Live => ValidationTime.Live(moment),
            Situation.Revoking => ValidationTime.Archive.WitnessedAt(moment),
            _ => ValidationTime.Archive,
        };
    }

    private static EvidenceExpectations Open { get; } = new()
    {
        Model = ModelExpectation.AnyAllowedUnsafe,
        Input = InputExpectation.InEvidence,
        Output = OutputExpectation.InEvidence,
        Nonce = ByteExpectation.AnyUnsafe,
    };
}

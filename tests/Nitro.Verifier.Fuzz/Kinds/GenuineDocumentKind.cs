using System.Formats.Cbor;
using Nitro.Testing;
using Nitro.Verifier.Fuzz.Judging;
using Nitro.Verifier.Fuzz.Mutation;
using Nitro.Verifier.Fuzz.Simulation;

namespace Nitro.Verifier.Fuzz.Kinds;

/// <summary>
/// Every collected document. Nobody can sign them again, so one that is accepted must hold the very content that AWS signed.
/// </summary>
public sealed class GenuineDocumentKind : SeedKind
{
    /// <summary>Certificate, bundle, field, exchange, payload, envelope, signature.</summary>
    private static readonly int[] Weights = [40, 25, 8, 6, 8, 6, 2];

    /// <summary>Nobody knows what their callers expected, so <see cref="Situation.Expecting"/> has no turn.</summary>
    private static readonly int[] SituationWeights = [3, 5, 1, 1, 0];

    private readonly byte[][] _seeds;
    private readonly DocumentDraft[] _drafts;
    private readonly long[] _times;
    private readonly HashSet<string> _signed;

    private GenuineDocumentKind(byte[][] seeds)
    {
        _seeds = seeds;
        _drafts = [.. seeds.Select(one => DocumentDraft.Parse(one)).OfType<DocumentDraft>()];
        _times = [.. _drafts.Select(one => (long)(one.Find("timestamp")?.Argument ?? 0))];
        _signed = [.. _drafts.Select(one => SignedContent(one.Write())).OfType<string>()];
    }

    public override string Name => "genuine document";

    public override int Weight => 20;

    public override string Seeds => FormattableString.Invariant($"{_seeds.Length} collected documents");

    /// <summary>The kind, when the collection lies beside the tree; null otherwise.</summary>
    public static GenuineDocumentKind? Create() =>
        SharedFiles.Present ? new GenuineDocumentKind([.. SharedFiles.Documents().Select(one => one.Read())]) : null;

    public override FuzzCase Make(FuzzRandom random)
    {
        var story = new Story();
        var seed = random.Below(_drafts.Length);
        var situation = (Situation)random.PickWeighted(SituationWeights);
        var now = _times[seed] + random.Pick((long[])[0, 1_000, 299_999, 300_001, -60_001, 86_400_000]);
        byte[] bytes;
        if (random.OneIn(12))
        {
            bytes = ByteMutator.Mutate(random.Pick(_seeds), random.Pick(_seeds), random, story);
        }
        else if (random.OneIn(100))
        {
            bytes = random.Pick(_seeds);
        }
        else
        {
            var draft = _drafts[seed].Clone();
            DocumentMutator.Mutate(draft, random.Pick(_drafts), Weights, random, story);
            bytes = draft.Write();
        }

        return new FuzzCase(Name, situation, now, bytes, story.ToString());
    }

    public override Verdict Judge(FuzzCase one, VerifierSet verifiers)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(verifiers);
        var time = one.Situation == Situation.Live
            ? ValidationTime.Live(DateTimeOffset.FromUnixTimeMilliseconds(one.NowMs))
            : ValidationTime.Archive;
        return Verdict.Of(verifiers.Genuine(one.Situation).Verify(one.Bytes, DocumentExpectations.AnyUnsafe, time));
    }

    public override string? Recheck(FuzzCase one)
    {
        ArgumentNullException.ThrowIfNull(one);
        return SignedContent(one.Bytes) is { } content && _signed.Contains(content) ? null : "accepted, and its signed bytes are no seed's";
    }

    /// <summary>The protected header and the payload, read with System.Formats.Cbor; null when they cannot be.</summary>
    private static string? SignedContent(byte[] document)
    {
        try
        {
            var reader = new CborReader(document, CborConformanceMode.Lax);
            if (reader.PeekState() == CborReaderState.Tag)
            {
                reader.ReadTag();
            }

            reader.ReadStartArray();
            var header = reader.ReadByteString();
            reader.SkipValue();
            return Convert.ToHexString(header) + "." + Convert.ToHexString(reader.ReadByteString());
        }
        catch (Exception exception) when (exception is CborContentException or InvalidOperationException)
        {
            return null;
        }
    }
}

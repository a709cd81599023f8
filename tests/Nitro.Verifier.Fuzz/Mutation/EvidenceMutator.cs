using Nitro.Attestation;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Cose;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Verifier.Fuzz.Simulation;

namespace Nitro.Verifier.Fuzz.Mutation;

/// <summary>
/// Changes to evidence: one link broken, one part malformed, a time moved, and everything above it signed and digested as if it were
/// right.
/// </summary>
public static class EvidenceMutator
{
    private static readonly TimeSpan[] Shifts =
    [
        TimeSpan.FromMilliseconds(-60_001), TimeSpan.FromMilliseconds(-60_000), TimeSpan.Zero, TimeSpan.FromMilliseconds(60_000),
        TimeSpan.FromMilliseconds(60_001),
        TimeSpan.FromMinutes(60), TimeSpan.FromMilliseconds(3_600_001), TimeSpan.FromHours(-25), TimeSpan.FromHours(-24),
        TimeSpan.FromHours(25), TimeSpan.FromDays(400),
    ];

    /// <summary>
    /// Certificate, bundle, field, exchange, payload, envelope, signature: a document inside evidence is changed seldom, it has kinds of
    /// its own.
    /// </summary>
    private static readonly int[] DocumentWeights = [3, 1, 3, 1, 1, 1, 1];

    public static void Mutate(EvidenceDraft draft, FuzzRandom random, Story story)
    {
        switch (random.Below(20))
        {
            case 0:
                story.Add("another model");
                draft.Model = random.OneIn(2) ? FuzzImage.OtherModel : Sha384Digest.Of("unlisted"u8);
                break;
            case 1:
                story.Add("issued at another time");
                draft.IssuedAt = EvidenceDraft.Time + random.Pick(Shifts);
                break;
            case 2:
                story.Add("started at another time");
                draft.StartedAt = draft.IssuedAt + random.Pick(Shifts);
                break;
            case 3:
                story.Add("another nonce in the claim");
                draft.ClaimNonce = random.OneIn(2) ? [] : random.Bytes(random.Between(1, 64));
                break;
            case 4:
                story.Add("another nonce in the document");
                draft.DocumentNonce = random.OneIn(2) ? [] : random.Bytes(random.Between(1, 64));
                break;
            case 5:
                story.Add("another session in the claim");
                draft.Session = random.OneIn(2)
                    ? default(Sha384Digest)
                    : Sha384Digest.Of(EvidenceDraft.KeysOf(draft.Algorithm)[1].SubjectPublicKeyInfo);
                break;
            case 6:
                ChangeKey(draft, random, story);
                break;
            case 7:
                ChangeAlgorithm(draft, random, story);
                break;
            case 8:
                story.Add("a receipt by another key");
                draft.ReceiptKey = random.OneIn(2) ? EvidenceDraft.KeysOf(draft.Algorithm)[1] : draft.Chain.Keys[FuzzChain.Leaf];
                break;
            case 9:
                ChangeManifest(draft, random, story);
                break;
            case 10:
                ChangeConfiguration(draft, random, story);
                break;
            case 11:
                ChangeContent(draft, random, story);
                break;
            case 12:
                story.Add("the claim's CBOR");
                draft.AlterClaim = bytes => ChangeCbor(bytes, random, story);
                break;
            case 13:
                story.Add("the statement's CBOR");
                draft.AlterStatement = bytes => ChangeCbor(bytes, random, story);
                break;
            case 14 or 15:
                story.Add("the receipt");
                draft.AlterReceipt = bytes => random.OneIn(2)
                    ? ChangeCbor(bytes, random, story)
                    : ByteMutator.Mutate(bytes, FuzzImage.Nonce, random, story);
                break;
            case 16:
                story.Add("offered as the other kind");
                draft.AlterStatement = draft.AlterClaim = SwapWith(draft);
                break;
            case 17:
                story.Add("the other kind");
                draft.Kind = draft.Kind == EvidenceKind.Session ? EvidenceKind.Direct : EvidenceKind.Session;
                break;
            default:
                draft.AlterDocument = document => DocumentMutator.Mutate(document, document.Clone(), DocumentWeights, random, story);
                break;
        }
    }

    /// <summary>A claim where the statement belongs, and the reverse.</summary>
    private static Func<byte[], byte[]> SwapWith(EvidenceDraft draft)
    {
        byte[] claim = [];
        var statement = new SessionStatement
        {
            Models = FuzzImage.Manifest.Digest,
            Configuration = FuzzImage.Configuration.Digest,
            StartedAtMs = (ulong)draft.StartedAt.ToUnixTimeMilliseconds(),
            Algorithm = draft.Algorithm,
        }.Encode();

        // Called for the claim at first, then for the statement.
        return bytes =>
        {
            if (claim.Length == 0)
            {
                claim = bytes;
                return draft.Kind == EvidenceKind.Session ? bytes : statement;
            }

            return claim;
        };
    }

    private static void ChangeAlgorithm(EvidenceDraft draft, FuzzRandom random, Story story)
    {
        var other = draft.Algorithm == CoseAlgorithm.Es256 ? CoseAlgorithm.Es384 : CoseAlgorithm.Es256;
        if (random.OneIn(2))
        {
            story.Add("another algorithm than the key's");
            draft.Algorithm = other;
        }
        else
        {
            story.Add("a receipt of another algorithm than the session's");
            (draft.ReceiptAlgorithm, draft.ReceiptKey) = (other, EvidenceDraft.KeysOf(other)[0]);
        }
    }

    private static void ChangeKey(EvidenceDraft draft, FuzzRandom random, Story story)
    {
        story.Add("another public key");
        switch (random.Below(4))
        {
            case 0:
                draft.PublicKey = EvidenceDraft.KeysOf(draft.Algorithm)[1].SubjectPublicKeyInfo;
                break;
            case 1 when draft.PublicKey.Length > 0:
                draft.PublicKey = [.. draft.PublicKey[..^1], (byte)(draft.PublicKey[^1] ^ 1)];
                break;
            case 2 when DerNode.Parse(draft.PublicKey) is { } tree:
                DerMutator.Mutate(tree, tree.Clone(), random, story);
                draft.PublicKey = tree.Encode();
                break;
            default:
                draft.PublicKey = ByteMutator.Mutate(draft.PublicKey, FuzzImage.Nonce, random, story);
                break;
        }
    }

    private static void ChangeManifest(EvidenceDraft draft, FuzzRandom random, Story story)
    {
        story.Add("the manifest");
        switch (random.Below(4))
        {
            case 0:
                draft.Manifest = ChangeCbor(draft.Manifest, random, story);
                break;
            case 1:
                draft.MeasuredManifest = FuzzImage.OtherModel;
                break;
            case 2:
                draft.StatedManifest = FuzzImage.OtherModel;
                break;
            default:
                var first = new ManifestEntry("digits", random.OneIn(2) ? "1" : "2", FuzzImage.Model);
                draft.Manifest = ModelManifest.Create([first, new("x", "1", FuzzImage.OtherModel)]).Encode();
                break;
        }
    }

    private static void ChangeConfiguration(EvidenceDraft draft, FuzzRandom random, Story story)
    {
        story.Add("the configuration");
        switch (random.Below(4))
        {
            case 0:
                draft.Configuration = ChangeCbor(draft.Configuration, random, story);
                break;
            case 1:
                draft.MeasuredConfiguration = FuzzImage.OtherModel;
                break;
            case 2:
                draft.StatedConfiguration = FuzzImage.OtherModel;
                break;
            default:
                draft.Configuration = EnclaveConfiguration.Create([new("runtime", "another")]).Encode();
                break;
        }
    }

    private static void ChangeContent(EvidenceDraft draft, FuzzRandom random, Story story)
    {
        var input = random.OneIn(2);
        story.Add(input ? "the input" : "the output");
        switch (random.Below(4))
        {
            case 0 when input:
                draft.Input = ChangeCbor(draft.Input, random, story);
                break;
            case 0:
                draft.Output = ChangeCbor(draft.Output, random, story);
                break;
            case 1 when input:
                draft.DisclosedInput = ChangeCbor(draft.Input, random, story);
                break;
            case 1:
                draft.DisclosedOutput = ChangeCbor(draft.Output, random, story);
                break;
            case 2:
                (draft.WithInput, draft.WithOutput) = (draft.WithInput && !input, draft.WithOutput && input);
                break;
            default:
                (draft.InputSalt, draft.OutputSalt) = (draft.OutputSalt, draft.InputSalt);
                break;
        }
    }

    private static byte[] ChangeCbor(byte[] bytes, FuzzRandom random, Story story)
    {
        if (CborNode.Parse(bytes) is not { } tree)
        {
            return ByteMutator.Mutate(bytes, [], random, story);
        }

        CborMutator.Mutate(tree, tree.Clone(), random, story);
        return tree.Encode();
    }
}

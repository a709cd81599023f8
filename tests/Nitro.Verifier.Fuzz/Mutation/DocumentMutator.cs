using System.Text;
using Nitro.Verifier.Fuzz.Simulation;

namespace Nitro.Verifier.Fuzz.Mutation;

/// <summary>Changes to an attestation document: its fields, its certificates, its bundle, its structure, its signature.</summary>
public static class DocumentMutator
{
    private static readonly string[] Keys =
        ["module_id", "digest", "timestamp", "pcrs", "certificate", "cabundle", "public_key", "user_data", "nonce"];

    private static readonly string[] Texts =
    [
        "", "a", "SHA384", "SHA256", "sha384", "i-0123456789abcdef0-tpm0000000000000000", "i-0123456789abcdef0-enc0123456789abcdef",
        "\u0000", "\u202e", "İ", new('a', 255), new('a', 256),
    ];

    private static readonly byte[][] Headers =
        [[], [0xa0], [0xa1, 0x01, 0x26], [0xa1, 0x01, 0x38, 0x23], [0xa2, 0x01, 0x38, 0x22, 0x04, 0x40], [0xa1, 0x01, 0x39, 0, 0x22]];

    /// <summary>Seconds, near the ends of the periods in a chain: the leaf's three hours, an instance's day, a region's weeks.</summary>
    private static readonly double[] Shifts = [0.001, 3, 10_800, 86_400, 1_728_000];

    private static readonly int[] Lengths = [0, 1, 47, 48, 49, 96, 512, 513, 1023, 1024, 1025, 4096];

    /// <summary>Changes a few things.</summary>
    /// <param name="draft">Changed in place.</param>
    /// <param name="donor">Where parts are taken from.</param>
    /// <param name="weights">How often each of: certificate, bundle, field, exchange, payload structure, envelope structure,
    /// signature.</param>
    /// <param name="random">Which change.</param>
    /// <param name="story">What was done.</param>
    public static void Mutate(DocumentDraft draft, DocumentDraft donor, ReadOnlySpan<int> weights, FuzzRandom random, Story story)
    {
        for (var change = random.OneIn(2) ? random.Between(2, 3) : 1; change > 0; change--)
        {
            switch (random.PickWeighted(weights))
            {
                case 0:
                    ChangeCertificate(draft, random, story);
                    break;
                case 1:
                    ChangeBundle(draft, donor, random, story);
                    break;
                case 2:
                    ChangeField(draft, random, story);
                    break;
                case 3:
                    var key = random.Pick(Keys);
                    if (donor.Find(key) is { } value)
                    {
                        draft.Set(key, value.Clone());
                        story.Add($"{key} of another");
                    }

                    break;
                case 4:
                    CborMutator.Mutate(draft.Payload, donor.Payload, random, story);
                    break;
                case 5:
                    CborMutator.Mutate(draft.Envelope, donor.Envelope, random, story);
                    break;
                default:
                    ChangeSignature(draft, donor, random, story);
                    break;
            }
        }
    }

    private static void ChangeCertificate(DocumentDraft draft, FuzzRandom random, Story story)
    {
        var certificates = Certificates(draft);
        if (certificates.Count == 0)
        {
            return;
        }

        // Under a pinned root a change of the root itself is met by one rule, at once.
        var level = random.OneIn(20) || certificates.Count == 1 ? 0 : random.Between(1, certificates.Count - 1);
        var node = certificates[level];
        var time = draft.Find("timestamp") is { Argument: < 253_402_300_799_999 and var milliseconds }
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds)
            : FuzzChain.IssuedAt;
        if (draft.Chain is { } chain && certificates.Count == FuzzChain.Levels && level > 0)
        {
            // The calendar's ends are no place for a shifted period.
            time = time.Year is < 1951 or > 2048 ? FuzzChain.IssuedAt : time;
            node.Content = CertificateMutator.Mutate(chain, level, node.Content, time, random, story);
        }
        else if (DerNode.Parse(node.Content) is { } tree)
        {
            story.Add($"certificate {level}");
            DerMutator.Mutate(tree, DerNode.Parse(random.Pick(certificates).Content) ?? tree, random, story);
            node.Content = tree.Encode();
        }
    }

    private static void ChangeBundle(DocumentDraft draft, DocumentDraft donor, FuzzRandom random, Story story)
    {
        if (draft.Find("cabundle") is not { Children.Count: > 0 } bundle)
        {
            return;
        }

        var at = random.Below(bundle.Children.Count);
        var other = Certificates(donor) is { Count: > 0 } some ? random.Pick(some) : bundle.Children[at];
        switch (random.Below(8))
        {
            case 0:
                random.Shuffle(bundle.Children);
                story.Add("the bundle shuffled");
                break;
            case 1:
                bundle.Children.RemoveAt(at);
                story.Add($"bundle certificate {at} dropped");
                break;
            case 2:
                bundle.Children.Insert(at, bundle.Children[at].Clone());
                story.Add($"bundle certificate {at} repeated");
                break;
            case 3:
                bundle.Children.Insert(at, other.Clone());
                story.Add($"another's certificate before bundle certificate {at}");
                break;
            case 4:
                bundle.Children[at] = other.Clone();
                story.Add($"another's certificate as bundle certificate {at}");
                break;
            case 5 when draft.Find("certificate") is { } leaf:
                (leaf.Content, bundle.Children[at].Content) = (bundle.Children[at].Content, leaf.Content);
                story.Add($"the leaf and bundle certificate {at} exchanged");
                break;
            case 6 when donor.Find("cabundle") is { } whole:
                draft.Set("cabundle", whole.Clone());
                story.Add("another's bundle");
                break;
            default:
                while (bundle.Children.Count <= random.Between(4, 9))
                {
                    bundle.Children.Add(other.Clone());
                }

                story.Add("a longer bundle");
                break;
        }
    }

    private static void ChangeField(DocumentDraft draft, FuzzRandom random, Story story)
    {
        var key = random.Pick(Keys);
        if (draft.Find(key) is not { } field)
        {
            return;
        }

        story.Add($"{key} changed");
        switch (key)
        {
            case "module_id" or "digest":
                field.Content = random.OneIn(2)
                    ? Encoding.UTF8.GetBytes(random.Pick(Texts))
                    : ByteMutator.Mutate(field.Content, [], random, story);
                break;
            case "timestamp":
                ulong[] extremes = [0, 1, 253_402_300_799_999, 253_402_300_800_000, ulong.MaxValue, field.Argument / 1000];
                var shifted = field.Argument + (ulong)((random.OneIn(2) ? 1 : -1) * (long)(random.Pick(Shifts) * 1000));
                field.Argument = random.OneIn(3) ? random.Pick(extremes) : shifted;
                break;
            case "pcrs":
                ChangePcrs(field, random);
                break;
            case "certificate":
                field.Content = random.OneIn(2) ? random.Bytes(random.Pick(Lengths)) : ByteMutator.Mutate(field.Content, [], random, story);
                break;
            case "cabundle":
                field.Children.ForEach(one => one.Content = random.OneIn(2) ? one.Content : random.Bytes(random.Pick(Lengths)));
                break;
            default:
                draft.Set(key, random.Below(4) switch
                {
                    0 => new CborNode { Major = CborNode.Simple, Argument = 22 },
                    1 => new CborNode { Major = CborNode.Text, Content = Encoding.UTF8.GetBytes(random.Pick(Texts)) },
                    _ => CborNode.OfBytes(random.Bytes(random.Pick(Lengths))),
                });
                break;
        }
    }

    private static void ChangePcrs(CborNode pcrs, FuzzRandom random)
    {
        if (pcrs.Children.Count < 2)
        {
            return;
        }

        var at = random.Below(pcrs.Children.Count / 2) * 2;
        switch (random.Below(5))
        {
            case 0:
                pcrs.Children.RemoveRange(at, 2);
                break;
            case 1:
                pcrs.Children[at + 1].Content = new byte[random.Pick((int[])[0, 32, 47, 48, 48, 48, 49, 64])];
                break;
            case 2:
                pcrs.Children[at].Argument = (ulong)random.Pick((int[])[0, 1, 2, 8, 16, 31, 32, 255]);
                break;
            case 3:
                pcrs.Children.RemoveRange(2, pcrs.Children.Count - 2);
                break;
            default:
                pcrs.Children[at + 1].Content = random.Bytes(48);
                break;
        }
    }

    private static void ChangeSignature(DocumentDraft draft, DocumentDraft donor, FuzzRandom random, Story story)
    {
        if (draft.Envelope.Children.Count != 4)
        {
            return;
        }

        var signature = draft.Envelope.Children[3];
        draft.Nonce = random.Below(4);
        switch (random.Below(4))
        {
            case 0 when draft.Chain is { } chain:
                draft.Signer = random.OneIn(2) ? random.Pick(chain.Keys) : random.Pick(FuzzChain.All).Keys[FuzzChain.Leaf];
                story.Add("signed by another key");
                break;
            case 1:
                draft.Signer = null;
                signature.Content = random.OneIn(2) ? new byte[96] : random.Bytes(random.Pick((int[])[0, 64, 95, 96, 97, 104, 132]));
                story.Add("a signature of other bytes");
                break;
            case 2 when donor.Envelope.Children is [_, _, _, { } another]:
                (draft.Signer, signature.Content) = (null, another.Content);
                story.Add("another's signature");
                break;
            default:
                draft.Envelope.Children[0].Content = random.Pick(Headers);
                story.Add("another protected header");
                break;
        }
    }

    /// <summary>The bundle and the leaf, as far as they are there.</summary>
    private static List<CborNode> Certificates(DocumentDraft draft)
    {
        var all = new List<CborNode>(draft.Find("cabundle")?.Children ?? []);
        if (draft.Find("certificate") is { } leaf)
        {
            all.Add(leaf);
        }

        return all.FindAll(one => one.Major == CborNode.Bytes && one.Raw is null);
    }
}

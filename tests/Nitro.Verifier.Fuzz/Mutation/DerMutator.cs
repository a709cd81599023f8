using System.Text;

namespace Nitro.Verifier.Fuzz.Mutation;

/// <summary>
/// Changes to the structure of DER: lengths, tags, number and order of values, integers, booleans, times, identifiers, texts.
/// </summary>
public static class DerMutator
{
    private const byte Boolean = 0x01, Integer = 0x02, BitString = 0x03, ObjectIdentifier = 0x06;

    private const byte Utf8String = 0x0c, Printable = 0x13, UtcTime = 0x17, GeneralizedTime = 0x18;

    private static readonly byte[] Tags =
    [
        0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1e, 0x1f, 0x24, 0x30, 0x31, 0x80, 0x81, 0x82, 0xa0,
        0xa1, 0xa2, 0xa3, 0xff,
    ];

    private static readonly byte[][] Booleans = [[0x00], [0x01], [0xff], [0x7f], [], [0xff, 0xff]];

    private static readonly byte[][] Integers =
    [
        [], [0], [1], [2], [3], [0x7f], [0x80], [0xff], [0, 0], [0, 1], [0, 0x80], [0xff, 0xff], [0x7f, 0xff, 0xff, 0xff], [1, 0, 0, 0, 0],
        new byte[21], new byte[49],
    ];

    private static readonly string[] Times =
    [
        "", "Z", "000101000000Z", "491231235959Z", "500101000000Z", "991231235959Z", "260229000000Z", "240229000000Z", "261301000000Z",
        "260100000000Z",
        "260101240000Z", "260101006000Z", "260101000060Z", "2601010000Z", "260101000000+0000", "260101000000", " 60101000000Z",
        "20491231235959Z", "20500101000000Z",
        "99991231235959Z", "00000101000000Z", "20500101000000.0Z", "205001010000Z", "20500229000000Z",
    ];

    /// <summary>Changes one value somewhere in the tree.</summary>
    /// <param name="root">Changed in place.</param>
    /// <param name="donor">Where values are taken from.</param>
    /// <param name="random">Which change.</param>
    /// <param name="story">What was done.</param>
    public static void Mutate(DerNode root, DerNode donor, FuzzRandom random, Story story)
    {
        var all = root.All();
        var node = random.Pick(all);
        var parents = all.FindAll(one => one.Children.Count > 0);
        var parent = parents.Count == 0 ? root : random.Pick(parents);
        switch (random.Below(12))
        {
            case 0:
                node.Form = (DerLengthForm)random.Between(1, (int)DerLengthForm.OneLess);
                story.Add($"a DER length written {node.Form}");
                break;
            case 1:
                node.Tag = random.OneIn(2) ? random.Pick(Tags) : (byte)(node.Tag ^ (1 << random.Below(8)));
                story.Add($"DER tag 0x{node.Tag:X2}");
                break;
            case 2 when parent.Children.Count > 0:
                parent.Children.RemoveAt(random.Below(parent.Children.Count));
                story.Add("a DER value dropped");
                break;
            case 3 when parent.Children.Count > 0:
                parent.Children.Insert(random.Below(parent.Children.Count + 1), random.Pick(parent.Children).Clone());
                story.Add("a DER value repeated");
                break;
            case 4:
                parent.Children.Insert(random.Below(parent.Children.Count + 1), random.Pick(donor.All()).Clone());
                story.Add("a DER value of another");
                break;
            case 5 when parent.Children.Count > 1:
                random.Shuffle(parent.Children);
                story.Add("DER values shuffled");
                break;
            case 6:
                (node.Content, node.Raw) = (random.Bytes(random.Below(24)), null);
                node.Children.Clear();
                story.Add("random DER content");
                break;
            case 7:
                parent.Children.Add(new DerNode { Raw = random.OneIn(2) ? [0x05, 0x00] : random.Bytes(random.Between(1, 4)) });
                story.Add("something after the last DER value");
                break;
            default:
                // Most of the time one of the values that have a type of their own: nearly all the meaning is in those.
                var leaves = all.FindAll(one => one.Children.Count == 0);
                MutateLeaf(leaves.Count == 0 ? node : random.Pick(leaves), random, story);
                break;
        }
    }

    private static void MutateLeaf(DerNode leaf, FuzzRandom random, Story story)
    {
        switch (leaf.Tag)
        {
            case Boolean:
                leaf.Content = random.Pick(Booleans);
                story.Add($"a BOOLEAN of {Convert.ToHexString(leaf.Content)}");
                break;
            case Integer:
                leaf.Content = random.OneIn(3) ? random.Pick(Integers) : [random.OneIn(2) ? (byte)0 : (byte)0xff, .. leaf.Content];
                story.Add($"an INTEGER of {Convert.ToHexString(leaf.Content)}");
                break;
            case BitString when leaf.Content.Length > 0:
                leaf.Content = [(byte)random.Below(9), .. random.OneIn(2) ? leaf.Content[1..] : random.Bytes(random.Below(4))];
                story.Add("a BIT STRING of other bits");
                break;
            case UtcTime or GeneralizedTime:
                leaf.Tag = random.OneIn(3) ? (byte)(leaf.Tag ^ UtcTime ^ GeneralizedTime) : leaf.Tag;
                leaf.Content = Encoding.ASCII.GetBytes(random.Pick(Times));
                story.Add($"a time of {Encoding.ASCII.GetString(leaf.Content)}");
                break;
            case Utf8String or Printable when random.OneIn(3):
                leaf.Tag ^= Utf8String ^ Printable;
                story.Add("a text of another string type");
                break;
            case ObjectIdentifier when random.OneIn(2) && leaf.Content.Length > 0:
                leaf.Content = [.. leaf.Content[..^1], (byte)random.Below(256)];
                story.Add("another OBJECT IDENTIFIER");
                break;
            default:
                leaf.Content = leaf.Content.Length == 0 ? [0] : Flip(leaf.Content, random);
                story.Add("a changed byte in a DER value");
                break;
        }
    }

    private static byte[] Flip(byte[] content, FuzzRandom random)
    {
        var changed = (byte[])content.Clone();
        changed[random.Below(changed.Length)] ^= (byte)(1 << random.Below(8));
        return changed;
    }
}

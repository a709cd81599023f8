namespace Nitro.Verifier.Fuzz.Mutation;

/// <summary>Changes to the structure of CBOR: heads, lengths, types, order, number and depth of items.</summary>
public static class CborMutator
{
    private static readonly int[] Widths = [1, 2, 4, 8];

    private static readonly ulong[] Numbers =
    [
        0, 1, 23, 24, 31, 32, 47, 48, 49, 255, 256, 1024, 1025, 16_384, 65_535, 65_536, int.MaxValue, uint.MaxValue,
        (ulong)uint.MaxValue + 1,
        253_402_300_799_999, 253_402_300_800_000, long.MaxValue, (ulong)long.MaxValue + 1, ulong.MaxValue,
    ];

    private static readonly int[] Lengths =
        [0, 1, 31, 32, 33, 47, 48, 49, 63, 64, 65, 95, 96, 97, 255, 256, 512, 513, 1023, 1024, 1025, 4096];

    /// <summary>Changes one item somewhere in the tree.</summary>
    /// <param name="root">Changed in place.</param>
    /// <param name="donor">Where items are taken from.</param>
    /// <param name="random">Which change.</param>
    /// <param name="story">What was done.</param>
    public static void Mutate(CborNode root, CborNode donor, FuzzRandom random, Story story)
    {
        var node = random.Pick(root.All());
        var parents = root.All().Where(one => one.Children.Count > 0).ToArray();
        var parent = parents.Length == 0 ? root : random.Pick(parents);
        switch (random.Below(14))
        {
            case 0:
                node.Width = random.Pick(Widths);
                story.Add($"a CBOR head of {node.Width} extra bytes");
                break;
            case 1:
                node.Indefinite = !node.Indefinite;
                story.Add("CBOR of the other length form");
                break;
            case 2:
                node.Declared = random.Pick(Numbers);
                story.Add($"a declared CBOR length of {node.Declared}");
                break;
            case 3:
                node.Declared = (ulong)((long)Size(node) + (random.OneIn(2) ? 1 : -1));
                story.Add("a CBOR length wrong by one");
                break;
            case 4:
                node.Major = random.Below(8);
                story.Add($"CBOR of major type {node.Major}");
                break;
            case 5:
                Wrap(node, random.Between(1, random.OneIn(8) ? 200 : 4), random);
                story.Add("CBOR wrapped");
                break;
            case 6:
                node.Argument = random.Pick(Numbers);
                story.Add($"a CBOR number of {node.Argument}");
                break;
            case 7:
                node.Content = random.OneIn(3) ? [] : random.Bytes(random.Pick(Lengths));
                story.Add($"a CBOR string of {node.Content.Length} bytes");
                break;
            case 8 when parent.Children.Count > 0:
                // A map without half a pair is nearly always malformed; without a whole pair it may be well-formed.
                var pair = parent.Major == CborNode.Map && parent.Children.Count >= 2 && !random.OneIn(3);
                var dropped = pair ? random.Below(parent.Children.Count / 2) * 2 : random.Below(parent.Children.Count);
                parent.Children.RemoveRange(dropped, pair ? 2 : 1);
                story.Add(pair ? "a CBOR pair dropped" : "a CBOR item dropped");
                break;
            case 9 when parent.Children.Count > 0:
                parent.Children.Insert(random.Below(parent.Children.Count), random.Pick(parent.Children).Clone());
                story.Add("a CBOR item repeated");
                break;
            case 10:
                parent.Children.Insert(random.Below(parent.Children.Count + 1), random.Pick(donor.All()).Clone());
                story.Add("a CBOR item of another");
                break;
            case 11 when parent.Children.Count > 1:
                random.Shuffle(parent.Children);
                story.Add("CBOR items shuffled");
                break;
            case 12 when parent.Major == CborNode.Map && parent.Children.Count >= 2:
                MovePair(parent, random);
                story.Add("a CBOR pair repeated or moved");
                break;
            default:
                node.Raw = random.Pick(RawItems);
                story.Add($"CBOR {Convert.ToHexStringLower(node.Raw)}");
                break;
        }
    }

    /// <summary>Items that none of the formats has in the place where they are put.</summary>
    private static IReadOnlyList<byte[]> RawItems { get; } =
    [
        [0xf6], [0xf7], [0xf4], [0xf5], [0xf9, 0x7e, 0x00], [0xfb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0], [0xe0], [0xf8, 0x20], [0xff], [0x1c],
        [0x3f], [0xc1, 0x00],
        [0xd2, 0x80], [0x9f, 0xff], [0xbf, 0xff], [0x5f, 0xff], [0x7f, 0xff], [0x20], [0x3b, 255, 255, 255, 255, 255, 255, 255, 255],
        [0xa0], [0x80], [0x40], [0x60],
        [0x61, 0xff], [0x63, 0xed, 0xa0, 0x80], [],
    ];

    private static int Size(CborNode node) => node.Major switch
    {
        CborNode.Bytes or CborNode.Text => node.Content.Length,
        CborNode.Map => node.Children.Count / 2,
        _ => node.Children.Count,
    };

    private static void Wrap(CborNode node, int depth, FuzzRandom random)
    {
        var inner = node.Clone();
        for (; depth > 1; depth--)
        {
            var outer = new CborNode { Major = CborNode.Array };
            outer.Children.Add(inner);
            inner = outer;
        }

        node.Children.Clear();
        node.Children.Add(inner);
        (node.Content, node.Raw, node.Declared, node.Indefinite) = ([], null, null, false);
        (node.Major, node.Argument) = random.OneIn(2) ? (CborNode.Array, 0UL) : (CborNode.Tag, random.Pick(Numbers));
    }

    private static void MovePair(CborNode map, FuzzRandom random)
    {
        var from = random.Below(map.Children.Count / 2) * 2;
        var pair = map.Children.GetRange(from, 2).ConvertAll(one => one.Clone());
        if (random.OneIn(2))
        {
            map.Children.RemoveRange(from, 2);
        }

        map.Children.InsertRange(random.Below((map.Children.Count / 2) + 1) * 2, pair);
    }
}

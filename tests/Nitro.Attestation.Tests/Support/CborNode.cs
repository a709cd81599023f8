using System.Buffers.Binary;

namespace Nitro.Attestation.Tests.Support;

/// <summary>
/// An item of a canonical encoding as a tree, read by a few lines that share nothing with the product, so that every item in it can be
/// written in other ways than the canonical one.
/// </summary>
internal sealed class CborNode
{
    private CborNode(int majorType, ulong argument, byte[] content, IReadOnlyList<CborNode> children)
    {
        MajorType = majorType;
        Argument = argument;
        Content = content;
        Children = children;
    }

    public int MajorType { get; }

    public ulong Argument { get; }

    /// <summary>The content of a string.</summary>
    public byte[] Content { get; }

    /// <summary>The items of an array; keys and values in turn of a map.</summary>
    public IReadOnlyList<CborNode> Children { get; }

    public static CborNode Parse(ReadOnlySpan<byte> data)
    {
        var position = 0;
        var node = Parse(data, ref position);
        Assert.Equal(data.Length, position);
        return node;
    }

    public byte[] Encode() => Encode(null, null);

    /// <summary>
    /// Every way to write one item of the tree otherwise, everything else being as it was, that no reader of a canonical format may take:
    /// heads wider than need be, indefinite lengths, a tag, null instead, map pairs exchanged, doubled or missing.
    /// </summary>
    public IEnumerable<(string What, byte[] Bytes)> NonCanonicalForms()
    {
        foreach (var node in Nodes())
        {
            foreach (var (what, bytes) in node.OtherForms())
            {
                yield return ($"{what} (major type {node.MajorType}, argument {node.Argument})", Encode(node, bytes));
            }
        }

        yield return ("a byte after it", [.. Encode(), 0x00]);
        yield return ("null after it", [.. Encode(), 0xf6]);
        yield return ("itself after it", [.. Encode(), .. Encode()]);
    }

    /// <summary>This item and every one in it.</summary>
    public IEnumerable<CborNode> Nodes() => [this, .. Children.SelectMany(child => child.Nodes())];

    /// <summary>The encoding with other bytes in the place of one node.</summary>
    public byte[] Encode(CborNode? replaced, byte[]? replacement) => ReferenceEquals(this, replaced)
        ? replacement!
        : [.. Raw.Head(MajorType, Argument), .. Content, .. Children.SelectMany(child => child.Encode(replaced, replacement))];

    private IEnumerable<(string What, byte[] Bytes)> OtherForms()
    {
        byte[] rest = [.. Content, .. Children.SelectMany(child => child.Encode())];
        foreach (var width in new[] { 1, 2, 4, 8 }.Where(width => 1 + width > Raw.Head(MajorType, Argument).Length))
        {
            yield return ($"a head with {width} extra bytes", [.. Raw.Head(MajorType, Argument, width), .. rest]);
        }

        yield return ("a tag before it", [0xc1, .. Encode()]);
        yield return ("null instead", Raw.Null);
        yield return ("undefined instead", [0xf7]);
        if (MajorType is 2 or 3)
        {
            yield return ("a string of indefinite length in one piece", [(byte)(MajorType << 5 | 31), .. Encode(), 0xff]);
        }
        else if (MajorType is 4 or 5)
        {
            yield return ("an indefinite length", [(byte)(MajorType << 5 | 31), .. rest, 0xff]);
        }

        if (MajorType == 5)
        {
            byte[][] pairs = [.. Children.Chunk(2).Select(pair => (byte[])[.. pair[0].Encode(), .. pair[1].Encode()])];
            for (var i = 1; i < pairs.Length; i++)
            {
                byte[][] exchanged = [.. pairs];
                (exchanged[i - 1], exchanged[i]) = (exchanged[i], exchanged[i - 1]);
                yield return ($"pairs {i} and {i + 1} exchanged",
                    [.. Raw.Head(5, (ulong)pairs.Length), .. exchanged.SelectMany(pair => pair)]);
            }

            for (var i = 0; i < pairs.Length; i++)
            {
                byte[][] doubled = [.. pairs[..i], pairs[i], .. pairs[i..]];
                yield return ($"pair {i + 1} twice", [.. Raw.Head(5, (ulong)doubled.Length), .. doubled.SelectMany(pair => pair)]);
            }

            yield return ("one pair more than it says",
                [.. Raw.Head(5, (ulong)pairs.Length), .. rest, .. pairs.Length > 0 ? pairs[^1] : [0x01, 0x01]]);
        }
    }

    private static CborNode Parse(ReadOnlySpan<byte> data, ref int position)
    {
        int majorType = data[position] >> 5, additional = data[position] & 0x1f;
        position++;
        var argument = (ulong)additional;
        if (additional >= 24)
        {
            var width = 1 << (additional - 24);
            Span<byte> bytes = stackalloc byte[8];
            bytes.Clear();
            data.Slice(position, width).CopyTo(bytes[^width..]);
            argument = BinaryPrimitives.ReadUInt64BigEndian(bytes);
            position += width;
        }

        byte[] content = [];
        var children = new List<CborNode>();
        if (majorType is 2 or 3)
        {
            content = data.Slice(position, (int)argument).ToArray();
            position += content.Length;
        }

        for (var left = majorType switch { 4 => argument, 5 => argument * 2, _ => 0UL }; left > 0; left--)
        {
            children.Add(Parse(data, ref position));
        }

        return new CborNode(majorType, argument, content, children);
    }
}

using System.Buffers.Binary;

namespace Nitro.Verifier.Fuzz.Mutation;

/// <summary>
/// One CBOR item (RFC 8949) as a tree that can be written back in ways that no encoder would choose: other head widths, indefinite
/// lengths, lengths that are not true. Mutable, not thread-safe.
/// </summary>
public sealed class CborNode
{
    public const int Unsigned = 0, Negative = 1, Bytes = 2, Text = 3, Array = 4, Map = 5, Tag = 6, Simple = 7;

    private const int MaximumDepth = 32;

    public int Major { get; set; }

    /// <summary>The number, tag or simple value; lengths follow from the content unless <see cref="Declared"/> says otherwise.</summary>
    public ulong Argument { get; set; }

    /// <summary>Bytes that the argument takes after the first: −1 for the fewest, else 0, 1, 2, 4 or 8.</summary>
    public int Width { get; set; } = -1;

    public bool Indefinite { get; set; }

    /// <summary>The length that the head states instead of the true one.</summary>
    public ulong? Declared { get; set; }

    /// <summary>Of a byte or text string.</summary>
    public byte[] Content { get; set; } = [];

    /// <summary>Items of an array, keys and values of a map in turn, what a tag encloses.</summary>
    public List<CborNode> Children { get; } = [];

    /// <summary>When set, written instead of everything else.</summary>
    public byte[]? Raw { get; set; }

    public static CborNode OfBytes(byte[] content) => new() { Major = Bytes, Content = content };

    /// <summary>Reads one item that takes all the bytes; null when they are not that.</summary>
    public static CborNode? Parse(ReadOnlySpan<byte> data)
    {
        var position = 0;
        return Read(data, ref position, 0) is { } node && position == data.Length ? node : null;
    }

    public byte[] Encode()
    {
        var output = new List<byte>();
        Write(output);
        return [.. output];
    }

    public CborNode Clone()
    {
        var clone = new CborNode { Major = Major, Argument = Argument, Width = Width, Indefinite = Indefinite };
        (clone.Declared, clone.Content, clone.Raw) = (Declared, Content, Raw);
        clone.Children.AddRange(Children.Select(child => child.Clone()));
        return clone;
    }

    /// <summary>This item and all inside it.</summary>
    public List<CborNode> All()
    {
        var all = new List<CborNode> { this };
        for (var i = 0; i < all.Count; i++)
        {
            all.AddRange(all[i].Children);
        }

        return all;
    }

    private static CborNode? Read(ReadOnlySpan<byte> data, ref int position, int depth)
    {
        if (position >= data.Length || depth > MaximumDepth)
        {
            return null;
        }

        var first = data[position++];
        var node = new CborNode { Major = first >> 5 };
        var additional = first & 31;
        if (additional == 31)
        {
            node.Indefinite = true;
            return node.Major is Array or Map ? ReadIndefinite(node, data, ref position, depth) : null;
        }

        if (!TryReadArgument(data, ref position, additional, out var argument))
        {
            return null;
        }

        node.Argument = argument;
        if (node.Major is Bytes or Text)
        {
            if (argument > (ulong)(data.Length - position))
            {
                return null;
            }

            node.Content = data.Slice(position, (int)argument).ToArray();
            position += (int)argument;
            return node;
        }

        var children = node.Major switch { Array => argument, Map => argument * 2, Tag => 1UL, _ => 0UL };
        for (; children > 0; children--)
        {
            if (Read(data, ref position, depth + 1) is not { } child)
            {
                return null;
            }

            node.Children.Add(child);
        }

        return node;
    }

    private static CborNode? ReadIndefinite(CborNode node, ReadOnlySpan<byte> data, ref int position, int depth)
    {
        while (position < data.Length && data[position] != 0xff)
        {
            if (Read(data, ref position, depth + 1) is not { } child)
            {
                return null;
            }

            node.Children.Add(child);
        }

        return position++ < data.Length ? node : null;
    }

    private static bool TryReadArgument(ReadOnlySpan<byte> data, ref int position, int additional, out ulong argument)
    {
        argument = (ulong)additional;
        if (additional < 24)
        {
            return true;
        }

        var size = additional < 28 ? 1 << (additional - 24) : int.MaxValue;
        if (size > data.Length - position)
        {
            return false;
        }

        argument = 0;
        for (; size > 0; size--)
        {
            argument = (argument << 8) | data[position++];
        }

        return true;
    }

    private void Write(List<byte> output)
    {
        if (Raw is not null)
        {
            output.AddRange(Raw);
            return;
        }

        var length = Declared ?? (Major switch
        {
            Bytes or Text => (ulong)Content.Length,
            Array => (ulong)Children.Count,
            Map => (ulong)Children.Count / 2,
            _ => Argument,
        });
        if (Indefinite)
        {
            output.Add((byte)((Major << 5) | 31));
            if (Major is Bytes or Text)
            {
                WriteHead(output, Major, (ulong)Content.Length, -1);
            }
        }
        else
        {
            WriteHead(output, Major, length, Width);
        }

        output.AddRange(Content);
        Children.ForEach(child => child.Write(output));
        if (Indefinite)
        {
            output.Add(0xff);
        }
    }

    private static void WriteHead(List<byte> output, int major, ulong argument, int width)
    {
        var least = argument switch { < 24 => 0, <= byte.MaxValue => 1, <= ushort.MaxValue => 2, <= uint.MaxValue => 4, _ => 8 };
        width = Math.Max(width, least);
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, argument);
        output.Add((byte)((major << 5) | (width switch { 0 => (int)argument, 1 => 24, 2 => 25, 4 => 26, _ => 27 })));
        output.AddRange(bytes[^width..]);
    }
}

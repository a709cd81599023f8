namespace Nitro.Verifier.Fuzz.Mutation;

/// <summary>
/// One DER value (X.690) as a tree that reaches into the values that certificates carry in OCTET STRINGs and BIT STRINGs, and that can be
/// written back in ways that are not DER. The lengths of what encloses a change are right again when it is written. Mutable, not
/// thread-safe.
/// </summary>
public sealed class DerNode
{
    private const byte OctetString = 0x04, BitString = 0x03, Sequence = 0x30;

    public byte Tag { get; set; }

    /// <summary>Octets before the children: the count of unused bits where a BIT STRING encloses a value.</summary>
    public byte[] Prefix { get; set; } = [];

    /// <summary>Of a value without children.</summary>
    public byte[] Content { get; set; } = [];

    public List<DerNode> Children { get; } = [];

    public DerLengthForm Form { get; set; }

    /// <summary>When set, written instead of everything else.</summary>
    public byte[]? Raw { get; set; }

    /// <summary>Reads one value that takes all the bytes; null when they are not that.</summary>
    public static DerNode? Parse(ReadOnlySpan<byte> data) => ReadAll(data) is [var only] ? only : null;

    public byte[] Encode()
    {
        var output = new List<byte>();
        Write(output);
        return [.. output];
    }

    public DerNode Clone()
    {
        var clone = new DerNode { Tag = Tag, Prefix = Prefix, Content = Content, Form = Form, Raw = Raw };
        clone.Children.AddRange(Children.Select(child => child.Clone()));
        return clone;
    }

    /// <summary>This value and all inside it.</summary>
    public List<DerNode> All()
    {
        var all = new List<DerNode> { this };
        for (var i = 0; i < all.Count; i++)
        {
            all.AddRange(all[i].Children);
        }

        return all;
    }

    private static List<DerNode>? ReadAll(ReadOnlySpan<byte> data)
    {
        var nodes = new List<DerNode>();
        while (!data.IsEmpty)
        {
            if (!TryReadHead(data, out var start, out var length))
            {
                return null;
            }

            var node = new DerNode { Tag = data[0], Content = data.Slice(start, length).ToArray() };
            node.LookInside();
            nodes.Add(node);
            data = data[(start + length)..];
        }

        return nodes;
    }

    private static bool TryReadHead(ReadOnlySpan<byte> data, out int start, out int length)
    {
        (start, length) = (2, 0);
        if (data.Length < 2)
        {
            return false;
        }

        length = data[1];
        if (length >= 0x80)
        {
            var octets = length & 0x7f;
            if (octets is 0 or > 2 || data.Length < 2 + octets)
            {
                return false;
            }

            start = 2 + octets;
            length = octets == 1 ? data[2] : (data[2] << 8) | data[3];
        }

        return length <= data.Length - start;
    }

    private void LookInside()
    {
        var skip = Tag == BitString ? 1 : 0;
        var encloses = (Tag & 0x20) != 0 || Tag == OctetString || (Tag == BitString && Content is [0, Sequence, ..]);
        if (encloses && Content.Length > skip && ReadAll(Content.AsSpan(skip)) is { } children)
        {
            Children.AddRange(children);
            (Prefix, Content) = (Content[..skip], []);
        }
    }

    private void Write(List<byte> output)
    {
        if (Raw is not null)
        {
            output.AddRange(Raw);
            return;
        }

        var inside = new List<byte>(Prefix);
        inside.AddRange(Content);
        Children.ForEach(child => child.Write(inside));
        output.Add(Tag);
        WriteLength(output, inside.Count);
        output.AddRange(inside);
        if (Form == DerLengthForm.Indefinite)
        {
            output.AddRange([0, 0]);
        }
    }

    private void WriteLength(List<byte> output, int length)
    {
        switch (Form)
        {
            case DerLengthForm.Indefinite:
                output.Add(0x80);
                return;
            case DerLengthForm.FourOctets:
                output.AddRange([0x84, 0, 0, (byte)(length >> 8), (byte)length]);
                return;
            case DerLengthForm.Huge:
                output.AddRange([0x84, 0x7f, 0xff, 0xff, 0xff]);
                return;
            case DerLengthForm.OneMore:
                length++;
                break;
            case DerLengthForm.OneLess:
                length = Math.Max(0, length - 1);
                break;
        }

        if (Form == DerLengthForm.LongerThanNeeded)
        {
            output.AddRange(length switch
            {
                < 0x80 => [0x81, (byte)length],
                < 0x100 => [0x82, 0, (byte)length],
                _ => [0x83, 0, (byte)(length >> 8), (byte)length],
            });
        }
        else
        {
            output.AddRange(length switch
            {
                < 0x80 => [(byte)length],
                < 0x100 => [0x81, (byte)length],
                _ => [0x82, (byte)(length >> 8), (byte)length],
            });
        }
    }
}

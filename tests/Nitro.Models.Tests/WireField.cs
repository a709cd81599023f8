using System.Text;

namespace Nitro.Models.Tests;

/// <summary>One field of a protobuf message as it stands in the bytes: a reader of the tests' own, to check the writer against.</summary>
/// <param name="Number">The field's number.</param>
/// <param name="Varint">The value of a varint field, else 0.</param>
/// <param name="Content">Where a length-delimited field's content, or a fixed field's value, lies in the file.</param>
internal sealed record WireField(int Number, long Varint, Range Content)
{
    /// <summary>All fields of the message that lies in a part of a file.</summary>
    public static List<WireField> ReadAll(byte[] file, Range part)
    {
        var (at, length) = part.GetOffsetAndLength(file.Length);
        var end = at + length;
        var fields = new List<WireField>();
        while (at < end)
        {
            var tag = ReadVarint(file, ref at);
            var number = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    fields.Add(new WireField(number, (long)ReadVarint(file, ref at), at..at));
                    break;
                case 2:
                    var size = (int)ReadVarint(file, ref at);
                    fields.Add(new WireField(number, 0, at..(at + size)));
                    at += size;
                    break;
                case 5:
                    fields.Add(new WireField(number, 0, at..(at + 4)));
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"Wire type {tag & 7} at byte {at}.");
            }
        }

        return at == end ? fields : throw new InvalidDataException($"A field ends at byte {at}, beyond its message's end {end}.");
    }

    /// <summary>The parts of a file where messages lie that are reached by following field numbers from the file's own message.</summary>
    public static List<Range> Follow(byte[] file, params int[] path)
    {
        List<Range> parts = [Range.All];
        foreach (var number in path)
        {
            var fields = parts.SelectMany(part => ReadAll(file, part));
            parts = [.. fields.Where(field => field.Number == number).Select(field => field.Content)];
        }

        return parts;
    }

    /// <summary>The content as text.</summary>
    public string Text(byte[] file) => Encoding.UTF8.GetString(file[Content]);

    private static ulong ReadVarint(byte[] file, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = file[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}

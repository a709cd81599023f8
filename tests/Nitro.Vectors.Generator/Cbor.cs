using System.Buffers.Binary;
using System.Text;

namespace Nitro.Vectors.Generator;

/// <summary>CBOR by hand (RFC 8949), so that the vectors rest on no encoder of the product, and can also hold what none would
/// write.</summary>
internal static class Cbor
{
    public static byte[] Null => [0xf6];

    /// <summary>The head of an item in its shortest form.</summary>
    public static byte[] Head(int majorType, ulong argument) => argument switch
    {
        < 24 => [(byte)(majorType << 5 | (byte)argument)],
        <= byte.MaxValue => LongHead(majorType, argument, 1),
        <= ushort.MaxValue => LongHead(majorType, argument, 2),
        <= uint.MaxValue => LongHead(majorType, argument, 4),
        _ => LongHead(majorType, argument, 8),
    };

    /// <summary>The head of an item with its argument in 1, 2, 4 or 8 bytes, whether or not it needs them.</summary>
    public static byte[] LongHead(int majorType, ulong argument, int size)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, argument);
        return [(byte)(majorType << 5 | (24 + int.Log2(size))), .. bytes[^size..]];
    }

    public static byte[] Unsigned(ulong value) => Head(0, value);

    public static byte[] Integer(long value) => value < 0 ? Head(1, (ulong)(-1 - value)) : Head(0, (ulong)value);

    public static byte[] Bytes(params byte[] content) => [.. Head(2, (ulong)content.Length), .. content];

    public static byte[] Text(string text) => Utf8(Encoding.UTF8.GetBytes(text));

    /// <summary>A text string of any bytes, UTF-8 or not.</summary>
    public static byte[] Utf8(params byte[] content) => [.. Head(3, (ulong)content.Length), .. content];

    public static byte[] Array(params byte[][] items) => [.. Head(4, (ulong)items.Length), .. items.SelectMany(item => item)];

    /// <summary>A map of pairs that stand one after the other: key, value, key, value.</summary>
    public static byte[] Map(params byte[][] pairs) => [.. Head(5, (ulong)pairs.Length / 2), .. pairs.SelectMany(item => item)];

    /// <summary>A map whose keys are 1, 2, 3 and so on.</summary>
    public static byte[] Numbered(IEnumerable<byte[]> values) =>
        Map([.. values.SelectMany((value, index) => new[] { Unsigned((ulong)index + 1), value })]);
}

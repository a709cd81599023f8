using System.Buffers.Binary;
using System.Formats.Cbor;
using System.Text;

namespace Nitro.Attestation.Tests.Support;

/// <summary>CBOR put together by hand, so that it can also be put together wrongly.</summary>
internal static class Raw
{
    public static byte[] Null => [0xf6];

    /// <summary>The head of an item, in its shortest form or in that of <paramref name="width"/> extra bytes.</summary>
    public static byte[] Head(int majorType, ulong argument, int? width = null)
    {
        var extra = width ?? argument switch { < 24 => 0, <= byte.MaxValue => 1, <= ushort.MaxValue => 2, <= uint.MaxValue => 4, _ => 8 };
        if (extra == 0)
        {
            return [(byte)(majorType << 5 | (int)argument)];
        }

        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, argument);
        return [(byte)(majorType << 5 | (24 + int.Log2(extra))), .. bytes.AsSpan(8 - extra)];
    }

    public static byte[] Number(long value) => value >= 0 ? Head(0, (ulong)value) : Head(1, (ulong)(-1 - value));

    public static byte[] Unsigned(ulong value) => Head(0, value);

    public static byte[] Bytes(ReadOnlySpan<byte> content) => [.. Head(2, (ulong)content.Length), .. content];

    /// <summary>A byte string of this many bytes.</summary>
    public static byte[] Bytes(int length) => Bytes(Enumerable.Repeat((byte)0xb5, length).ToArray());

    public static byte[] Text(string content) => Text(Encoding.UTF8.GetBytes(content));

    public static byte[] Text(ReadOnlySpan<byte> utf8) => [.. Head(3, (ulong)utf8.Length), .. utf8];

    public static byte[] Array(params IReadOnlyList<byte[]> items) => [.. Head(4, (ulong)items.Count), .. items.SelectMany(item => item)];

    public static byte[] Map(params IReadOnlyList<(byte[] Key, byte[] Value)> pairs) =>
        [.. Head(5, (ulong)pairs.Count), .. pairs.SelectMany(pair => pair.Key.Concat(pair.Value))];

    public static byte[] IndefiniteArray(params IReadOnlyList<byte[]> items) => [0x9f, .. items.SelectMany(item => item), 0xff];

    public static byte[] IndefiniteMap(params IReadOnlyList<(byte[] Key, byte[] Value)> pairs) =>
        [0xbf, .. pairs.SelectMany(pair => pair.Key.Concat(pair.Value)), 0xff];

    /// <summary>The byte string in one piece of indefinite length.</summary>
    public static byte[] IndefiniteBytes(ReadOnlySpan<byte> content) => [0x5f, .. Bytes(content), 0xff];

    /// <summary>What System.Formats.Cbor writes in its canonical mode.</summary>
    public static byte[] Written(Action<CborWriter> write)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        write(writer);
        return writer.Encode();
    }
}

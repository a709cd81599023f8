using System.Formats.Cbor;

namespace Nitro.Nsm.Tests;

/// <summary>Writes the responses that tests need, right and wrong.</summary>
internal static class Cbor
{
    public static byte[] Write(Action<CborWriter> write, CborConformanceMode mode = CborConformanceMode.Lax)
    {
        var writer = new CborWriter(mode);
        write(writer);
        return writer.Encode();
    }

    public static byte[] Text(string value) => Write(writer => writer.WriteTextString(value));

    public static byte[] Bytes(int length) =>
        Write(writer => writer.WriteByteString(Enumerable.Range(1, length).Select(i => (byte)i).ToArray()));

    public static byte[] Number(ulong value) => Write(writer => writer.WriteUInt64(value));

    public static byte[] Boolean(bool value) => Write(writer => writer.WriteBoolean(value));

    public static byte[] Array(params int[] values) => Write(writer =>
    {
        writer.WriteStartArray(values.Length);
        foreach (var value in values)
        {
            writer.WriteInt32(value);
        }

        writer.WriteEndArray();
    });

    public static byte[] Map(params (string Key, byte[] Value)[] entries) => Map(indefinite: false, entries);

    public static byte[] Map(bool indefinite, params (string Key, byte[] Value)[] entries) => Write(writer =>
    {
        writer.WriteStartMap(indefinite ? null : entries.Length);
        foreach (var (key, value) in entries)
        {
            writer.WriteTextString(key);
            writer.WriteEncodedValue(value);
        }

        writer.WriteEndMap();
    });

    public static byte[] Error(string name) => Map(("Error", Text(name)));
}

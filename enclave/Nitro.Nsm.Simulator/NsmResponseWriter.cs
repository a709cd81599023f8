using System.Formats.Cbor;

namespace Nitro.Nsm.Simulator;

/// <summary>The NSM's responses as CBOR, with the keys in the order that Linux's driver has been seen to receive them.</summary>
internal static class NsmResponseWriter
{
    public static byte[] Acknowledge(string name)
    {
        var writer = new CborWriter();
        writer.WriteTextString(name);
        return writer.Encode();
    }

    public static byte[] Error(NsmErrorCode code)
    {
        var writer = new CborWriter();
        writer.WriteStartMap(1);
        writer.WriteTextString("Error");

        // The codes bear the names that the device sends.
        writer.WriteTextString(code.ToString());
        writer.WriteEndMap();
        return writer.Encode();
    }

    public static byte[] Map(string name, int fields, Action<CborWriter> write)
    {
        var writer = new CborWriter();
        writer.WriteStartMap(1);
        writer.WriteTextString(name);
        writer.WriteStartMap(fields);
        write(writer);
        writer.WriteEndMap();
        writer.WriteEndMap();
        return writer.Encode();
    }

    public static byte[] Bytes(string name, string key, ReadOnlySpan<byte> value)
    {
        var bytes = value.ToArray();
        return Map(name, 1, writer =>
        {
            writer.WriteTextString(key);
            writer.WriteByteString(bytes);
        });
    }
}

using System.Formats.Cbor;

namespace Nitro.Attestation.Tests.Cbor;

/// <summary>Writes items of the kinds that the product reads, drawn from a seeded source.</summary>
internal static class CborItemGenerator
{
    public static byte[] Next(Random random)
    {
        var writer = new CborWriter(CborConformanceMode.Strict);
        Write(writer, random, depth: 0);
        return writer.Encode();
    }

    private static void Write(CborWriter writer, Random random, int depth)
    {
        switch (random.Next(depth < 3 ? 8 : 6))
        {
            case 0: writer.WriteUInt64(Number(random)); break;
            case 1: writer.WriteInt64(-1 - (long)(Number(random) >> 1)); break;
            case 2: writer.WriteByteString(Bytes(random)); break;
            case 3: writer.WriteTextString(Text(random)); break;
            case 4: writer.WriteBoolean(random.Next(2) == 0); break;
            case 5: writer.WriteNull(); break;
            case 6:
                var items = random.Next(28);
                writer.WriteStartArray(items);
                for (var i = 0; i < items; i++)
                {
                    Write(writer, random, depth + 1);
                }

                writer.WriteEndArray();
                break;
            default:
                // Keys in no order, but each once: the reader leaves both to its callers.
                int[] keys = [.. Enumerable.Range(0, random.Next(28))];
                random.Shuffle(keys);
                writer.WriteStartMap(keys.Length);
                foreach (var key in keys)
                {
                    writer.WriteInt32(key);
                    Write(writer, random, depth + 1);
                }

                writer.WriteEndMap();
                break;
        }
    }

    /// <summary>A number of any length in bits, so that every width of head occurs.</summary>
    private static ulong Number(Random random) => (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[random.Next(random.Next(200) == 0 ? 70_000 : 300)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string Text(Random random)
    {
        string[] letters = ["a", "\u0000", "\u00e9", "\u6c34", "\U00010151", "\uff5e", "\""];
        return string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => letters[random.Next(letters.Length)]));
    }
}

namespace Nitro.Attestation.Tests.Support;

/// <summary>
/// Damages bytes in the ways that break parsers: bits, lengths, cuts, repeats, splices. All of it follows from the seeded source.
/// </summary>
internal static class Mutator
{
    /// <summary>
    /// Bytes that mean something to CBOR or JSON: heads at the ends of their ranges, breaks, indefinite lengths, quotes, brackets.
    /// </summary>
    private static ReadOnlySpan<byte> Telling =>
        [0x00, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1f, 0x20, 0x38, 0x3b, 0x40, 0x58, 0x59, 0x5a, 0x5b, 0x5f, 0x60, 0x78, 0x7f, 0x80, 0x98,
         0x9b, 0x9f, 0xa0, 0xb8, 0xbb, 0xbf, 0xc2, 0xd2, 0xd8, 0xf4, 0xf5, 0xf6, 0xf7, 0xf9, 0xfb, 0xff, (byte)'"', (byte)'{', (byte)'}',
         (byte)'\\', (byte)':', (byte)','];

    /// <summary>One to four kinds of damage to a copy of the bytes.</summary>
    public static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = new List<byte>(original);
        for (var rounds = random.Next(4); rounds >= 0; rounds--)
        {
            Damage(bytes, random);
        }

        return [.. bytes];
    }

    private static void Damage(List<byte> bytes, Random random)
    {
        if (bytes.Count == 0)
        {
            bytes.Add((byte)random.Next(256));
            return;
        }

        var at = random.Next(bytes.Count);
        var length = Math.Min(random.Next(1, 40), bytes.Count - at);
        switch (random.Next(9))
        {
            case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            case 1: bytes[at] = (byte)random.Next(256); break;
            case 2: bytes[at] = Telling[random.Next(Telling.Length)]; break;
            case 3: bytes[at]++; break;
            case 4: bytes[at]--; break;
            case 5: bytes.RemoveRange(at, length); break;
            case 6: bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length)); break;
            case 7: bytes.Insert(at, Telling[random.Next(Telling.Length)]); break;
            default: bytes.RemoveRange(at, random.Next(8) == 0 ? bytes.Count - at : 1); break;
        }
    }
}

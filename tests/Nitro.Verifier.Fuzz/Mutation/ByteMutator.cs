namespace Nitro.Verifier.Fuzz.Mutation;

/// <summary>Changes that know nothing of a format: bits, bytes, cuts, repeats, pieces of another input.</summary>
public static class ByteMutator
{
    /// <summary>Octets that mean something in CBOR, DER or JSON, and the ends of ranges.</summary>
    private static readonly byte[] Telling =
    [
        0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x17, 0x18, 0x30, 0x31, 0x58, 0x59, 0x7f, 0x80, 0x81, 0x82, 0x84, 0x9f, 0xa0, 0xa3, 0xbf, 0xd2,
        0xf6, 0xff, (byte)'"', (byte)'{',
    ];

    /// <param name="input">What to change; left as it is.</param>
    /// <param name="donor">Another input, to take pieces from.</param>
    /// <param name="random">Which change.</param>
    /// <param name="story">What was done.</param>
    public static byte[] Mutate(byte[] input, byte[] donor, FuzzRandom random, Story story)
    {
        if (input.Length == 0)
        {
            story.Add("random bytes");
            return random.Bytes(random.Below(64));
        }

        var at = random.Below(input.Length);
        var length = Math.Min(random.Below(Math.Min(256, input.Length)) + 1, input.Length - at);
        switch (random.Below(12))
        {
            case 0:
                story.Add($"truncated at {at}");
                return input[..at];
            case 1:
                story.Add($"{length} bytes cut at {at}");
                return [.. input[..at], .. input[(at + length)..]];
            case 2:
                story.Add($"{length} bytes repeated at {at}");
                return [.. input[..at], .. input[at..(at + length)], .. input[at..]];
            case 3:
                story.Add($"a byte inserted at {at}");
                return [.. input[..at], random.Pick(Telling), .. input[at..]];
            case 4:
                story.Add("bytes at the end");
                return [.. input, .. random.OneIn(2) ? random.Bytes(random.Between(1, 8)) : donor];
            case 5 when donor.Length > 0:
                var from = random.Below(donor.Length);
                var piece = donor[from..Math.Min(donor.Length, from + length)];
                story.Add($"{piece.Length} bytes of another at {at}");
                return [.. input[..at], .. piece, .. input[Math.Min(input.Length, at + piece.Length)..]];
            case 6 when donor.Length > 0:
                story.Add($"another's end from {at} on");
                return [.. input[..at], .. donor[Math.Min(donor.Length, at)..]];
            case 7:
                story.Add($"a telling byte at {at}");
                return Set(input, at, random.Pick(Telling));
            case 8:
                story.Add($"one more or less at {at}");
                return Set(input, at, (byte)(input[at] + (random.OneIn(2) ? 1 : -1)));
            default:
                story.Add($"a bit flipped at {at}");
                return Set(input, at, (byte)(input[at] ^ (1 << random.Below(8))));
        }
    }

    private static byte[] Set(byte[] input, int at, byte value)
    {
        var changed = (byte[])input.Clone();
        changed[at] = value;
        return changed;
    }
}

namespace Nitro.Attestation.Tests.Support;

/// <summary>What holds of every format here that has one encoding only: whatever is read is written as the same bytes.</summary>
/// <typeparam name="T">What is read.</typeparam>
internal sealed class CanonicalFormat<T>(CanonicalFormat<T>.TryParse tryParse, Func<T, byte[]> encode)
    where T : class
{
    public delegate bool TryParse(ReadOnlySpan<byte> data, out T? value, out FormatError? error);

    public T Accepted(ReadOnlySpan<byte> data)
    {
        Assert.True(tryParse(data, out var value, out var error), error?.ToString());
        Assert.Null(error);
        Assert.NotNull(value);
        Assert.True(data.SequenceEqual(encode(value)), "It was read, and is written otherwise.");
        return value;
    }

    public FormatError Refused(ReadOnlySpan<byte> data, string what = "It")
    {
        Assert.False(tryParse(data, out var value, out var error),
            $"{what} was read: {Convert.ToHexStringLower(data[..Math.Min(data.Length, 400)])}");
        Assert.Null(value);
        Assert.NotNull(error);
        Assert.InRange(error.Offset, -1, data.Length);
        Assert.True(error.Where.Length > 0 && error.Expected.Length > 0 && error.Found.Length > 0);
        return error;
    }

    /// <summary>Any other way to write what these bytes say is refused, as is every part of them.</summary>
    public void AssertIsTheOnlyForm(byte[] encoded)
    {
        Accepted(encoded);
        var tree = CborNode.Parse(encoded);
        Assert.Equal(encoded, tree.Encode());
        foreach (var (what, bytes) in tree.NonCanonicalForms())
        {
            Refused(bytes, what);
        }

        for (var length = 0; length < encoded.Length; length++)
        {
            Refused(encoded.AsSpan(0, length), $"A prefix of {length} bytes");
        }
    }

    /// <summary>Damaged copies, the same in every run, are refused, or read as just what they say.</summary>
    public void AssertSurvivesDamage(int seed, int cases, params byte[][] originals)
    {
        var random = new Random(seed);
        var (read, refused) = (0, 0);
        for (var i = 0; i < cases; i++)
        {
            var bytes = Mutator.Mutate(originals[i % originals.Length], random);
            if (tryParse(bytes, out var value, out var error))
            {
                Assert.Null(error);
                Assert.True(encode(value!).AsSpan().SequenceEqual(bytes),
                    $"Read, but written otherwise: {Convert.ToHexStringLower(bytes)}");
                read++;
            }
            else
            {
                Assert.Null(value);
                Assert.NotNull(error);
                refused++;
            }
        }

        Assert.True(read >= cases / 200 && refused >= cases / 10, $"{read} read, {refused} refused: the damage is too much or too little.");
    }
}

using System.Security.Cryptography;
using System.Text;

namespace Nitro.Attestation.Tests;

public sealed class Sha384DigestTests
{
    /// <summary>FIPS 180-4's example: SHA-384 of "abc".</summary>
    private const string Abc = "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7";

    [Fact]
    public void It_is_SHA_384()
    {
        Assert.Equal(Abc, Sha384Digest.Of("abc"u8).ToString());
        Assert.Equal(SHA384.HashData([]), Sha384Digest.Of([]).ToArray());
    }

    [Fact]
    public void The_default_is_48_zero_bytes()
    {
        Assert.Equal(new byte[48], default(Sha384Digest).ToArray());
        Assert.Equal(default, Sha384Digest.FromBytes(new byte[48]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(32)]
    [InlineData(47)]
    [InlineData(49)]
    [InlineData(64)]
    public void It_is_made_of_48_bytes_only(int length) =>
        Assert.Throws<ArgumentException>("bytes", () => Sha384Digest.FromBytes(new byte[length]));

    [Fact]
    public void Its_bytes_come_back_and_are_a_copy()
    {
        var bytes = RandomNumberGenerator.GetBytes(48);
        var digest = Sha384Digest.FromBytes(bytes);
        var copy = digest.ToArray();
        Assert.Equal(bytes, copy);
        copy[0] ^= 1;
        Assert.Equal(bytes, digest.ToArray());
        var destination = new byte[50];
        digest.CopyTo(destination.AsSpan(1));
        Assert.Equal([0, .. bytes, 0], destination);
        Assert.Throws<ArgumentException>(() => digest.CopyTo(new byte[47]));
    }

    [Fact]
    public void Hexadecimal_is_read_in_either_case_and_written_in_lower_case()
    {
        foreach (var text in new[] { Abc, Abc.ToUpperInvariant(), Abc[..48].ToUpperInvariant() + Abc[48..] })
        {
            Assert.True(Sha384Digest.TryParseHex(text, out var digest));
            Assert.Equal(Sha384Digest.Of("abc"u8), digest);
            Assert.Equal(Abc, digest.ToString());
        }
    }

    [Fact]
    public void Anything_but_96_digits_is_refused()
    {
        foreach (var text in new[]
        {
            null, "", Abc[1..], Abc[2..], Abc + "0", Abc + "00", "0x" + Abc[2..], " " + Abc[1..], Abc[1..] + "\n", "g" + Abc[1..],
            Abc[..95] + "-", Abc[..95] + "\uff10",
        })
        {
            Assert.False(Sha384Digest.TryParseHex(text, out var digest));
            Assert.Equal(default, digest);
        }
    }

    [Fact]
    public void A_PCR_extended_once_from_zero_is_the_hash_of_both()
    {
        var digest = Sha384Digest.Of("abc"u8);
        Assert.Equal(SHA384.HashData([.. new byte[48], .. digest.ToArray()]), digest.ExtendFromZero().ToArray());
    }

    [Fact]
    public void Digests_are_equal_when_every_bit_is()
    {
        var bytes = SHA384.HashData(Encoding.ASCII.GetBytes("one"));
        var digest = Sha384Digest.FromBytes(bytes);
        var same = Sha384Digest.FromBytes(bytes);
        Assert.True(digest == same && !(digest != same) && digest.Equals(same) && digest.Equals((object)same) && digest.Matches(bytes));
        Assert.Equal(digest.GetHashCode(), same.GetHashCode());
        for (var bit = 0; bit < 384; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
            var other = Sha384Digest.FromBytes(bytes);
            Assert.True(digest != other && !(digest == other) && !digest.Equals(other) && !digest.Equals((object)other)
                && !digest.Matches(bytes));
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
        }

        Assert.False(digest.Matches([]) || digest.Matches(bytes.AsSpan(0, 47)) || digest.Matches([.. bytes, 0]));
        Assert.False(digest.Equals(null) || digest.Equals(bytes));
    }
}

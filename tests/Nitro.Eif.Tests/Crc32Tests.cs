using System.Text;
using Nitro.Eif.Format;

namespace Nitro.Eif.Tests;

/// <summary>The checksum, against zlib's and the published check value.</summary>
public sealed class Crc32Tests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_has_the_check_value_of_CRC_32_ISO_HDLC(bool folding)
    {
        var crc = new Crc32(folding);
        crc.Append(Encoding.ASCII.GetBytes("123456789"));
        Assert.Equal(0xCBF43926u, crc.Value);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_equals_zlibs_at_every_length_and_however_the_bytes_arrive(bool folding)
    {
        var random = new Random(20261121);
        for (var length = 1; length < 700; length++)
        {
            var data = new byte[length];
            random.NextBytes(data);
            var crc = new Crc32(folding);
            for (var done = 0; done < length;)
            {
                var piece = Math.Min(random.Next(1, 300), length - done);
                crc.Append(data.AsSpan(done, piece));
                done += piece;
            }

            Assert.Equal(RawImage.ZlibCrc(data), crc.Value);
        }
    }
}

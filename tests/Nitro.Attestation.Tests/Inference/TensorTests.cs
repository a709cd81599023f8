using System.Buffers.Binary;
using System.Text;
using Nitro.Attestation.Inference;

namespace Nitro.Attestation.Tests.Inference;

public sealed class TensorTests
{
    public static TheoryData<Datatype> Fixed => [.. Enum.GetValues<Datatype>().Where(datatype => datatype != Datatype.Bytes)];

    [Fact]
    public void It_holds_what_it_was_given()
    {
        var data = new byte[] { 1, 0, 1, 1, 0, 0 };
        var tensor = Tensor.Create("mask", Datatype.Bool, [2, 3], data);
        Assert.Equal(("mask", Datatype.Bool, 6L), (tensor.Name, tensor.Datatype, tensor.ElementCount));
        Assert.Equal([2, 3], tensor.Shape);
        Assert.Equal(data, tensor.Data.ToArray());
    }

    [Fact]
    public void Its_shape_is_a_copy_that_cannot_be_written_to()
    {
        var shape = new long[] { 2 };
        var tensor = Tensor.Create("a", Datatype.Uint8, shape, new byte[2]);
        shape[0] = 3;
        Assert.Equal([2], tensor.Shape);
        Assert.IsNotType<long[]>(tensor.Shape);
    }

    [Theory]
    [MemberData(nameof(Fixed))]
    public void The_data_has_just_the_bytes_of_its_elements(Datatype datatype)
    {
        var size = datatype.ElementSize();
        foreach (var (shape, count) in new (long[], int)[] { ([], 1), ([1], 1), ([0], 0), ([7], 7), ([2, 3], 6), ([2, 0, 3], 0),
            ([1, 1, 5], 5) })
        {
            Assert.Equal(count, Tensor.Create("a", datatype, shape, new byte[count * size]).ElementCount);
            foreach (var length in new[] { (count * size) - 1, (count * size) + 1, (count + 1) * size, 0 }
                .Where(length => length >= 0 && length != count * size))
            {
                var error = Refused("a", datatype, shape, new byte[length]);
                Assert.Equal(new FormatError("data of tensor \"a\"", -1, $"{count * size} bytes for {count} elements of {datatype.Name()}",
                    $"{length}"), error);
            }
        }
    }

    [Fact]
    public void A_scalar_has_no_dimensions_and_one_element()
    {
        var tensor = Tensor.Create("a", Datatype.Fp32, [], new byte[4]);
        Assert.Empty(tensor.Shape);
        Assert.Equal(1, tensor.ElementCount);
    }

    [Fact]
    public void It_has_at_most_16_dimensions()
    {
        Assert.Equal(16, Tensor.Create("a", Datatype.Uint8, Enumerable.Repeat(1L, 16), new byte[1]).Shape.Count);
        Assert.Equal(new FormatError("shape of tensor \"a\"", -1, "at most 16 dimensions", "17"),
            Refused("a", Datatype.Uint8, [.. Enumerable.Repeat(1L, 17)], new byte[1]));
    }

    [Fact]
    public void No_dimension_is_negative()
    {
        foreach (var shape in new long[][] { [-1], [2, -1], [-1, -1], [0, -1], [-1, 0], [long.MinValue], [-2, -3] })
        {
            Assert.Equal("dimensions of 0 or more", Refused("a", Datatype.Uint8, shape, new byte[6]).Expected);
        }
    }

    /// <summary>
    /// 2^32 squared is 0 in 64 bits, so a reader that multiplies first takes such a shape for an empty one; and the order of the dimensions
    /// is not to matter, wherever a 0 stands.
    /// </summary>
    [Fact]
    public void No_product_of_dimensions_overflows_also_not_beside_a_zero()
    {
        foreach (var shape in new long[][]
        {
            [1L << 32, 1L << 32], [1L << 31], [long.MaxValue], [long.MaxValue, 2], [65_536, 65_536], [1L << 16, 1L << 16, 1L << 32],
            [1L << 31, 0], [0, 1L << 31], [long.MaxValue, 0], [0, long.MaxValue], [0, 65_536, 65_536], [65_536, 65_536, 0],
            [65_536, 0, 65_536], [.. Enumerable.Repeat(long.MaxValue, 16)],
        })
        {
            var error = Refused("a", Datatype.Uint8, shape, default);
            Assert.Equal(("shape of tensor \"a\"", "more"), (error.Where, error.Found));
        }

        foreach (var shape in new long[][] { [int.MaxValue, 0], [0, int.MaxValue], [0, 0], [0, 46_340, 46_340], [46_340, 0, 46_340] })
        {
            Assert.Equal(0, Tensor.Create("a", Datatype.Uint8, shape, default).ElementCount);
        }

        Assert.Equal($"{int.MaxValue} bytes for {int.MaxValue} elements of UINT8",
            Refused("a", Datatype.Uint8, [int.MaxValue], new byte[1]).Expected);
        Assert.Equal($"{8L * int.MaxValue} bytes for {int.MaxValue} elements of FP64",
            Refused("a", Datatype.Fp64, [int.MaxValue], new byte[1]).Expected);
    }

    [Fact]
    public void Every_byte_but_0_and_1_is_refused_as_a_BOOL()
    {
        Tensor.Create("a", Datatype.Bool, [3], new byte[] { 0, 1, 0 });
        for (var value = 2; value < 256; value++)
        {
            Assert.Equal($"{value:x2} at element 2", Refused("a", Datatype.Bool, [3], [0, 1, (byte)value]).Found);
        }
    }

    [Fact]
    public void Floats_are_any_bits()
    {
        foreach (var value in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity, -0.0f, float.Epsilon,
            BitConverter.UInt32BitsToSingle(0x7f800001) })
        {
            var data = BitConverter.GetBytes(value);
            Assert.Equal(data, Tensor.Create("a", Datatype.Fp32, [1], data).Data.ToArray());
        }
    }

    [Fact]
    public void BYTES_elements_have_a_length_and_that_many_bytes()
    {
        byte[] data = [.. Element("abc"u8), .. Element([]), .. Element([0, 255])];
        Assert.Equal(data, Tensor.Create("a", Datatype.Bytes, [3], data).Data.ToArray());
        Tensor.Create("a", Datatype.Bytes, [1, 3, 1], data);
        Tensor.Create("a", Datatype.Bytes, [0], default);
        Tensor.Create("a", Datatype.Bytes, [], Element("x"u8));
        Tensor.Create("a", Datatype.Bytes, [3], new byte[12]);
    }

    [Fact]
    public void BYTES_elements_whose_lengths_lie_are_refused()
    {
        byte[] two = [.. Element("abc"u8), .. Element("de"u8)];
        byte[] Length(uint length, int present)
        {
            var element = new byte[4 + present];
            BinaryPrimitives.WriteUInt32LittleEndian(element, length);
            return element;
        }

        foreach (var (count, data, found) in new (long, byte[], string)[]
        {
            (1, [], "the end of the data in element 0"),
            (1, [0], "the end of the data in element 0"),
            (1, [0, 0, 0], "the end of the data in element 0"),
            (1, Length(1, 0), "the end of the data in element 0"),
            (1, Length(3, 2), "the end of the data in element 0"),
            (1, Length(int.MaxValue, 2), "the end of the data in element 0"),
            (1, Length(1U << 31, 2), "the end of the data in element 0"),
            (1, Length(uint.MaxValue, 2), "the end of the data in element 0"),
            (1, Length(uint.MaxValue - 3, 2), "the end of the data in element 0"),
            (1, Length(2, 3), "1 bytes after them"),
            (0, [0], "1 bytes after them"),
            (0, Element([]), "4 bytes after them"),
            (1, two, "6 bytes after them"),
            (3, two, "the end of the data in element 2"),
            (int.MaxValue, two, "the end of the data in element 2"),
            (int.MaxValue, new byte[4000], "the end of the data in element 1000"),
            (2, two[..^1], "the end of the data in element 1"),
            (2, [.. two, 0], "1 bytes after them"),
        })
        {
            Assert.Equal(found, Refused("a", Datatype.Bytes, [count], data).Found);
        }

        // A length written the other way round.
        Assert.Equal("the end of the data in element 0", Refused("a", Datatype.Bytes, [1], [0, 0, 0, 3, 1, 2, 3]).Found);
    }

    [Fact]
    public void A_name_has_1_to_255_bytes_of_UTF_8()
    {
        Assert.Equal(255, Encoding.UTF8.GetByteCount(Tensor.Create(new string('\u00e4', 127) + "a", Datatype.Uint8, [], new byte[1]).Name));
        Assert.Equal(new FormatError("tensor name", -1, "1 to 255 bytes of UTF-8", "0"), Refused("", Datatype.Uint8, [], new byte[1]));
        Assert.Equal(new FormatError("tensor name", -1, "1 to 255 bytes of UTF-8", "256"),
            Refused(new string('\u00e4', 128), Datatype.Uint8, [], new byte[1]));
        Assert.Equal(new FormatError("tensor name", -1, "1 to 255 bytes of UTF-8", "half a surrogate pair"),
            Refused("a\ud800", Datatype.Uint8, [], new byte[1]));
    }

    [Fact]
    public void Misuse_is_an_exception()
    {
        Assert.Throws<ArgumentNullException>("name", () => Tensor.TryCreate(null!, Datatype.Uint8, [], default, out _, out _));
        Assert.Throws<ArgumentNullException>("shape", () => Tensor.TryCreate("a", Datatype.Uint8, null!, default, out _, out _));
        Assert.Throws<ArgumentOutOfRangeException>("datatype", () => Tensor.TryCreate("a", 0, [], default, out _, out _));
        var exception = Assert.Throws<ArgumentException>(() => Tensor.Create("a", Datatype.Uint8, [2], new byte[1]));
        Assert.StartsWith("data of tensor \"a\": expected 2 bytes for 2 elements of UINT8, found 1", exception.Message,
            StringComparison.Ordinal);
    }

    private static byte[] Element(ReadOnlySpan<byte> content) => [(byte)content.Length, 0, 0, 0, .. content];

    private static FormatError Refused(string name, Datatype datatype, long[] shape, byte[]? data)
    {
        Assert.False(Tensor.TryCreate(name, datatype, shape, data, out var tensor, out var error));
        Assert.Null(tensor);
        return error!;
    }
}

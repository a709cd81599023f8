using System.Buffers.Binary;
using System.Formats.Cbor;
using System.Text;
using System.Text.Json;
using Nitro.Attestation.Cbor;
using Nitro.Testing;

namespace Nitro.Attestation.Tests.Cbor;

public sealed class StrictCborReaderTests
{
    /// <summary>
    /// Those items of RFC 8949 appendix A that the reader must refuse; it must read all the others to the value stated there.
    /// </summary>
    private static readonly HashSet<string> RefusedOfAppendixA =
    [
        // Negative numbers outside 64 bits, bignums.
        "3bffffffffffffffff", "c249010000000000000000", "c349010000000000000000",
        // Floating-point numbers.
        "f90000", "f98000", "f93c00", "fb3ff199999999999a", "f93e00", "f97bff", "fa47c35000", "fa7f7fffff", "fb7e37e43c8800759c",
        "f90001", "f90400", "f9c400", "fbc010666666666666", "f97c00", "f97e00", "f9fc00", "fa7f800000", "fa7fc00000", "faff800000",
        "fb7ff0000000000000", "fb7ff8000000000000", "fbfff0000000000000",
        // Simple values other than true, false and null.
        "f7", "f0", "f818", "f8ff",
        // Tags.
        "c074323031332d30332d32315432303a30343a30305a", "c11a514b67b0", "c1fb41d452d9ec200000", "d74401020304", "d818456449455446",
        "d82076687474703a2f2f7777772e6578616d706c652e636f6d",
        // Strings and arrays of indefinite length.
        "5f42010243030405ff", "7f657374726561646d696e67ff", "9fff", "9f018202039f0405ffff", "9f01820203820405ff", "83018202039f0405ff",
        "83019f0203ff820405", "9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff", "bf61610161629f0203ffff",
    ];

    /// <summary>Maps of indefinite length: read where a caller allows them, refused where not.</summary>
    private static readonly HashSet<string> IndefiniteMapsOfAppendixA = ["826161bf61626163ff", "bf6346756ef563416d7421ff"];

    private delegate T Read<T>(ref StrictCborReader reader);

    [Fact]
    public void Appendix_A_is_read_to_its_stated_values_or_refused()
    {
        var (accepted, refused) = (0, 0);
        foreach (var (hex, value) in AppendixA())
        {
            var (found, error) = ReadItem(Convert.FromHexString(hex), allowIndefiniteMaps: true);
            if (RefusedOfAppendixA.Contains(hex))
            {
                Assert.True(error is not null, $"{hex} was read as {found}.");
                refused++;
            }
            else
            {
                Assert.True(error is null, $"{hex}: {error}");
                Assert.Equal(value, found);
                accepted++;
            }
        }

        Assert.Equal((RefusedOfAppendixA.Count, 82 - RefusedOfAppendixA.Count), (refused, accepted));
    }

    [Fact]
    public void Appendix_A_has_its_indefinite_maps_refused_where_a_caller_does_not_allow_them()
    {
        foreach (var hex in AppendixA().Select(item => item.Hex).Where(IndefiniteMapsOfAppendixA.Contains))
        {
            var (_, error) = ReadItem(Convert.FromHexString(hex), allowIndefiniteMaps: false);
            Assert.Equal("a map of definite length", error?.Expected);
        }
    }

    [Fact]
    public void Every_proper_prefix_of_what_is_read_of_appendix_A_is_refused()
    {
        foreach (var bytes in AppendixA().Where(item => !RefusedOfAppendixA.Contains(item.Hex))
            .Select(item => Convert.FromHexString(item.Hex)))
        {
            for (var length = 0; length < bytes.Length; length++)
            {
                var (found, error) = ReadItem(bytes.AsSpan(0, length), allowIndefiniteMaps: true);
                Assert.True(error is not null, $"{Convert.ToHexStringLower(bytes)} cut to {length} bytes was read as {found}.");
                Assert.InRange(error.Offset, 0, length);
            }
        }
    }

    [Fact]
    public void It_agrees_with_System_Formats_Cbor_on_generated_items()
    {
        var random = new Random(8949);
        for (var i = 0; i < 2000; i++)
        {
            var bytes = CborItemGenerator.Next(random);
            var expected = Diagnostic.Read(new CborReader(bytes, CborConformanceMode.Strict));
            var (found, error) = ReadItem(bytes, allowIndefiniteMaps: false);
            Assert.Null(error);
            Assert.Equal(expected, found);
        }
    }

    /// <summary>
    /// What the reader accepts of mutated bytes, System.Formats.Cbor reads to the same; what that accepts in its canonical mode, and is of
    /// the kinds that the product reads, the reader accepts. So it is neither laxer than CBOR nor stricter than its canonical form.
    /// </summary>
    [Fact]
    public void It_accepts_no_mutated_item_that_System_Formats_Cbor_reads_otherwise()
    {
        var random = new Random(4949);
        var (accepted, canonical) = (0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = CborItemGenerator.Next(random);
            bytes = bytes.Length > 64 ? bytes[..random.Next(64)] : bytes;
            for (var flips = random.Next(3); flips >= 0 && bytes.Length > 0; flips--)
            {
                bytes[random.Next(Math.Min(bytes.Length, 8))] = (byte)random.Next(256);
            }

            var (found, error) = ReadItem(bytes, allowIndefiniteMaps: false);
            if (error is null)
            {
                Assert.Equal(OracleRead(bytes, CborConformanceMode.Lax), found);
                accepted++;
            }

            if (OracleRead(bytes, CborConformanceMode.Canonical) is { } expected)
            {
                Assert.Null(error);
                Assert.Equal(expected, found);
                canonical++;
            }
        }

        Assert.True(accepted > 1000 && canonical > 1000, $"{accepted} accepted, {canonical} canonical: too few to say anything.");
    }

    public static TheoryData<int, ulong> LongestOfEachWidth()
    {
        var data = new TheoryData<int, ulong>();
        foreach (var majorType in Enumerable.Range(0, 6))
        {
            foreach (var argument in new ulong[] { 0, 23, 24, 255, 256, 65_535, 65_536, uint.MaxValue, 1UL + uint.MaxValue })
            {
                data.Add(majorType, argument);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(LongestOfEachWidth))]
    public void A_head_is_read_in_its_shortest_form_only(int majorType, ulong argument)
    {
        var shortest = new byte[CborHead.MaximumSize];
        shortest = shortest[..CborHead.Write(shortest, majorType, argument)];
        foreach (var (additional, width) in new[] { (24, 1), (25, 2), (26, 4), (27, 8) })
        {
            var wide = new byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(wide, argument);
            byte[] head = [(byte)(majorType << 5 | additional), .. wide[^width..]];
            if (1 + width > shortest.Length)
            {
                var error = ErrorOf(head, baseOffset: 3, (ref reader) => ReadHead(ref reader, majorType));
                Assert.Equal(
                    new FormatError("head", 3, "the shortest encoding of a length or number", $"{argument} in {width} extra bytes"), error);
            }
            else if (1 + width == shortest.Length)
            {
                Assert.Equal(head, shortest);
            }
        }

        // The shortest form is never refused for its form: only, for lengths, because nothing follows it or it exceeds the limit.
        var refusal = ErrorOf(shortest, baseOffset: 0, (ref reader) => ReadHead(ref reader, majorType));
        Assert.NotEqual("the shortest encoding of a length or number", refusal?.Expected);
        if (majorType < 2)
        {
            Assert.Null(refusal);
        }
    }

    [Fact]
    public void Reserved_heads_and_heads_without_an_end_are_refused_for_every_type()
    {
        for (var majorType = 0; majorType < 6; majorType++)
        {
            for (var additional = 28; additional <= 31; additional++)
            {
                var type = majorType;
                byte[] head = [(byte)(majorType << 5 | additional), 0, 0, 0, 0, 0, 0, 0, 0];
                var error = ErrorOf(head, 0, (ref reader) => ReadHead(ref reader, type));
                Assert.Equal(additional == 31 && majorType >= 2 ? "one of indefinite length" : "a reserved head", error?.Found);
            }

            foreach (var (additional, width) in new[] { (24, 1), (25, 2), (26, 4), (27, 8) })
            {
                var type = majorType;
                for (var present = 0; present < width; present++)
                {
                    byte[] head = [(byte)(majorType << 5 | additional), .. Enumerable.Repeat((byte)0xff, present)];
                    var error = ErrorOf(head, 0, (ref reader) => ReadHead(ref reader, type));
                    Assert.Equal(new FormatError("head", 0, "a complete head", "the end of the data"), error);
                }
            }
        }
    }

    [Theory]
    [InlineData("1b7fffffffffffffff", long.MaxValue)]
    [InlineData("3b7fffffffffffffff", long.MinValue)]
    [InlineData("00", 0)]
    [InlineData("20", -1)]
    public void Integers_reach_the_ends_of_64_bits(string hex, long expected)
    {
        var reader = new StrictCborReader(Convert.FromHexString(hex));
        Assert.Equal(expected, reader.ReadInteger("integer"));
        Assert.False(reader.Failed);
        Assert.True(reader.AtEnd);
    }

    [Theory]
    [InlineData("1b8000000000000000")]
    [InlineData("3b8000000000000000")]
    [InlineData("1bffffffffffffffff")]
    [InlineData("3bffffffffffffffff")]
    public void Integers_of_more_than_64_bits_are_refused(string hex)
    {
        var reader = new StrictCborReader(Convert.FromHexString(hex), baseOffset: 7);
        Assert.Equal(0, reader.ReadInteger("integer"));
        Assert.Equal(new FormatError("integer", 7, "an integer of 64 bits", "a larger one"), reader.Error);
    }

    [Theory]
    [InlineData("c080", "a lead byte of an overlong form")]
    [InlineData("e08080", "an overlong form of three bytes")]
    [InlineData("f0808080", "an overlong form of four bytes")]
    [InlineData("eda080", "half a surrogate pair")]
    [InlineData("edbfbf", "the other half")]
    [InlineData("f4908080", "a scalar past U+10FFFF")]
    [InlineData("f5808080", "a lead byte that none has")]
    [InlineData("80", "a continuation without a lead")]
    [InlineData("c3", "a lead without a continuation")]
    [InlineData("6161f09085", "a cut sequence at the end")]
    [InlineData("ff", "a byte that never occurs")]
    public void Text_that_is_not_UTF_8_is_refused(string hex, string what)
    {
        var content = Convert.FromHexString(hex);
        byte[] data = [0x01, (byte)(0x60 | content.Length), .. content];
        var error = ErrorOf(data, 10, (ref reader) => (int)reader.ReadUnsigned("first") + reader.ReadText("text", 0, 99).Length);
        Assert.True(error == new FormatError("text", 11, "valid UTF-8", "bytes that are not"), $"{what}: {error}");
    }

    [Fact]
    public void Strings_and_containers_keep_to_their_limits()
    {
        byte[] Bytes(int length) => [(byte)(0x40 | length), .. new byte[length]];
        byte[] Text(int length) => [(byte)(0x60 | length), .. new byte[length]];
        foreach (var (length, fits) in new[] { (1, false), (2, true), (5, true), (6, false) })
        {
            var expected = fits ? null : new FormatError("part", 0, "2 to 5 bytes", $"{length}");
            Assert.Equal(expected, ErrorOf(Bytes(length), 0, (ref reader) => reader.ReadBytes("part", 2, 5).Length));
            Assert.Equal(expected, ErrorOf(Text(length), 0, (ref reader) => reader.ReadText("part", 2, 5).Length));
            Assert.Equal(expected, ErrorOf(Text(length), 0, (ref reader) => reader.ReadTextUtf8("part", 2, 5).Length));

            expected = fits ? null : new FormatError("part", 0, "2 to 5 entries", $"{length}");
            Assert.Equal(expected, ErrorOf([(byte)(0x80 | length)], 0, (ref reader) => reader.ReadArrayHead("part", 2, 5)));
            Assert.Equal(expected, ErrorOf([(byte)(0xa0 | length)], 0, (ref reader) => reader.ReadMapHead("part", 2, 5)));
            Assert.Equal(expected, ErrorOf([(byte)(0xa0 | length)], 0, (ref reader) => reader.ReadMapHeadEitherForm("part", 2, 5) ?? -1));
        }

        Assert.Equal(new FormatError("part", 0, "3 bytes", "2"),
            ErrorOf(Bytes(2), 0, (ref reader) => reader.ReadBytes("part", 3, 3).Length));
    }

    [Theory]
    [InlineData(0x5b)]
    [InlineData(0x7b)]
    [InlineData(0x9b)]
    [InlineData(0xbb)]
    public void A_length_of_64_bits_is_refused_and_not_cut_down(byte head)
    {
        var error = ErrorOf([head, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 0, (ref reader) => ReadHead(ref reader, head >> 5));
        Assert.Equal($"{ulong.MaxValue}", error?.Found);
        error = ErrorOf([head, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00], 0, (ref reader) => ReadHead(ref reader, head >> 5));
        Assert.Equal($"{1L << 32}", error?.Found);
    }

    [Fact]
    public void A_string_longer_than_the_data_is_refused_where_it_starts()
    {
        byte[] data = [0x01, 0x43, 0xaa, 0xbb];
        var error = ErrorOf(data, 100, (ref reader) => (int)reader.ReadUnsigned("first") + reader.ReadBytes("second", 0, 9).Length);
        Assert.Equal(new FormatError("second", 101, "3 bytes", "only 2 left"), error);
    }

    [Theory]
    [InlineData("", "the end of the data")]
    [InlineData("00", "an unsigned integer")]
    [InlineData("20", "a negative integer")]
    [InlineData("40", "a byte string")]
    [InlineData("60", "a text string")]
    [InlineData("80", "an array")]
    [InlineData("a0", "a map")]
    [InlineData("c0", "a tag")]
    [InlineData("f4", "a boolean")]
    [InlineData("f6", "null")]
    [InlineData("f7", "a simple value")]
    [InlineData("f90000", "a floating-point number")]
    [InlineData("ff", "a break")]
    public void An_item_of_another_kind_is_named_in_the_error(string hex, string name)
    {
        var bytes = Convert.FromHexString(hex);
        void Check(string own, string expected, Read<int> read) =>
            Assert.Equal(name == own ? null : new FormatError("item", 5, expected, name), ErrorOf(bytes, 5, read));

        Check("an unsigned integer", "an unsigned integer", (ref reader) => (int)reader.ReadUnsigned("item"));
        Check("a byte string", "a byte string", (ref reader) => reader.ReadBytes("item", 0, 9).Length);
        Check("a text string", "a text string", (ref reader) => reader.ReadText("item", 0, 9).Length);
        Check("an array", "an array", (ref reader) => reader.ReadArrayHead("item", 0, 9));
        Check("a map", "a map", (ref reader) => reader.ReadMapHead("item", 0, 9));
        Check("a boolean", "true or false", (ref reader) => reader.ReadBoolean("item") ? 1 : 0);
    }

    [Fact]
    public void The_first_error_sticks_and_every_later_read_gives_a_default_without_moving()
    {
        // Everything that could be read stands here; the first read fails on its type.
        byte[] data = [0x20, 0x20, 0x41, 0x00, 0x61, 0x61, 0x81, 0xa1, 0xf5, 0xf6, 0xff, 0xd2];
        for (var start = 0; start < data.Length; start++)
        {
            var reader = new StrictCborReader(data.AsSpan(start));
            reader.Fail("first", "this", "that");
            var first = reader.Error;
            Assert.True(reader.Failed);
            Assert.Equal(0UL, reader.ReadUnsigned("later"));
            Assert.Equal(0, reader.ReadInteger("later"));
            Assert.False(reader.ReadBoolean("later"));
            Assert.True(reader.ReadBytes("later", 0, 99).IsEmpty);
            Assert.True(reader.ReadTextUtf8("later", 0, 99).IsEmpty);
            Assert.Equal("", reader.ReadText("later", 0, 99));
            Assert.Equal(0, reader.ReadArrayHead("later", 0, 99));
            Assert.Equal(0, reader.ReadMapHead("later", 0, 99));
            Assert.Equal(0, reader.ReadMapHeadEitherForm("later", 0, 99));
            Assert.False(reader.TryReadNull());
            Assert.False(reader.TryReadBreak());
            Assert.False(reader.TryReadTag(18));
            reader.Finish("later");
            reader.FailAt(9, "later", "x", "y");
            Assert.Equal(0, reader.Position);
            Assert.Same(first, reader.Error);
        }
    }

    [Fact]
    public void An_integer_that_could_not_be_read_is_zero_also_where_a_negative_one_stands()
    {
        var reader = new StrictCborReader([0x38, 0x00, 0x20]);
        Assert.Equal(0, reader.ReadInteger("not in shortest form"));
        Assert.Equal(0, reader.ReadInteger("after the error"));
    }

    [Fact]
    public void What_is_left_over_is_refused_with_its_place_and_amount()
    {
        var reader = new StrictCborReader([0x01, 0x02, 0x03], baseOffset: 40);
        reader.ReadUnsigned("item");
        reader.Finish("whole");
        Assert.Equal(new FormatError("whole", 41, "nothing more", "2 trailing bytes"), reader.Error);

        reader = new StrictCborReader([0x01]);
        reader.ReadUnsigned("item");
        reader.Finish("whole");
        Assert.False(reader.Failed);
    }

    [Fact]
    public void Tag_null_and_break_are_taken_only_where_they_stand()
    {
        var reader = new StrictCborReader([0xd2, 0xf6, 0xff]);
        Assert.False(reader.TryReadNull());
        Assert.False(reader.TryReadBreak());
        Assert.False(reader.TryReadTag(17));
        Assert.True(reader.TryReadTag(18));
        Assert.True(reader.TryReadNull());
        Assert.True(reader.TryReadBreak());
        Assert.True(reader.AtEnd);
        Assert.False(reader.TryReadTag(18) || reader.TryReadNull() || reader.TryReadBreak());
        Assert.False(reader.Failed);

        // Tag 18 in more bytes than it needs is another item, and no tag of ours.
        Assert.False(new StrictCborReader([0xd8, 0x12]).TryReadTag(18));
    }

    [Fact]
    public void A_head_is_written_as_System_Formats_Cbor_writes_it()
    {
        var random = new Random(1);
        Span<byte> head = stackalloc byte[CborHead.MaximumSize];
        for (var i = 0; i < 2000; i++)
        {
            var value = (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
            var writer = new CborWriter(CborConformanceMode.Canonical);
            writer.WriteUInt64(value);
            Assert.Equal(writer.Encode(), head[..CborHead.Write(head, StrictCborReader.UnsignedInteger, value)].ToArray());
        }
    }

    [Fact]
    public void Text_comes_back_as_it_was_written()
    {
        const string text = "a\u0000\u00e9\u6c34\U00010151";
        var utf8 = Encoding.UTF8.GetBytes(text);
        byte[] item = [(byte)(0x60 | utf8.Length), .. utf8];
        Assert.Equal(text, new StrictCborReader(item).ReadText("text", 0, 99));
        Assert.Equal(utf8, new StrictCborReader(item).ReadTextUtf8("text", 0, 99).ToArray());
    }

    private static int ReadHead(ref StrictCborReader reader, int majorType)
    {
        switch (majorType)
        {
            case StrictCborReader.UnsignedInteger: return (int)reader.ReadUnsigned("head");
            case StrictCborReader.NegativeInteger: return (int)reader.ReadInteger("head");
            case StrictCborReader.ByteString: return reader.ReadBytes("head", 0, int.MaxValue).Length;
            case StrictCborReader.TextString: return reader.ReadText("head", 0, int.MaxValue).Length;
            case StrictCborReader.Array: return reader.ReadArrayHead("head", 0, int.MaxValue);
            default: return reader.ReadMapHead("head", 0, int.MaxValue);
        }
    }

    private static FormatError? ErrorOf<T>(ReadOnlySpan<byte> data, int baseOffset, Read<T> read)
    {
        var reader = new StrictCborReader(data, baseOffset);
        read(ref reader);
        return reader.Error;
    }

    private static (string Found, FormatError? Error) ReadItem(ReadOnlySpan<byte> data, bool allowIndefiniteMaps)
    {
        var reader = new StrictCborReader(data);
        var found = Diagnostic.Read(ref reader, allowIndefiniteMaps);
        reader.Finish("item");
        return (found, reader.Error);
    }

    private static string? OracleRead(byte[] bytes, CborConformanceMode mode)
    {
        try
        {
            var reader = new CborReader(bytes, mode);
            var found = Diagnostic.Read(reader);
            return reader.PeekState() == CborReaderState.Finished && reader.BytesRemaining == 0 ? found : null;
        }
        catch (Exception exception) when (exception is CborContentException or InvalidOperationException or OverflowException)
        {
            return null;
        }
    }

    private static IEnumerable<(string Hex, string Value)> AppendixA()
    {
        using var vectors = JsonDocument.Parse(SharedFiles.Read("vectors", "cbor-appendix-a.json"));
        foreach (var vector in vectors.RootElement.EnumerateArray())
        {
            var value = vector.TryGetProperty("decoded", out var decoded) ? Diagnostic.From(decoded)
                : vector.GetProperty("diagnostic").GetString()!;
            yield return (vector.GetProperty("hex").GetString()!, value);
        }
    }
}

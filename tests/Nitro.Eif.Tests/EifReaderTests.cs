using Nitro.Eif.Format;
using Nitro.Eif.Reading;

namespace Nitro.Eif.Tests;

/// <summary>Reading images that were put together by hand: what is right, and each way of being wrong.</summary>
public sealed class EifReaderTests
{
    private static readonly byte[] SomeSignature = Signatures.Section(RawImage.Usual().Pcrs().Pcr0);

    private delegate RawImage Change(RawImage image);

    public static TheoryData<string> Kinds => [.. Wrong.Select(one => one.Name)];

    private static readonly (string Name, EifErrorKind Kind, Func<byte[]> Bytes)[] Wrong =
    [
        ("no bytes", EifErrorKind.HeaderTruncated, () => []),
        ("547 bytes", EifErrorKind.HeaderTruncated, () => RawImage.Usual().Build()[..547]),
        ("another file", EifErrorKind.NotAnImage, () => new byte[5000]),
        ("four wrong bytes", EifErrorKind.NotAnImage, () => [1, 2, 3, 4]),
        ("version 0", EifErrorKind.UnknownVersion, () => Bytes(image => image.Version = 0)),
        ("version 5", EifErrorKind.UnknownVersion, () => Bytes(image => image.Version = 5)),
        ("flag 2", EifErrorKind.UnknownFlags, () => Bytes(image => image.Flags = 2)),
        ("one section", EifErrorKind.SectionCount, () => Bytes(image => image.Count = 1)),
        ("33 sections", EifErrorKind.SectionCount, () => Bytes(image => image.Count = 33)),
        ("65535 sections", EifErrorKind.SectionCount, () => Bytes(image => image.Count = 65535)),
        ("a section inside another", EifErrorKind.SectionOverlap, () => Bytes(image => image.Offsets[1] = 600)),
        ("a section at the start of another", EifErrorKind.SectionLoop, () => Bytes(image => image.Offsets[2] = 548)),
        ("a section inside the header", EifErrorKind.SectionLoop, () => Bytes(image => image.Offsets[0] = 0)),
        ("a gap", EifErrorKind.SectionGap, () => Bytes(image => image.Offsets[1] = 548 + 12 + 3000 + 1)),
        ("an offset beyond everything", EifErrorKind.SectionGap, () => Bytes(image => image.Offsets[1] = ulong.MaxValue)),
        ("a size of 2^64-1", EifErrorKind.SectionTooLarge, () => Bytes(image => image.Sizes[0] = ulong.MaxValue)),
        ("a size of 2^63-1", EifErrorKind.SectionTooLarge, () => Bytes(image => image.Sizes[0] = long.MaxValue)),
        ("a last section of an exabyte", EifErrorKind.SectionTruncated, () => Bytes(image => (image.Sizes[4], image.OwnSizes[4]) = (1UL << 60, 1UL << 60))),
        ("a size that the section denies", EifErrorKind.SectionSizeDiffers, () => Bytes(image => image.OwnSizes[3] = 1)),
        ("a missing last byte", EifErrorKind.SectionTruncated, () => RawImage.Usual().Build()[..^1]),
        ("the end inside a section's header", EifErrorKind.SectionTruncated, () => RawImage.Usual().Build()[..(548 + 12 + 3000 + 6)]),
        ("the end after the header", EifErrorKind.SectionTruncated, () => RawImage.Usual().Build()[..548]),
        ("a trailing byte", EifErrorKind.TrailingBytes, () => Bytes(image => image.Trailing = [0])),
        ("section type 0", EifErrorKind.UnknownSectionType, () => Bytes(image => image.With(0, [1]))),
        ("section type 6", EifErrorKind.UnknownSectionType, () => Bytes(image => image.With(6, [1]))),
        ("a section's flag", EifErrorKind.SectionFlags, () => Bytes(image => image.With(RawImage.Ramdisk, [1], flags: 1))),
        ("no kernel", EifErrorKind.NoKernel, () => Bytes(image => image.Sections.RemoveAt(0))),
        ("no command line", EifErrorKind.NoCommandLine, () => Bytes(image => image.Sections.RemoveAt(1))),
        ("no ramdisk", EifErrorKind.NoRamdisk, () => Bytes(image => image.Sections.RemoveRange(3, 2))),
        ("no metadata", EifErrorKind.NoMetadata, () => Bytes(image => image.Sections.RemoveAt(2))),
        ("two kernels", EifErrorKind.SecondKernel, () => Bytes(image => image.With(RawImage.Kernel, RawImage.SomeKernel))),
        ("two command lines", EifErrorKind.SecondCommandLine, () => Bytes(image => image.Sections.Insert(2, image.Sections[1]))),
        ("two signatures", EifErrorKind.SecondSignature, () => Bytes(image => image.With(RawImage.Signature, SomeSignature).With(RawImage.Signature, SomeSignature))),
        ("two metadata sections", EifErrorKind.SecondMetadata, () => Bytes(image => image.With(RawImage.Metadata, RawImage.SomeMetadata))),
        ("a ramdisk before the kernel", EifErrorKind.RamdiskBeforeKernel, () => Bytes(image => image.Sections.Insert(0, image.Sections[3]))),
        ("the command line before the kernel", EifErrorKind.CommandLineOrder, () => Bytes(image => image.Sections.Reverse(0, 2))),
        ("the command line after a ramdisk", EifErrorKind.CommandLineOrder, () => Bytes(image => (image.Sections[1], image.Sections[3]) = (image.Sections[3], image.Sections[1]))),
        ("a signature of 32,769 bytes", EifErrorKind.SectionTooLarge, () => Bytes(image => image.With(RawImage.Signature, new byte[32_769]))),
        ("metadata of a mebibyte and a byte", EifErrorKind.SectionTooLarge, () => Bytes(image => image.Sections[2] = (RawImage.Metadata, 0, new byte[(1 << 20) + 1]))),
        ("a command line of 65,537 bytes", EifErrorKind.SectionTooLarge, () => Bytes(image => image.Sections[1] = (RawImage.Cmdline, 0, [.. Enumerable.Repeat((byte)'a', 65_537)]))),
        ("an empty kernel", EifErrorKind.SectionEmpty, () => Bytes(image => image.Sections[0] = (RawImage.Kernel, 0, []))),
        ("a NUL in the command line", EifErrorKind.CommandLineText, () => Bytes(image => image.Sections[1] = (RawImage.Cmdline, 0, "quiet\0init=/bin/sh"u8.ToArray()))),
        ("a command line that is no UTF-8", EifErrorKind.CommandLineText, () => Bytes(image => image.Sections[1] = (RawImage.Cmdline, 0, [0x61, 0xff]))),
        ("metadata that is no JSON", EifErrorKind.MetadataJson, () => Bytes(image => image.Sections[2] = (RawImage.Metadata, 0, "{"u8.ToArray()))),
        ("metadata that is a list", EifErrorKind.MetadataJson, () => Bytes(image => image.Sections[2] = (RawImage.Metadata, 0, "[]"u8.ToArray()))),
        ("metadata a thousand deep", EifErrorKind.MetadataJson, () => Bytes(image => image.Sections[2] = (RawImage.Metadata, 0, [.. Enumerable.Repeat((byte)'[', 1000)]))),
        ("a wrong checksum", EifErrorKind.WrongCrc, () => Bytes(image => image.Crc = 0)),
        ("one bit of a ramdisk", EifErrorKind.WrongCrc, () => Flip(RawImage.Usual().Build(), ^1)),
        ("metadata in version 3", EifErrorKind.SectionOfLaterVersion, () => Bytes(image => image.Version = 3)),
        ("a signature in version 2", EifErrorKind.SectionOfLaterVersion, () => Bytes(image => { image.Sections.RemoveAt(2); image.With(RawImage.Signature, SomeSignature).Version = 2; })),
        ("a signature that is no CBOR", EifErrorKind.SignatureForm, () => Bytes(image => image.With(RawImage.Signature, [0xff]))),
        ("a signature with a byte after it", EifErrorKind.SignatureForm, () => Bytes(image => image.With(RawImage.Signature, [.. SomeSignature, 0]))),
        ("an empty signature", EifErrorKind.SignatureForm, () => Bytes(image => image.With(RawImage.Signature, []))),
    ];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_way_of_being_wrong_has_an_error_of_its_own(string name)
    {
        var (_, kind, bytes) = Wrong.Single(one => one.Name == name);
        foreach (var stream in new Stream[] { new MemoryStream(bytes()), new Unseekable(bytes()) })
        {
            Assert.False(EifReader.TryRead(stream, null, out var description, out var error));
            Assert.Null(description);
            Assert.True(kind == error.Kind, $"expected {kind}, found {error}");
            Assert.NotEmpty(error.Where);
            Assert.NotEmpty(error.Expected);
            Assert.NotEmpty(error.Found);
            Assert.Contains(kind.ToString(), error.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_kind_of_error_is_raised_by_one_of_these_cases() =>
        Assert.Equal(Enum.GetValues<EifErrorKind>().Order(), Wrong.Select(one => one.Kind).Distinct().Order());

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(29)]
    public void The_measurements_are_those_of_the_formats_description(int ramdisks)
    {
        var raw = new RawImage().With(RawImage.Kernel, RawImage.SomeKernel).With(RawImage.Cmdline, RawImage.SomeCmdline).With(RawImage.Metadata, RawImage.SomeMetadata);
        for (var i = 0; i < ramdisks; i++)
        {
            raw.With(RawImage.Ramdisk, [.. Enumerable.Range(0, 1000 * i).Select(value => (byte)value)]);
        }

        Assert.Equal(raw.Pcrs(), Pcrs(Read(raw.Build())));
    }

    [Fact]
    public void A_large_image_measures_the_same_on_one_thread_and_on_three_and_in_pieces()
    {
        var raw = RawImage.Usual();
        raw.Sections[3] = (RawImage.Ramdisk, 0, Large(5_000_003));
        raw.Sections[4] = (RawImage.Ramdisk, 0, Large(7_000_001));
        var bytes = raw.Build();
        var reports = new List<long>();
        foreach (var parallel in new[] { true, false })
        {
            var options = new EifReadOptions { Parallel = parallel, Progress = new Reports(reports) };
            Assert.True(EifReader.TryRead(new Unseekable(bytes), options, out var description, out _));
            Assert.Equal(raw.Pcrs(), Pcrs(description));
            Assert.Equal(bytes.Length, reports[^1]);
        }
    }

    [Fact]
    public void What_is_read_is_what_was_put_in()
    {
        var raw = RawImage.Usual();
        raw.Flags = 1;
        var image = Read(raw.With(RawImage.Signature, SomeSignature).Build());
        Assert.Equal(4, image.Version);
        Assert.Equal(EifArchitecture.Arm64, image.Architecture);
        Assert.Equal((1UL << 30, 2UL), (image.DefaultMemory, image.DefaultCpus));
        Assert.Equal("console=ttyS0 reboot=k", image.CommandLine);
        Assert.Equal(RawImage.SomeMetadata, image.Metadata!.Value.ToArray());
        Assert.Equal(raw.Sections.Select(section => (section.Type, (long)section.Data.Length)), image.Sections.Select(section => ((int)section.Type, section.Size)));
        Assert.Equal(raw.Build().Length, image.Size);
        Assert.True(image.CrcMatches);
        Assert.NotNull(image.Measurements.Pcr8);
    }

    /// <summary>Metadata, command line and signature of the largest size that is read; a byte more is among the wrong ones above.</summary>
    [Fact]
    public void The_largest_sections_are_read()
    {
        var raw = RawImage.Usual();
        raw.Sections[1] = (RawImage.Cmdline, 0, [.. Enumerable.Repeat((byte)'a', 65_536)]);
        raw.Sections[2] = (RawImage.Metadata, 0, [.. "{}"u8, .. Enumerable.Repeat((byte)' ', (1 << 20) - 2)]);
        Assert.Equal(raw.Pcrs(), Pcrs(Read(raw.Build())));
        raw.With(RawImage.Signature, new byte[32_768]);
        Assert.False(EifReader.TryRead(new MemoryStream(raw.Build()), null, out _, out var error));
        Assert.Equal(EifErrorKind.SignatureForm, error.Kind);
    }

    [Fact]
    public void An_image_may_begin_inside_a_stream_and_arrive_byte_by_byte()
    {
        var bytes = RawImage.Usual().Build();
        foreach (var stream in new Stream[] { new MemoryStream([.. new byte[777], .. bytes]) { Position = 777 }, new Unseekable(bytes) { AtOnce = 1 } })
        {
            Assert.True(EifReader.TryRead(stream, null, out var image, out _));
            Assert.Equal(RawImage.Usual().Pcrs(), Pcrs(image));
            Assert.Equal((548 + 12L, bytes.Length), (image.Sections[0].Offset, image.Size));
        }

        Assert.False(EifReader.TryRead(new MemoryStream(bytes) { Position = bytes.Length + 10 }, null, out _, out var error));
        Assert.Equal(EifErrorKind.HeaderTruncated, error.Kind);
    }

    [Fact]
    public void Bytes_that_move_across_a_border_change_PCR1_and_PCR2_though_not_PCR0()
    {
        var moved = RawImage.Usual();
        (moved.Sections[3], moved.Sections[4]) = ((RawImage.Ramdisk, 0, "first ramdisksec"u8.ToArray()), (RawImage.Ramdisk, 0, "ond"u8.ToArray()));
        var (before, after) = (Read(RawImage.Usual().Build()).Measurements, Read(moved.Build()).Measurements);
        Assert.Equal(before.Pcr0, after.Pcr0);
        Assert.NotEqual(before.Pcr1, after.Pcr1);
        Assert.NotEqual(before.Pcr2, after.Pcr2);
    }

    [Fact]
    public void A_wrong_checksum_can_be_read_past_and_is_told()
    {
        Assert.True(EifReader.TryRead(new MemoryStream(Bytes(image => image.Crc = 7)), new EifReadOptions { AllowWrongCrcUnsafe = true }, out var description, out _));
        Assert.False(description.CrcMatches);
        Assert.Equal(7u, description.StoredCrc);
    }

    [Theory]
    [InlineData(EifWarningKind.UnusedHeader)]
    [InlineData(EifWarningKind.LongCommandLine)]
    [InlineData(EifWarningKind.UntidyCommandLine)]
    [InlineData(EifWarningKind.OneRamdisk)]
    [InlineData(EifWarningKind.BuildTime)]
    [InlineData(EifWarningKind.KernelForm)]
    [InlineData(EifWarningKind.OldVersion)]
    [InlineData(EifWarningKind.DebuggingCommandLine)]
    [InlineData(EifWarningKind.EmptySection)]
    public void What_is_allowed_and_yet_worth_a_look_is_warned_of(EifWarningKind kind)
    {
        var bytes = Bytes(image =>
        {
            switch (kind)
            {
                case EifWarningKind.UnusedHeader: image.Offsets[20] = 5; break;
                case EifWarningKind.LongCommandLine: image.Sections[1] = (RawImage.Cmdline, 0, [.. Enumerable.Repeat((byte)'a', 2048)]); break;
                case EifWarningKind.UntidyCommandLine: image.Sections[1] = (RawImage.Cmdline, 0, "quiet\n"u8.ToArray()); break;
                case EifWarningKind.OneRamdisk: image.Sections.RemoveAt(4); break;
                case EifWarningKind.BuildTime: image.Sections[2] = (RawImage.Metadata, 0, """{"BuildMetadata":{"BuildTime":"2026-11-21T00:00:00Z"}}"""u8.ToArray()); break;
                case EifWarningKind.KernelForm: image.Sections[0] = (RawImage.Kernel, 0, [1, 2, 3]); break;
                case EifWarningKind.OldVersion: image.Sections.RemoveAt(2); image.Version = 3; break;
                case EifWarningKind.DebuggingCommandLine: image.Sections[1] = (RawImage.Cmdline, 0, "rdinit=/bin/sh"u8.ToArray()); break;
                case EifWarningKind.EmptySection: image.Sections[4] = (RawImage.Ramdisk, 0, []); break;
                default: throw new InvalidOperationException($"no case for {kind}");
            }
        });
        Assert.Equal([kind], Read(bytes).Warnings.Select(warning => warning.Kind));
        Assert.Empty(Read(RawImage.Usual().Build()).Warnings);
    }

    [Fact]
    public void A_stream_that_fails_says_so_and_leaves_no_thread_behind()
    {
        var raw = RawImage.Usual();
        raw.Sections[4] = (RawImage.Ramdisk, 0, Large(20_000_000));
        var failing = new Unseekable(raw.Build()) { FailsAt = 15_000_000 };
        Assert.Throws<IOException>(() => EifReader.TryRead(failing, null, out _, out _));
    }

    /// <summary>Damage anywhere: never an exception, never a wrong measurement, and memory stays small.</summary>
    [Fact]
    public void Ten_thousand_damaged_images_are_refused_or_measured_right()
    {
        var random = new Random(424242);
        var whole = RawImage.Usual().With(RawImage.Signature, SomeSignature).Build();
        int refused = 0, accepted = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 10_000; round++)
        {
            var bytes = Damage(random, whole);
            if (EifReader.TryRead(new MemoryStream(bytes), new EifReadOptions { AllowWrongCrcUnsafe = true, Parallel = false }, out var description, out var error))
            {
                accepted++;
                Assert.Equal(Naive(bytes), Pcrs(description));
                _ = description.Signature?.Verify(description.Measurements.Pcr0, DateTimeOffset.UnixEpoch);
            }
            else
            {
                refused++;
                Assert.NotEmpty(error.ToString());
            }
        }

        Assert.True(refused > 1000 && accepted > 1000, $"{refused} refused, {accepted} accepted");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 20_000_000_000, "a damaged image made the reader allocate");
    }

    private static byte[] Damage(Random random, byte[] whole)
    {
        var bytes = whole.ToArray();
        switch (random.Next(4))
        {
            case 0:
                return bytes[..random.Next(bytes.Length)];
            case 1:
                bytes[random.Next(548)] = (byte)random.Next(256);
                return bytes;
            case 2:
                for (var i = random.Next(1, 4); i > 0; i--)
                {
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                }

                return bytes;
            default:
                var (from, to, length) = (random.Next(bytes.Length), random.Next(bytes.Length), random.Next(1, 64));
                bytes.AsSpan(from, Math.Min(length, bytes.Length - from)).ToArray().AsSpan(0, Math.Min(length, Math.Min(bytes.Length - from, bytes.Length - to))).CopyTo(bytes.AsSpan(to));
                return bytes;
        }
    }

    /// <summary>The measurements by walking the sections, as AWS's reader does.</summary>
    private static (string, string, string) Naive(byte[] bytes)
    {
        var raw = new RawImage();
        for (var at = 548; at < bytes.Length;)
        {
            var (type, size) = ((bytes[at] << 8) | bytes[at + 1], (int)System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(at + 4)));
            raw.With(type, bytes[(at + 12)..(at + 12 + size)]);
            at += 12 + size;
        }

        return raw.Pcrs();
    }

    private static byte[] Bytes(Action<RawImage> change)
    {
        var image = RawImage.Usual();
        change(image);
        return image.Build();
    }

    private static byte[] Flip(byte[] bytes, Index at)
    {
        bytes[at] ^= 1;
        return bytes;
    }

    private static byte[] Large(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }

    private static EifDescription Read(byte[] bytes) =>
        EifReader.TryRead(new MemoryStream(bytes), null, out var description, out var error) ? description : throw new InvalidOperationException(error.ToString());

    private static (string, string, string) Pcrs(EifDescription image) => (image.Measurements.Pcr0.ToString(), image.Measurements.Pcr1.ToString(), image.Measurements.Pcr2.ToString());

    private sealed class Reports(List<long> all) : IProgress<long>
    {
        public void Report(long value) => all.Add(value);
    }

    /// <summary>A pipe: it gives a few bytes at a time, and cannot seek.</summary>
    private sealed class Unseekable(byte[] bytes) : Stream
    {
        private int _at;

        public int FailsAt { get; init; } = int.MaxValue;

        public int AtOnce { get; init; } = 61_337;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (_at >= FailsAt)
            {
                throw new IOException("the disk is broken");
            }

            var got = Math.Min(Math.Min(count, AtOnce), bytes.Length - _at);
            bytes.AsSpan(_at, got).CopyTo(buffer.AsSpan(offset));
            _at += got;
            return got;
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

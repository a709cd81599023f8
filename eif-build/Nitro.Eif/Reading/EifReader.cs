using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Nitro.Eif.Format;

namespace Nitro.Eif.Reading;

/// <summary>
/// Reads an enclave image that nobody vouches for: once, from its start to its end, in constant memory, measuring as it goes. Stateless and
/// thread-safe.
/// </summary>
/// <remarks>
/// AWS's reader follows the sequence of the sections and ignores the header's offsets; QEMU follows the offsets and ignores what lies
/// between. Both are held to here: the sections must follow one another without a gap and end where the file ends, so that every reader
/// sees the same image. Source: AWS's image-format repository.
/// </remarks>
public static class EifReader
{
    /// <summary>From this size on the hashes are worth threads of their own.</summary>
    private const long ParallelFrom = 8 << 20;

    /// <summary>Reads an image to its end.</summary>
    /// <param name="image">From its first byte; it need not be seekable. It is not closed.</param>
    /// <param name="options">Null is the default.</param>
    /// <param name="description">What it holds, when it is an image.</param>
    /// <param name="error">Why it is none, when it is not.</param>
    /// <returns>Whether it is an image in every respect but the truth of its signature.</returns>
    /// <exception cref="IOException">The stream failed. Nothing in its bytes throws.</exception>
    public static bool TryRead(
        Stream image, EifReadOptions? options, [NotNullWhen(true)] out EifDescription? description, [NotNullWhen(false)] out EifError? error)
    {
        ArgumentNullException.ThrowIfNull(image);
        options ??= new EifReadOptions();
        try
        {
            description = Read(image, options);
            error = null;
            return true;
        }
        catch (Refusal refusal)
        {
            (description, error) = (null, refusal.Error);
            return false;
        }
    }

    private static EifDescription Read(Stream image, EifReadOptions options)
    {
        var bytes = new byte[EifLimits.HeaderSize];
        var got = image.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        var header = ReadHeader(bytes.AsSpan(0, got));
        var used = header.SectionCount;
        var end = PlanEnd(header);
        if (image.CanSeek && image.Length - image.Position + EifLimits.HeaderSize < (long)end && image.Length - image.Position >= 0)
        {
            RefuseTruncated(header, (ulong)(image.Length - image.Position + EifLimits.HeaderSize));
        }

        using var pass = new MeasuringPass(options.Parallel && end >= ParallelFrom);
        pass.Take(bytes.AsSpan(0, EifHeader.CrcAt), MeasuringPass.Route.Unmeasured);
        var reading = new SectionReading(image, header, pass, options.Progress);
        for (var index = 0; index < used; index++)
        {
            reading.ReadSection(index);
        }

        if (image.ReadByte() >= 0)
        {
            throw Refuse(EifErrorKind.TrailingBytes, "image", (long)end, "the end of the file after the last section", "more bytes, which nothing measures");
        }

        return reading.Describe(options.AllowWrongCrcUnsafe);
    }

    private static EifHeader ReadHeader(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(EifHeader.Magic) && bytes.Length >= 4)
        {
            throw Refuse(EifErrorKind.NotAnImage, "magic", 0, "\".eif\" (2e 65 69 66)", $"{Convert.ToHexStringLower(bytes[..4])}: this is no enclave image");
        }

        if (bytes.Length < EifLimits.HeaderSize)
        {
            throw Refuse(
                EifErrorKind.HeaderTruncated,
                "header",
                bytes.Length,
                Number($"{EifLimits.HeaderSize} bytes"),
                Number($"the end of the file after {bytes.Length}"));
        }

        var header = EifHeader.Parse(bytes);
        if (header.Version is < 1 or > EifLimits.CurrentVersion)
        {
            throw Refuse(EifErrorKind.UnknownVersion, "version", 4, Number($"1 to {EifLimits.CurrentVersion}"), Number($"{header.Version}"));
        }

        if (header.Flags > 1)
        {
            throw Refuse(EifErrorKind.UnknownFlags, "flags", 6, "0 (x86_64) or 1 (aarch64)", Number($"0x{header.Flags:x4}"));
        }

        if (header.SectionCount is < EifLimits.MinimumSections or > EifLimits.MaximumSections)
        {
            throw Refuse(EifErrorKind.SectionCount, "number of sections", 0x1a,
                Number($"{EifLimits.MinimumSections} to {EifLimits.MaximumSections}"), Number($"{header.SectionCount}"));
        }

        return header;
    }

    /// <summary>Where the image must end, after the sections were found to follow one another.</summary>
    private static ulong PlanEnd(EifHeader header)
    {
        ulong expected = EifLimits.HeaderSize;
        for (var index = 0; index < header.SectionCount; index++)
        {
            var offset = header.Offsets[index];
            var where = Number($"offset of section {index}");
            var entry = 0x1c + (8 * index);
            if (offset < expected)
            {
                var loops = offset < EifLimits.HeaderSize || header.Offsets.Take(index).Contains(offset);
                throw Refuse(loops ? EifErrorKind.SectionLoop : EifErrorKind.SectionOverlap, where, entry,
                    Number($"{expected}, where the section before ends"),
                    Number($"{offset}, {(loops ? "which leads back to what was read before" : "inside the section before")}"));
            }

            if (offset > expected)
            {
                throw Refuse(EifErrorKind.SectionGap, where, entry, Number($"{expected}, where the section before ends"),
                    Number($"{offset}: {offset - expected} bytes in between belong to no section"));
            }

            var size = header.Sizes[index];
            if (size > long.MaxValue - expected - EifLimits.SectionHeaderSize)
            {
                throw Refuse(EifErrorKind.SectionTooLarge, Number($"size of section {index}"), 0x11c + (8 * index), "one that fits a file", Number($"{size}"));
            }

            expected += EifLimits.SectionHeaderSize + size;
        }

        return expected;
    }

    private static void RefuseTruncated(EifHeader header, ulong available)
    {
        var index = 0;
        while (header.Offsets[index] + EifLimits.SectionHeaderSize + header.Sizes[index] <= available)
        {
            index++;
        }

        throw Refuse(EifErrorKind.SectionTruncated, Number($"section {index}"), (long)available,
            Number($"{EifLimits.SectionHeaderSize + header.Sizes[index]} bytes from byte {header.Offsets[index]} on"),
            Number($"the end of the file at byte {available}"));
    }

    internal static Refusal Refuse(EifErrorKind kind, string where, long offset, string expected, string found) =>
        new(new EifError(kind, where, offset, expected, found));

    internal static string Number(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Carries an error out of the reading; never leaves this class.</summary>
    [SuppressMessage("Design", "CA1032", Justification = "It is caught where it is thrown.")]
    [SuppressMessage("Design", "CA1064", Justification = "It is caught where it is thrown.")]
    internal sealed class Refusal(EifError error) : Exception(error.ToString())
    {
        public EifError Error { get; } = error;
    }
}

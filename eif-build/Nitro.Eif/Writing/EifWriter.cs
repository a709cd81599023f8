using System.Text;
using Nitro.Eif.Format;
using Nitro.Eif.Reading;
using Nitro.Eif.Signing;

namespace Nitro.Eif.Writing;

/// <summary>Writes images: the same content gives the same bytes, on every machine and at every time. Stateless and thread-safe.</summary>
public static class EifWriter
{
    /// <summary>Half of a surrogate pair is an ArgumentException, rather than another character.</summary>
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes an image: kernel, command line, metadata, ramdisks, signature, in AWS's order.</summary>
    /// <param name="output">Empty, seekable and readable. Not closed.</param>
    /// <param name="content">What goes in.</param>
    /// <param name="signer">Signs PCR0; null leaves the image unsigned.</param>
    /// <param name="progress">Told the bytes written so far.</param>
    /// <returns>The image's measurements.</returns>
    /// <exception cref="ArgumentException">The content cannot become an image, or the output is not empty; the message says why.</exception>
    /// <exception cref="UnauthorizedAccessException">A source may not be read.</exception>
    /// <exception cref="IOException">A source or the output failed.</exception>
    public static EifMeasurements Write(Stream output, EifContent content, EifSigner? signer = null, IProgress<long>? progress = null)
    {
        CheckContent(content);
        var sections = new List<(EifSectionType, EifSource)>
        {
            (EifSectionType.Kernel, content.Kernel),
            (EifSectionType.CommandLine, EifSource.FromBytes(CheckCommandLine(content.CommandLine))),
            (EifSectionType.Metadata, EifSource.FromBytes(EncodeMetadata(content.Metadata))),
        };
        sections.AddRange(content.Ramdisks.Select(ramdisk => (EifSectionType.Ramdisk, ramdisk)));
        var header = new EifHeader { Version = EifLimits.CurrentVersion, Flags = (int)content.Architecture };
        return WriteSections(output, header, sections, signer, progress);
    }

    /// <summary>Writes an image anew with a signature by <paramref name="signer"/>; one that it had is left out. All measurements but PCR8 stay.</summary>
    /// <param name="open">Gives the image's file, seekable; called several times.</param>
    /// <param name="description">What was read from that file.</param>
    /// <param name="output">Empty, seekable and readable. Not closed.</param>
    /// <param name="signer">Signs PCR0.</param>
    /// <param name="progress">Told the bytes written so far.</param>
    /// <exception cref="ArgumentException">The image's version knows no signatures, or it has no room for one.</exception>
    /// <exception cref="IOException">The file or the output failed, or the file changed in between.</exception>
    public static EifMeasurements Sign(Func<Stream> open, EifDescription description, Stream output, EifSigner signer, IProgress<long>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(description);
        ArgumentNullException.ThrowIfNull(signer);
        if (description.Version < EifLimits.FirstSignedVersion)
        {
            throw new ArgumentException($"version {description.Version} of the format has no signatures: build the image anew", nameof(description));
        }

        var kept = description.Sections.Where(section => section.Type != EifSectionType.Signature)
            .Select(section => (section.Type, EifSource.FromPart(open, section.Offset, section.Size))).ToList();
        if (kept.Count == EifLimits.MaximumSections)
        {
            throw new ArgumentException($"the image has {kept.Count} sections, which leaves no room for a signature", nameof(description));
        }

        var header = new EifHeader
        {
            Version = description.Version,
            Flags = (int)description.Architecture,
            DefaultMemory = description.DefaultMemory,
            DefaultCpus = description.DefaultCpus,
        };
        var written = WriteSections(output, header, kept, signer, progress);
        return written with { Pcr8 = null } == description.Measurements with { Pcr8 = null }
            ? written
            : throw new IOException("the image changed while it was being signed");
    }

    private static EifMeasurements WriteSections(
        Stream output, EifHeader header, List<(EifSectionType Type, EifSource Source)> sections, EifSigner? signer, IProgress<long>? progress)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (!output.CanSeek || !output.CanRead || output.Length != 0 || output.Position != 0)
        {
            throw new ArgumentException("an image is written to an empty stream that can seek and read", nameof(output));
        }

        var offsets = new ulong[EifLimits.MaximumSections];
        var sizes = new ulong[EifLimits.MaximumSections];
        output.Write(new byte[EifLimits.HeaderSize]);
        EifMeasurements measurements;
        using (var pass = new MeasuringPass(parallel: true))
        {
            var ramdisks = 0;
            for (var index = 0; index < sections.Count; index++)
            {
                var (type, source) = sections[index];
                var route = type is EifSectionType.Metadata ? MeasuringPass.Route.Unmeasured
                    : type == EifSectionType.Ramdisk && ramdisks > 0 ? MeasuringPass.Route.Application : MeasuringPass.Route.Boot;
                var start = output.Position;
                output.Write(new byte[EifLimits.SectionHeaderSize]);
                using (var measured = new MeasuringStream(output, pass, route, progress))
                {
                    source.CopyTo(measured);
                }

                Close(index, type, start);
                if (type == EifSectionType.Ramdisk && ramdisks++ == 0)
                {
                    pass.EndBoot();
                }
            }

            measurements = pass.Finish().Measurements;
        }

        var count = sections.Count;
        if (signer is not null)
        {
            var start = output.Position;
            output.Write(new byte[EifLimits.SectionHeaderSize]);
            output.Write(signer.SignSection(measurements.Pcr0));
            Close(count++, EifSectionType.Signature, start);
            measurements = measurements with { Pcr8 = signer.Pcr8 };
        }

        WriteHeader(output, header with { SectionCount = count, Offsets = offsets, Sizes = sizes });
        return measurements;

        void Close(int index, EifSectionType type, long start)
        {
            var end = output.Position;
            offsets[index] = (ulong)start;
            sizes[index] = (ulong)(end - start - EifLimits.SectionHeaderSize);
            output.Position = start;
            output.Write(EifHeader.EncodeSectionHeader(type, sizes[index]));
            output.Position = end;
        }
    }

    private static void CheckContent(EifContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (content.Kernel is null || content.Ramdisks is null || content.Metadata is null || content.Ramdisks.Any(ramdisk => ramdisk is null))
        {
            throw new ArgumentException("the kernel, the metadata or a ramdisk is null", nameof(content));
        }

        if (!Enum.IsDefined(content.Architecture))
        {
            throw new ArgumentException($"there is no architecture {(int)content.Architecture}", nameof(content));
        }

        if (content.Ramdisks.Count is < 1 or > EifLimits.MaximumSections - 4)
        {
            throw new ArgumentException($"an image has 1 to {EifLimits.MaximumSections - 4} ramdisks, not {content.Ramdisks.Count}", nameof(content));
        }

        if (content.Kernel.Length == 0)
        {
            throw new ArgumentException("the kernel is empty", nameof(content));
        }
    }

    /// <summary>The checksum begins with the header, which is known last: what was written is read once more.</summary>
    private static void WriteHeader(Stream output, EifHeader header)
    {
        var bytes = header.Encode();
        var crc = new Crc32();
        crc.Append(bytes.AsSpan(0, EifHeader.CrcAt));
        var buffer = new byte[MeasuringPass.BlockSize];
        output.Position = EifLimits.HeaderSize;
        for (int read; (read = output.Read(buffer)) > 0;)
        {
            crc.Append(buffer.AsSpan(0, read));
        }

        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(EifHeader.CrcAt), crc.Value);
        output.Position = 0;
        output.Write(bytes);
        output.Position = output.Length;
        output.Flush();
    }

    private static byte[] CheckCommandLine(string text)
    {
        if (string.IsNullOrEmpty(text) || text.Trim() != text || text[0] == '\uFEFF' || text.Any(one => char.IsControl(one) || one == '\uFFFD'))
        {
            throw new ArgumentException(
                "the command line is one line of text, without white space at its ends, a byte order mark, control characters or bytes that are no UTF-8");
        }

        var bytes = Strict.GetBytes(text);
        return bytes.Length < EifLimits.KernelCommandLineSize
            ? bytes
            : throw new ArgumentException(
                $"the command line has {bytes.Length} bytes; Linux keeps {EifLimits.KernelCommandLineSize - 1} and would drop the rest");
    }

    private static byte[] EncodeMetadata(EifMetadata metadata)
    {
        string?[] texts =
        [
            metadata.ImageName, metadata.ImageVersion, metadata.BuildTime, metadata.BuildTool, metadata.BuildToolVersion, metadata.OperatingSystem,
            metadata.KernelVersion,
        ];
        if (texts.Contains(null))
        {
            throw new ArgumentException("a text of the metadata is null, which AWS's tools do not read");
        }

        byte[] json;
        try
        {
            json = metadata.Encode();
        }
        catch (InvalidOperationException exception)
        {
            throw new ArgumentException($"the metadata is no JSON that can be written: {exception.Message}", exception);
        }

        if (json.Length > EifLimits.MaximumMetadataSize)
        {
            throw new ArgumentException($"the metadata has {json.Length} bytes and may have {EifLimits.MaximumMetadataSize}");
        }

        return MetadataJson.Fault(json) is { } fault ? throw new ArgumentException($"the metadata would not be read again: {fault}") : json;
    }
}

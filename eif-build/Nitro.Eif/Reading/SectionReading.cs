using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Nitro.Eif.Format;
using Nitro.Eif.Signing;
using static Nitro.Eif.Reading.EifReader;

namespace Nitro.Eif.Reading;

/// <summary>The state of one reading: what was seen so far, and the rules of which section may follow.</summary>
internal sealed class SectionReading(Stream image, EifHeader header, MeasuringPass pass, IProgress<long>? progress)
{
    private readonly List<EifSection> _sections = [];
    private readonly byte[] _kernelStart = new byte[0x206];
    private long _position = EifLimits.HeaderSize;
    private byte[]? _commandLine, _metadata, _signature;
    private int _ramdisks;

    /// <summary>The first section that stands where it may not. Told at the end: a missing kernel is the better answer, and only the end shows it.</summary>
    private EifError? _disorder;

    /// <summary>Reads the section's header and data, which the header's table has promised to lie here.</summary>
    public void ReadSection(int index)
    {
        Span<byte> head = stackalloc byte[EifLimits.SectionHeaderSize];
        if (image.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length)
        {
            throw Refuse(
                EifErrorKind.SectionTruncated,
                Number($"section {index}"),
                _position,
                Number($"a header of {head.Length} bytes"),
                "the end of the file");
        }

        pass.Take(head, MeasuringPass.Route.Unmeasured);
        var type = CheckHead(index, head);
        _position += head.Length;
        var size = (long)header.Sizes[index];
        _sections.Add(new EifSection(index, type, _position, size));
        switch (type)
        {
            case EifSectionType.CommandLine:
                _commandLine = ReadSmall(index, type, size, EifLimits.MaximumCommandLineSize, MeasuringPass.Route.Boot);
                CheckCommandLine(index);
                break;
            case EifSectionType.Metadata:
                _metadata = ReadSmall(index, type, size, EifLimits.MaximumMetadataSize, MeasuringPass.Route.Unmeasured);
                CheckMetadata(index);
                break;
            case EifSectionType.Signature:
                _signature = ReadSmall(index, type, size, EifLimits.MaximumSignatureSize, MeasuringPass.Route.Unmeasured);
                break;
            case EifSectionType.Kernel:
                ReadLarge(index, size, MeasuringPass.Route.Boot);
                break;
            default:
                ReadLarge(index, size, _ramdisks == 0 ? MeasuringPass.Route.Boot : MeasuringPass.Route.Application);
                if (_ramdisks++ == 0)
                {
                    pass.EndBoot();
                }

                break;
        }

        _position += size;
        progress?.Report(_position);
    }

    /// <summary>What was read, once every section was.</summary>
    public EifDescription Describe(bool allowWrongCrc)
    {
        Require(Has(EifSectionType.Kernel), EifErrorKind.NoKernel, "a kernel");
        Require(_commandLine is not null, EifErrorKind.NoCommandLine, "a command line");
        Require(_ramdisks > 0, EifErrorKind.NoRamdisk, "a ramdisk: without one nothing runs");
        Require(header.Version < 4 || _metadata is not null, EifErrorKind.NoMetadata, "metadata, which version 4 requires");
        if (_disorder is not null)
        {
            throw new Refusal(_disorder);
        }

        var signature = ReadSignature();
        var (measurements, crc) = pass.Finish();
        if (crc != header.Crc && !allowWrongCrc)
        {
            throw Refuse(
                EifErrorKind.WrongCrc,
                "CRC-32",
                EifHeader.CrcAt,
                Number($"{crc:x8}, that of the file"),
                Number($"{header.Crc:x8} in the header: the file was damaged or changed"));
        }

        // Said this way, since a null array would become memory without content.
        var metadata = _metadata is null ? default(ReadOnlyMemory<byte>?) : _metadata;
        return new EifDescription
        {
            Version = header.Version,
            Architecture = (EifArchitecture)header.Flags,
            DefaultMemory = header.DefaultMemory,
            DefaultCpus = header.DefaultCpus,
            Size = _position,
            Sections = _sections,
            Measurements = measurements with { Pcr8 = signature?.Pcr8 },
            CommandLine = Encoding.UTF8.GetString(_commandLine!),
            Metadata = metadata,
            Signature = signature,
            StoredCrc = header.Crc,
            ComputedCrc = crc,
            Warnings = Warnings.Collect(header, _sections, _commandLine!, _kernelStart, metadata),
        };
    }

    private bool Has(EifSectionType type) => _sections.Exists(section => section.Type == type);

    private EifSectionType CheckHead(int index, ReadOnlySpan<byte> head)
    {
        var type = (EifSectionType)BinaryPrimitives.ReadUInt16BigEndian(head);
        var flags = BinaryPrimitives.ReadUInt16BigEndian(head[2..]);
        var size = BinaryPrimitives.ReadUInt64BigEndian(head[4..]);
        if (!Enum.IsDefined(type))
        {
            throw Refuse(EifErrorKind.UnknownSectionType, Number($"type of section {index}"), _position,
                "1 (kernel), 2 (cmdline), 3 (ramdisk), 4 (signature) or 5 (metadata)", Number($"{(int)type}"));
        }

        if (flags != 0)
        {
            throw Refuse(EifErrorKind.SectionFlags, Number($"flags of section {index} ({type.Name()})"), _position + 2, "0", Number($"0x{flags:x4}"));
        }

        if (size != header.Sizes[index])
        {
            throw Refuse(EifErrorKind.SectionSizeDiffers, Number($"size of section {index} ({type.Name()})"), _position + 4,
                Number($"{header.Sizes[index]}, as the image's header says"), Number($"{size}"));
        }

        if (size == 0 && type == EifSectionType.Kernel)
        {
            throw Refuse(EifErrorKind.SectionEmpty, Number($"section {index} ({type.Name()})"), _position, "content", "none");
        }

        CheckOrder(index, type);
        return type;
    }

    /// <summary>The order in which things are measured is that of the file: it has to be the one that the measurements are defined by.</summary>
    private void CheckOrder(int index, EifSectionType type)
    {
        var second = type switch
        {
            EifSectionType.Kernel => EifErrorKind.SecondKernel,
            EifSectionType.CommandLine => EifErrorKind.SecondCommandLine,
            EifSectionType.Signature => EifErrorKind.SecondSignature,
            EifSectionType.Metadata => EifErrorKind.SecondMetadata,
            _ => default,
        };
        var where = Number($"section {index} ({type.Name()})");
        if (second != default && _sections.Find(one => one.Type == type) is { } first)
        {
            throw Refuse(second, where, _position, $"one {type.Name()}", Number($"another one: section {first.Index} is the first"));
        }

        if (type == EifSectionType.Ramdisk && !Has(EifSectionType.Kernel))
        {
            _disorder ??= new EifError(EifErrorKind.RamdiskBeforeKernel, where, _position, "the kernel before the ramdisks", "a ramdisk first");
        }

        if ((type == EifSectionType.CommandLine && (!Has(EifSectionType.Kernel) || _ramdisks > 0))
            || (type == EifSectionType.Ramdisk && !Has(EifSectionType.CommandLine)))
        {
            const string Order = "the cmdline after the kernel and before the first ramdisk, in which order they are measured";
            _disorder ??= new EifError(EifErrorKind.CommandLineOrder, where, _position, Order, "another order");
        }

        if ((type == EifSectionType.Signature && header.Version < EifLimits.FirstSignedVersion) || (type == EifSectionType.Metadata && header.Version < 4))
        {
            throw Refuse(EifErrorKind.SectionOfLaterVersion, where, _position, Number($"none in version {header.Version}"), $"a {type.Name()} section");
        }
    }

    private byte[] ReadSmall(int index, EifSectionType type, long size, int maximum, MeasuringPass.Route route)
    {
        if (size > maximum)
        {
            throw Refuse(
                EifErrorKind.SectionTooLarge,
                Number($"size of section {index} ({type.Name()})"),
                _position,
                Number($"at most {maximum} bytes"),
                Number($"{size}"));
        }

        var content = new byte[size];
        var got = image.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        if (got < size)
        {
            throw Truncated(index, size, got);
        }

        pass.Take(content, route);
        return content;
    }

    private void ReadLarge(int index, long size, MeasuringPass.Route route)
    {
        for (long done = 0; done < size;)
        {
            var room = pass.NextBlock();
            var wanted = (int)Math.Min(room.Length, size - done);
            var got = image.ReadAtLeast(room.Span[..wanted], wanted, throwOnEndOfStream: false);
            if (got < wanted)
            {
                throw Truncated(index, size, done + got);
            }

            if (_sections[^1].Type == EifSectionType.Kernel && done == 0)
            {
                room.Span[..Math.Min(got, _kernelStart.Length)].CopyTo(_kernelStart);
            }

            pass.Take(got, route);
            done += got;
            progress?.Report(_position + done);
        }
    }

    private Refusal Truncated(int index, long size, long got) => Refuse(
        EifErrorKind.SectionTruncated,
        Number($"section {index} ({_sections[^1].Type.Name()})"),
        _position + got,
        Number($"{size} bytes"),
        Number($"the end of the file after {got}"));

    private void CheckCommandLine(int index)
    {
        var nul = _commandLine.AsSpan().IndexOf((byte)0);
        if (nul >= 0 || !Utf8.IsValid(_commandLine))
        {
            throw Refuse(EifErrorKind.CommandLineText, Number($"section {index} (cmdline)"), _position + Math.Max(nul, 0),
                "text without a NUL", nul >= 0 ? "a NUL: the kernel stops reading there, the measurements do not" : "bytes that are no UTF-8");
        }
    }

    private void CheckMetadata(int index)
    {
        if (MetadataJson.Fault(_metadata) is { } fault)
        {
            throw Refuse(EifErrorKind.MetadataJson, Number($"section {index} (metadata)"), _position, "a JSON object", fault);
        }
    }

    private EifSignature? ReadSignature()
    {
        if (_signature is null)
        {
            return null;
        }

        var section = _sections.Find(one => one.Type == EifSectionType.Signature)!;
        return EifSignature.TryParse(_signature, out var signature, out var error)
            ? signature
            : throw Refuse(EifErrorKind.SignatureForm, Number($"section {section.Index} (signature), {error!.Where}"),
                error.Offset < 0 ? section.Offset : section.Offset + error.Offset, error.Expected, error.Found);
    }

    private static void Require(bool condition, EifErrorKind kind, string expected)
    {
        if (!condition)
        {
            throw Refuse(kind, "image", -1, expected, "none");
        }
    }
}

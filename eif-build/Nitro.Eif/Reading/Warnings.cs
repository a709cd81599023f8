using System.Text;
using System.Text.Json;
using Nitro.Eif.Format;
using static Nitro.Eif.Reading.EifReader;

namespace Nitro.Eif.Reading;

/// <summary>What a reader of an image should know though it is allowed.</summary>
internal static class Warnings
{
    /// <summary>Parameters of the kernel that hand someone else the enclave, or print what happens in it.</summary>
    private static readonly string[] Debugging = ["debug", "ignore_loglevel", "earlyprintk", "earlycon", "kgdboc", "kgdbwait", "init", "rdinit"];

    public static IReadOnlyList<EifWarning> Collect(
        EifHeader header, IReadOnlyList<EifSection> sections, ReadOnlySpan<byte> commandLine, ReadOnlySpan<byte> kernel, ReadOnlyMemory<byte>? metadata)
    {
        var warnings = new List<EifWarning>();
        if (header.Version < EifLimits.CurrentVersion)
        {
            Add(
                EifWarningKind.OldVersion,
                Number($"the format's version is {header.Version}; {EifLimits.CurrentVersion} is current, and QEMU boots nothing older"));
        }

        var beyond = Enumerable.Range(header.SectionCount, EifLimits.MaximumSections - header.SectionCount);
        if (header.Reserved != 0 || header.Unused != 0 || beyond.Any(place => header.Offsets[place] != 0 || header.Sizes[place] != 0))
        {
            Add(EifWarningKind.UnusedHeader, "places of the header that should be zero are not; nothing measures them");
        }

        AddCommandLine(commandLine);
        var magic = header.Flags == 0
            ? kernel.Slice(0x202, 4).SequenceEqual("HdrS"u8)
            : kernel.Slice(0x38, 4).SequenceEqual("ARM\x64"u8) || kernel[..2].SequenceEqual("MZ"u8);
        if (!magic)
        {
            Add(
                EifWarningKind.KernelForm,
                $"the kernel does not begin as one for {((EifArchitecture)header.Flags).Name()} does ({(header.Flags == 0 ? "a bzImage" : "an Image")})");
        }

        foreach (var empty in sections.Where(section => section.Size == 0))
        {
            Add(EifWarningKind.EmptySection, Number($"section {empty.Index} ({empty.Type.Name()}) has no content"));
        }

        if (sections.Count(section => section.Type == EifSectionType.Ramdisk) == 1)
        {
            Add(EifWarningKind.OneRamdisk, "there is one ramdisk, so PCR2 is that of no content: PCR1 covers the application as well");
        }

        if (metadata is { } json && BuildTime(json) is { } time)
        {
            Add(EifWarningKind.BuildTime, $"the metadata says it was built at {time}: building it again gives other bytes, though the same PCRs");
        }

        return warnings;

        void Add(EifWarningKind kind, string text) => warnings.Add(new EifWarning(kind, new Attestation.FormatError("", -1, "", text).Found));

        void AddCommandLine(ReadOnlySpan<byte> bytes)
        {
            var text = Encoding.UTF8.GetString(bytes);
            if (bytes.Length >= EifLimits.KernelCommandLineSize)
            {
                Add(
                    EifWarningKind.LongCommandLine,
                    Number($"the cmdline has {bytes.Length} bytes; Linux keeps {EifLimits.KernelCommandLineSize - 1} and drops the rest without a word"));
            }

            if (text.Trim() != text || text.Any(char.IsControl))
            {
                Add(EifWarningKind.UntidyCommandLine, "the cmdline begins or ends with white space, or has control characters in it; all of it is measured");
            }

            var found = text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries).Select(Name).Where(Debugging.Contains).Distinct().ToArray();
            if (found.Length > 0)
            {
                Add(EifWarningKind.DebuggingCommandLine, $"the cmdline holds {string.Join(", ", found)}, which no production image needs");
            }
        }
    }

    /// <summary>A parameter's name as the kernel compares it: without quotes around it, and - is _ (its <c>kernel/params.c</c>).</summary>
    private static string Name(string parameter) => parameter.Trim('"').Split('=')[0].Replace('-', '_');

    /// <summary>The member that nitro-cli writes, if it has content.</summary>
    private static string? BuildTime(ReadOnlyMemory<byte> metadata)
    {
        using var json = JsonDocument.Parse(metadata);
        return json.RootElement.TryGetProperty("BuildMetadata", out var build) && build.ValueKind == JsonValueKind.Object
            && build.TryGetProperty("BuildTime", out var time) && time.ValueKind == JsonValueKind.String && time.GetString() is { Length: > 0 and < 100 } text
            ? text
            : null;
    }
}

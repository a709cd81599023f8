namespace Nitro.Eif.Reading;

/// <summary>Why bytes are no enclave image. The numbers stay: a kind that is no longer raised keeps its own, a new one gets the next.</summary>
public enum EifErrorKind
{
    /// <summary>There are fewer bytes than the header has.</summary>
    HeaderTruncated = 1,

    /// <summary>The first four bytes are not ".eif".</summary>
    NotAnImage = 2,

    /// <summary>A version of the format that nobody has defined.</summary>
    UnknownVersion = 3,

    /// <summary>A flag that nobody has defined.</summary>
    UnknownFlags = 4,

    /// <summary>Fewer sections than can boot, or more than the header has room for.</summary>
    SectionCount = 5,

    /// <summary>A section begins inside an earlier one.</summary>
    SectionOverlap = 6,

    /// <summary>A section begins where an earlier one began, or inside the header: readers that follow the offsets would go in a circle.</summary>
    SectionLoop = 7,

    /// <summary>There are bytes between two sections that belong to neither: readers by offset and readers by sequence would see different images.</summary>
    SectionGap = 8,

    /// <summary>The header and the section's own header disagree about its size.</summary>
    SectionSizeDiffers = 9,

    /// <summary>The file ends inside a section.</summary>
    SectionTruncated = 10,

    /// <summary>There are bytes after the last section.</summary>
    TrailingBytes = 11,

    /// <summary>A type of section that nobody has defined.</summary>
    UnknownSectionType = 12,

    /// <summary>A flag of a section is set; none is defined.</summary>
    SectionFlags = 13,

    /// <summary>There is no kernel.</summary>
    NoKernel = 14,

    /// <summary>There is no command line.</summary>
    NoCommandLine = 15,

    /// <summary>There is no ramdisk.</summary>
    NoRamdisk = 16,

    /// <summary>There are two kernels.</summary>
    SecondKernel = 17,

    /// <summary>There are two command lines.</summary>
    SecondCommandLine = 18,

    /// <summary>There are two signatures.</summary>
    SecondSignature = 19,

    /// <summary>There are two metadata sections.</summary>
    SecondMetadata = 20,

    /// <summary>A ramdisk stands before the kernel.</summary>
    RamdiskBeforeKernel = 21,

    /// <summary>The command line does not stand between the kernel and the first ramdisk, so that it is not clear in which order things are measured.</summary>
    CommandLineOrder = 22,

    /// <summary>Version 4 requires metadata, and there is none.</summary>
    NoMetadata = 23,

    /// <summary>A section is larger than its kind may be.</summary>
    SectionTooLarge = 24,

    /// <summary>The kernel has no content.</summary>
    SectionEmpty = 25,

    /// <summary>The command line is no text, or holds a NUL, at which the kernel would stop reading.</summary>
    CommandLineText = 26,

    /// <summary>The metadata is no JSON object.</summary>
    MetadataJson = 27,

    /// <summary>The checksum in the header is not that of the file: it was damaged, or changed by hand.</summary>
    WrongCrc = 28,

    /// <summary>A signature or metadata section in a version that has none.</summary>
    SectionOfLaterVersion = 29,

    /// <summary>The signature section is not what nitro-cli writes.</summary>
    SignatureForm = 30,
}

namespace Nitro.Eif.Format;

/// <summary>
/// Sizes of the format and bounds of what is read. Source: AWS's image-format repository (<c>src/defs/mod.rs</c>) unless something else is
/// said.
/// </summary>
public static class EifLimits
{
    /// <summary>Bytes of the image's header.</summary>
    public const int HeaderSize = 548;

    /// <summary>Bytes of the header before each section's data.</summary>
    public const int SectionHeaderSize = 12;

    /// <summary>Sections that the header has room for.</summary>
    public const int MaximumSections = 32;

    /// <summary>A kernel and a command line at least.</summary>
    public const int MinimumSections = 2;

    /// <summary>The newest version of the format, and what is written.</summary>
    public const int CurrentVersion = 4;

    /// <summary>The first version that may carry a signature section.</summary>
    public const int FirstSignedVersion = 3;

    /// <summary>Bytes of a signature section at most.</summary>
    public const int MaximumSignatureSize = 32_768;

    /// <summary>
    /// Bytes of a metadata section at most; ours to choose. What nitro-cli writes has a few thousand: its own limit for custom metadata is
    /// 4,096.
    /// </summary>
    public const int MaximumMetadataSize = 1 << 20;

    /// <summary>
    /// Bytes of a command line at most when reading; ours to choose. Linux itself keeps 2,048 on x86_64 and arm64
    /// (<c>COMMAND_LINE_SIZE</c>).
    /// </summary>
    public const int MaximumCommandLineSize = 1 << 16;

    /// <summary>Bytes of its command line that Linux keeps; the rest is cut off without a word.</summary>
    public const int KernelCommandLineSize = 2_048;
}

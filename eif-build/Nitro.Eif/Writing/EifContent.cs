using Nitro.Eif.Format;

namespace Nitro.Eif.Writing;

/// <summary>What an image is made of. Immutable.</summary>
public sealed record EifContent
{
    /// <summary>The kernel: a bzImage for x86_64, an Image for arm64.</summary>
    public required EifSource Kernel { get; init; }

    /// <summary>The kernel's command line: 1 to 2,047 bytes of UTF-8 without control characters, a byte order mark or white space at its ends.</summary>
    public required string CommandLine { get; init; }

    /// <summary>The ramdisks, at least one; nitro-cli's composition has two, of which the second is the application.</summary>
    public required IReadOnlyList<EifSource> Ramdisks { get; init; }

    /// <summary>Who built it; unmeasured.</summary>
    public required EifMetadata Metadata { get; init; }

    /// <summary>The processor it is for.</summary>
    public EifArchitecture Architecture { get; init; }
}

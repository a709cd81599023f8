using Nitro.Eif.Format;
using Nitro.Eif.Signing;

namespace Nitro.Eif.Reading;

/// <summary>
/// What an image holds and how it measures, after every byte of it was read. It was written by whoever wrote the image: only what the
/// measurements cover can be attested, and of that only the measurements. Immutable.
/// </summary>
public sealed class EifDescription
{
    internal EifDescription()
    {
    }

    /// <summary>The format's version, 1 to 4.</summary>
    public required int Version { get; init; }

    /// <summary>The processor it is for. Not measured; the kernel is.</summary>
    public required EifArchitecture Architecture { get; init; }

    /// <summary>Bytes of memory that the header names. Nothing reads it and nothing measures it.</summary>
    public required ulong DefaultMemory { get; init; }

    /// <summary>Processors that the header names. Nothing reads it and nothing measures it.</summary>
    public required ulong DefaultCpus { get; init; }

    /// <summary>Bytes of the image.</summary>
    public required long Size { get; init; }

    /// <summary>The sections, in the order of the file: 3 to 32.</summary>
    public required IReadOnlyList<EifSection> Sections { get; init; }

    /// <summary>The PCRs that an enclave from this image shows.</summary>
    public required EifMeasurements Measurements { get; init; }

    /// <summary>The kernel's command line as it stands there: it may hold control characters, so it is not fit for a terminal as it is.</summary>
    public required string CommandLine { get; init; }

    /// <summary>
    /// The metadata's JSON in UTF-8, an object at most 64 deep whose texts are Unicode, or null in a version without. A member may occur
    /// twice. Not measured.
    /// </summary>
    public required ReadOnlyMemory<byte>? Metadata { get; init; }

    /// <summary>The signature, or null for an image that is not signed. Its form is right; <see cref="EifSignature.Verify"/> says whether it holds.</summary>
    public required EifSignature? Signature { get; init; }

    /// <summary>The checksum in the header.</summary>
    public required uint StoredCrc { get; init; }

    /// <summary>The checksum of the file.</summary>
    public required uint ComputedCrc { get; init; }

    /// <summary>Whether the two are the same. Always, unless <see cref="EifReadOptions.AllowWrongCrcUnsafe"/> was chosen.</summary>
    public bool CrcMatches => StoredCrc == ComputedCrc;

    /// <summary>What is allowed and yet worth a look.</summary>
    public required IReadOnlyList<EifWarning> Warnings { get; init; }
}

using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nitro.Eif.Writing;

/// <summary>
/// The metadata section, with the members that nitro-cli writes. Nothing measures it, so nobody can rely on it; it is what
/// <c>describe-eif</c> shows. Immutable.
/// </summary>
public sealed record EifMetadata
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 1000 };

    /// <summary>The image's name.</summary>
    public required string ImageName { get; init; }

    /// <summary>The image's version.</summary>
    public string ImageVersion { get; init; } = "1.0";

    /// <summary>When it was built. Empty by default: a time would make two builds of one image differ.</summary>
    public string BuildTime { get; init; } = "";

    /// <summary>What built it.</summary>
    public string BuildTool { get; init; } = "nitro-eif";

    /// <summary>The version of what built it.</summary>
    public string BuildToolVersion { get; init; } = typeof(EifMetadata).Assembly.GetName().Version?.ToString(3) ?? "";

    /// <summary>The kernel's operating system.</summary>
    public string OperatingSystem { get; init; } = "Linux";

    /// <summary>The kernel's version.</summary>
    public string KernelVersion { get; init; } = "Unknown";

    /// <summary>
    /// A JSON value of the builder's own, at most 63 deep, which keeps the whole at the 64 that readers take. It is not copied: do not
    /// change it afterwards.
    /// </summary>
    public JsonNode? CustomMetadata { get; init; }

    /// <summary>The section's JSON, in a fixed order.</summary>
    /// <exception cref="InvalidOperationException"><see cref="CustomMetadata"/> was read from JSON that is too deep or whose texts are no Unicode.</exception>
    [SuppressMessage("Maintainability", "CA1507", Justification = "The members of the JSON have their own names, which happen to be ours.")]
    public byte[] Encode() => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["ImageName"] = ImageName,
        ["ImageVersion"] = ImageVersion,
        ["BuildMetadata"] = new JsonObject
        {
            ["BuildTime"] = BuildTime,
            ["BuildTool"] = BuildTool,
            ["BuildToolVersion"] = BuildToolVersion,
            ["OperatingSystem"] = OperatingSystem,
            ["KernelVersion"] = KernelVersion,
        },
        ["DockerInfo"] = new JsonObject(),
        ["CustomMetadata"] = CustomMetadata?.DeepClone() ?? new JsonObject(),
    }.ToJsonString(Compact));

    /// <summary>
    /// The version that a bzImage carries, or null for what is no bzImage. Source: the kernel's documentation, x86/boot (<c>kernel_version</c>).
    /// </summary>
    /// <param name="start">The file's first bytes, at least 64 KiB of a larger one.</param>
    public static string? ReadKernelVersion(ReadOnlySpan<byte> start)
    {
        const int magicAt = 0x202, versionAt = 0x20e, longest = 256;
        if (start.Length < 0x210 || !start.Slice(magicAt, 4).SequenceEqual("HdrS"u8))
        {
            return null;
        }

        var at = BinaryPrimitives.ReadUInt16LittleEndian(start[versionAt..]) + 0x200;
        if (at == 0x200 || at >= start.Length)
        {
            return null;
        }

        var text = start[at..Math.Min(at + longest, start.Length)];
        var end = text.IndexOfAny((byte)0, (byte)' ');
        return end > 0 && text[..end].IndexOfAnyExceptInRange((byte)'!', (byte)'~') < 0 ? Encoding.ASCII.GetString(text[..end]) : null;
    }
}

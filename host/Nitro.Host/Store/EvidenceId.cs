using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Nitro.Host.Store;

/// <summary>The id of stored evidence: 128 random bits, written as 32 lower-case hexadecimal digits. Whoever knows it and may use the gateway may read the evidence.</summary>
internal readonly record struct EvidenceId
{
    /// <summary>Bytes of an id.</summary>
    public const int Size = 16;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    private EvidenceId(string text) => Text = text;

    /// <summary>The 32 digits.</summary>
    public string Text { get; }

    /// <summary>A new id.</summary>
    /// <param name="fill">Fills a span with random bytes.</param>
    public static EvidenceId Create(RandomBytes fill)
    {
        Span<byte> bytes = stackalloc byte[Size];
        fill(bytes);
        return new EvidenceId(Convert.ToHexStringLower(bytes));
    }

    /// <summary>Reads an id; false for any other text.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out EvidenceId id)
    {
        var fits = text is { Length: 2 * Size } && !text.AsSpan().ContainsAnyExcept(Digits);
        id = fits ? new EvidenceId(text!) : default;
        return fits;
    }
}

/// <summary>A source of random bytes.</summary>
internal delegate void RandomBytes(Span<byte> destination);

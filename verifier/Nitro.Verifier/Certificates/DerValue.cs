namespace Nitro.Verifier.Certificates;

/// <summary>Where one DER value lies in the bytes it was read from.</summary>
/// <param name="Start">Offset of the identifier octet.</param>
/// <param name="ContentStart">Offset of the first content octet.</param>
/// <param name="End">Offset of the first octet after the content.</param>
internal readonly record struct DerValue(int Start, int ContentStart, int End)
{
    /// <summary>Number of content octets.</summary>
    public int ContentLength => End - ContentStart;

    /// <summary>Identifier, length and content octets.</summary>
    public ReadOnlySpan<byte> Whole(ReadOnlySpan<byte> bytes) => bytes[Start..End];

    /// <summary>The content octets.</summary>
    public ReadOnlySpan<byte> Content(ReadOnlySpan<byte> bytes) => bytes[ContentStart..End];
}

using System.Text;
using Nitro.Attestation;

namespace Nitro.Verifier.Certificates;

/// <summary>Bytes as text for error messages: bounded, and safe to print whatever the bytes are.</summary>
internal static class ByteText
{
    /// <summary>More bytes than this are cut, so that a message stays one line. It shows an algorithm or a serial number in full.</summary>
    public const int MaximumBytes = 24;

    /// <summary>More characters than this are cut: it shows every name that AWS uses in full.</summary>
    public const int MaximumCharacters = 128;

    /// <summary>Upper-case hex of at most <see cref="MaximumBytes"/> bytes, and how many there are when that is not all of them.</summary>
    public static string Hex(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return "no bytes";
        }

        return bytes.Length <= MaximumBytes
            ? Convert.ToHexString(bytes)
            : $"{Convert.ToHexString(bytes[..MaximumBytes])}... ({bytes.Length} bytes)";
    }

    /// <summary>At most <see cref="MaximumCharacters"/>: printable ASCII as it is, everything else as a question mark, so that no byte can steer a terminal.</summary>
    public static string Printable(ReadOnlySpan<byte> bytes) => bytes.Length <= MaximumCharacters
        ? Ascii(Encoding.Latin1.GetString(bytes))
        : $"{Ascii(Encoding.Latin1.GetString(bytes[..MaximumCharacters]))}... ({bytes.Length} bytes)";

    /// <summary>As for bytes.</summary>
    public static string Printable(string text) => Clip(text, Ascii);

    /// <summary>Text of whatever script in quotation marks: clipped, and fit for a terminal and a log.</summary>
    public static string Quote(string text) => $"\"{Clip(text)}\"";

    /// <summary>The same without the quotation marks, for messages that come from elsewhere.</summary>
    public static string Clip(string text) => Clip(text, FormatError.Printable);

    private static string Clip(string text, Func<string, string> show) => text.Length <= MaximumCharacters
        ? show(text)
        : $"{show(text[..MaximumCharacters])}... ({text.Length} characters)";

    private static string Ascii(string text) => string.Create(text.Length, text, static (shown, source) =>
    {
        for (var i = 0; i < shown.Length; i++)
        {
            shown[i] = source[i] is >= ' ' and <= '~' ? source[i] : '?';
        }
    });
}

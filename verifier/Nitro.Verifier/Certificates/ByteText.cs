using System.Text;

namespace Nitro.Verifier.Certificates;

/// <summary>Bytes as text for error messages: bounded, and safe to print whatever the bytes are.</summary>
internal static class ByteText
{
    /// <summary>More bytes than this are cut, so that a message stays one line. It shows an algorithm or a serial number in full.</summary>
    public const int MaximumBytes = 24;

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

    /// <summary>Printable ASCII as it is, everything else as a question mark, so that no byte can steer a terminal.</summary>
    public static string Printable(ReadOnlySpan<byte> bytes) => Printable(Encoding.Latin1.GetString(bytes));

    /// <summary>Printable ASCII as it is, everything else as a question mark.</summary>
    public static string Printable(string text) => string.Create(text.Length, text, static (shown, source) =>
    {
        for (var i = 0; i < shown.Length; i++)
        {
            shown[i] = source[i] is >= ' ' and <= '~' ? source[i] : '?';
        }
    });
}

using System.Buffers.Text;
using System.Text;

namespace Nitro.Verifier.Cli;

/// <summary>
/// Documents and receipts as people keep them: raw bytes, hexadecimal, base64 or base64url (wrapped or not), any of these between PEM lines, or as a text in JSON.
/// </summary>
internal static class InputForm
{
    private const byte CoseArray = 0x84;
    private const byte CoseTag = 0xd2;

    /// <summary>The bytes themselves.</summary>
    /// <exception cref="UsageException">Neither form.</exception>
    public static byte[] Decode(byte[] content, string name)
    {
        if (content.Length == 0)
        {
            throw new UsageException($"{name} is empty");
        }

        if (content[0] is CoseArray or CoseTag)
        {
            return content;
        }

        if (content.AsSpan().IndexOfAnyExceptInRange((byte)0x09, (byte)0x7e) >= 0)
        {
            // Neither text nor the beginning of a COSE_Sign1: the verifier's own first check names what is wrong with it.
            return content;
        }

        if (content.AsSpan().TrimStart(" \t\r\n"u8).StartsWith("{"u8) || content.AsSpan().TrimStart(" \t\r\n"u8).StartsWith("["u8))
        {
            content = Encoding.ASCII.GetBytes(JsonEnvelope.Find(content, name));
        }

        var text = string.Concat(Encoding.ASCII.GetString(content).Split('\n').Where(line => !line.StartsWith("-----", StringComparison.Ordinal)));
        text = string.Concat(text.Where(character => !char.IsWhiteSpace(character)));
        text = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        text = IsColonHex(text) ? text.Replace(":", "", StringComparison.Ordinal) : text;
        if (text.Length > 0 && text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit))
        {
            return Convert.FromHexString(text);
        }

        return FromBase64(text) ?? throw new UsageException($"{name} is neither raw bytes, nor hexadecimal, nor base64, nor JSON with one of these: is it the right file?");
    }

    /// <summary>A value given on the command line: hexadecimal after "hex:", base64 after "base64:", text after "text:", otherwise hexadecimal.</summary>
    public static byte[] DecodeOption(string value, string option)
    {
        if (value.StartsWith("text:", StringComparison.Ordinal))
        {
            return Encoding.UTF8.GetBytes(value[5..]);
        }

        if (value.StartsWith("base64:", StringComparison.Ordinal))
        {
            return FromBase64(value[7..]) ?? throw new UsageException($"{option}: \"{value[7..]}\" is not base64");
        }

        var hex = value.StartsWith("hex:", StringComparison.Ordinal) ? value[4..] : value;
        return hex.Length % 2 == 0 && hex.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(hex)
            : throw new UsageException($"{option}: \"{hex}\" is not hexadecimal; write hex:…, base64:… or text:…");
    }

    /// <summary>d2:84:44 and so on.</summary>
    private static bool IsColonHex(string text) => text.Length > 2 && text.Length % 3 == 2 && text.Where((_, index) => index % 3 == 2).All(character => character == ':');

    private static byte[]? FromBase64(string text)
    {
        var standard = text.Replace('-', '+').Replace('_', '/').TrimEnd('=');
        standard = standard.PadRight((standard.Length + 3) / 4 * 4, '=');
        return standard.Length > 0 && Base64.IsValid(standard) ? Convert.FromBase64String(standard) : null;
    }
}

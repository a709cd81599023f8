using System.Buffers;
using System.Text;

namespace Nitro.Attestation;

/// <summary>The size of texts in UTF-8.</summary>
internal static class Utf8Text
{
    /// <summary>
    /// The bytes that a text takes in UTF-8, or -1 when it holds half a surrogate pair: that has no UTF-8, and Encoding.UTF8 would silently
    /// put another character in its place.
    /// </summary>
    public static int Length(string text)
    {
        var length = 0;
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var read) != OperationStatus.Done)
            {
                return -1;
            }

            length += rune.Utf8SequenceLength;
            rest = rest[read..];
        }

        return length;
    }
}

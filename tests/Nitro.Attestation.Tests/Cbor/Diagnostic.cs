using System.Formats.Cbor;
using System.Globalization;
using System.Text.Json;
using Nitro.Attestation.Cbor;

namespace Nitro.Attestation.Tests.Cbor;

/// <summary>
/// Items as the text of RFC 8949 section 8, read by the product's reader, by System.Formats.Cbor and from JSON: three ways to the same
/// text.
/// </summary>
internal static class Diagnostic
{
    /// <summary>One item by the product's reader; of no meaning when the reader has failed.</summary>
    public static string Read(ref StrictCborReader reader, bool allowIndefiniteMaps)
    {
        if (reader.TryReadNull())
        {
            return "null";
        }

        switch (reader.PeekMajorType())
        {
            case StrictCborReader.UnsignedInteger: return reader.ReadUnsigned("item").ToString(CultureInfo.InvariantCulture);
            case StrictCborReader.NegativeInteger: return reader.ReadInteger("item").ToString(CultureInfo.InvariantCulture);
            case StrictCborReader.ByteString: return Bytes(reader.ReadBytes("item", 0, int.MaxValue));
            case StrictCborReader.TextString: return Quoted(reader.ReadText("item", 0, int.MaxValue));
            case StrictCborReader.Array:
                var items = new List<string>();
                var count = reader.ReadArrayHead("item", 0, int.MaxValue);
                for (var i = 0; i < count && !reader.Failed; i++)
                {
                    items.Add(Read(ref reader, allowIndefiniteMaps));
                }

                return Array(items);
            case StrictCborReader.Map:
                var pairs = new List<string>();
                var size = allowIndefiniteMaps ? reader.ReadMapHeadEitherForm("item", 0, int.MaxValue)
                    : reader.ReadMapHead("item", 0, int.MaxValue);
                for (var i = 0; !reader.Failed && (size is null ? !reader.TryReadBreak() : i < size); i++)
                {
                    pairs.Add(Read(ref reader, allowIndefiniteMaps) + ": " + Read(ref reader, allowIndefiniteMaps));
                }

                return Map(pairs);
            default: return reader.ReadBoolean("item") ? "true" : "false";
        }
    }

    /// <summary>One item by System.Formats.Cbor; throws for the kinds that the product does not read.</summary>
    public static string Read(CborReader reader)
    {
        switch (reader.PeekState())
        {
            case CborReaderState.UnsignedInteger: return reader.ReadUInt64().ToString(CultureInfo.InvariantCulture);
            case CborReaderState.NegativeInteger: return reader.ReadInt64().ToString(CultureInfo.InvariantCulture);
            case CborReaderState.ByteString: return Bytes(reader.ReadDefiniteLengthByteString().Span);
            case CborReaderState.TextString: return Quoted(reader.ReadTextString());
            case CborReaderState.Boolean: return reader.ReadBoolean() ? "true" : "false";
            case CborReaderState.Null:
                reader.ReadNull();
                return "null";
            case CborReaderState.StartArray:
                var items = new List<string>();
                if (reader.ReadStartArray() is null)
                {
                    throw new CborContentException("An array of indefinite length.");
                }

                while (reader.PeekState() != CborReaderState.EndArray)
                {
                    items.Add(Read(reader));
                }

                reader.ReadEndArray();
                return Array(items);
            case CborReaderState.StartMap:
                var pairs = new List<string>();
                if (reader.ReadStartMap() is null)
                {
                    throw new CborContentException("A map of indefinite length.");
                }

                while (reader.PeekState() != CborReaderState.EndMap)
                {
                    pairs.Add(Read(reader) + ": " + Read(reader));
                }

                reader.ReadEndMap();
                return Map(pairs);
            default:
                throw new CborContentException($"{reader.PeekState()} is of no kind that the product reads.");
        }
    }

    /// <summary>A JSON value as the item that appendix A means by it.</summary>
    public static string From(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Array => Array(json.EnumerateArray().Select(From)),
        JsonValueKind.Object => Map(json.EnumerateObject().Select(member => Quoted(member.Name) + ": " + From(member.Value))),
        JsonValueKind.String => Quoted(json.GetString()!),
        _ => json.GetRawText(),
    };

    private static string Bytes(ReadOnlySpan<byte> bytes) => $"h'{Convert.ToHexStringLower(bytes)}'";

    private static string Quoted(string text) => JsonSerializer.Serialize(text);

    private static string Array(IEnumerable<string> items) => $"[{string.Join(", ", items)}]";

    private static string Map(IEnumerable<string> pairs) => $"{{{string.Join(", ", pairs)}}}";
}

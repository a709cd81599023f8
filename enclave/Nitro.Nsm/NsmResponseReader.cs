using System.Formats.Cbor;

namespace Nitro.Nsm;

/// <summary>
/// Reads one response. Keys come in any order and maps in either length form, because the device has changed both; all else is strict:
/// every key is known, there once and none missing, every value has its type and size, and nothing follows.
/// </summary>
internal sealed class NsmResponseReader
{
    // The device's own names are shorter; what it should not have sent is shown no longer than this.
    private const int LongestShownText = 40;

    private readonly string request;
    private readonly int length;
    private readonly CborReader reader;
    private string where = "response";

    private NsmResponseReader(string request, byte[] response)
    {
        this.request = request;
        length = response.Length;
        reader = new CborReader(response, CborConformanceMode.Strict);
    }

    private int Offset => length - reader.BytesRemaining;

    /// <summary>A response <c>{request: body}</c>.</summary>
    /// <exception cref="NsmException">It is an error response.</exception>
    /// <exception cref="NsmResponseException">It is malformed.</exception>
    public static T Read<T>(string request, byte[] response, Func<NsmResponseReader, T> readBody) =>
        Guarded(request, response, self =>
        {
            self.Open($"a map {{\"{request}\": …}} or {{\"Error\": …}}");
            var body = readBody(self);
            self.Close();
            return body;
        });

    /// <summary>A response that is the request's bare name.</summary>
    /// <exception cref="NsmException">It is an error response.</exception>
    /// <exception cref="NsmResponseException">It is malformed.</exception>
    public static void ReadAcknowledgement(string request, byte[] response) =>
        Guarded(request, response, self =>
        {
            var expected = $"the text \"{request}\" or a map {{\"Error\": …}}";
            if (self.reader.PeekState() == CborReaderState.StartMap)
            {
                self.Open(expected);
                throw self.Malformed(expected, $"a map {{\"{request}\": …}}");
            }

            var offset = self.Offset;
            var name = self.ReadText(expected);
            if (name != request)
            {
                throw self.Malformed(expected, Show(name), offset);
            }

            self.End();
            return true;
        });

    /// <summary>A map with exactly these keys, each read by its own action, in whatever order they come.</summary>
    public void ReadFields(params ReadOnlySpan<(string Key, Action Read)> fields)
    {
        var outer = where;
        Expect(CborReaderState.StartMap, "a map");
        reader.ReadStartMap();
        Span<bool> seen = stackalloc bool[fields.Length];
        while (reader.PeekState() != CborReaderState.EndMap)
        {
            var offset = Offset;
            var key = ReadText("a text key");
            var field = IndexOf(fields, key);
            if (field < 0)
            {
                throw Malformed($"only the keys {Keys(fields)}", $"the key {Show(key)}", offset);
            }

            // A key that comes twice is the CBOR reader's to refuse: its strict mode does.
            seen[field] = true;
            where = $"{outer}.{key}";
            fields[field].Read();
            where = outer;
        }

        var missing = seen.IndexOf(false);
        if (missing >= 0)
        {
            throw Malformed($"the keys {Keys(fields)}", $"no \"{fields[missing].Key}\"");
        }

        reader.ReadEndMap();
    }

    public byte[] ReadBytes(int minimum, int maximum)
    {
        var expected = minimum == maximum ? $"a byte string of {minimum} bytes" : $"a byte string of {minimum} to {maximum} bytes";
        if (reader.PeekState() == CborReaderState.StartIndefiniteLengthByteString)
        {
            throw Malformed(expected, "a byte string in pieces");
        }

        Expect(CborReaderState.ByteString, expected);
        var offset = Offset;
        var bytes = reader.ReadByteString();
        return bytes.Length >= minimum && bytes.Length <= maximum
            ? bytes
            : throw Malformed(expected, $"{bytes.Length} bytes", offset);
    }

    public string ReadText(string expected)
    {
        Expect(CborReaderState.TextString, expected);
        return reader.ReadTextString();
    }

    public string ReadExactText(string expected)
    {
        var offset = Offset;
        var text = ReadText($"the text \"{expected}\"");
        return text == expected ? text : throw Malformed($"the text \"{expected}\"", Show(text), offset);
    }

    public string ReadNonEmptyText()
    {
        var offset = Offset;
        var text = ReadText("a text");
        return text.Length > 0 ? text : throw Malformed("a text that is not empty", "an empty one", offset);
    }

    public bool ReadBoolean()
    {
        Expect(CborReaderState.Boolean, "true or false");
        return reader.ReadBoolean();
    }

    public int ReadNumber(int minimum, int maximum)
    {
        var expected = $"a whole number from {minimum} to {maximum}";
        Expect(CborReaderState.UnsignedInteger, expected);
        var offset = Offset;
        var value = reader.ReadUInt64();
        return value >= (ulong)minimum && value <= (ulong)maximum ? (int)value : throw Malformed(expected, $"{value}", offset);
    }

    /// <summary>An array of different numbers, given back ascending.</summary>
    public SortedSet<int> ReadNumberSet(int maximum)
    {
        Expect(CborReaderState.StartArray, "an array");
        reader.ReadStartArray();
        var set = new SortedSet<int>();
        while (reader.PeekState() != CborReaderState.EndArray)
        {
            var offset = Offset;
            var number = ReadNumber(0, maximum);
            if (!set.Add(number))
            {
                throw Malformed("each number once", $"{number} again", offset);
            }
        }

        reader.ReadEndArray();
        return set;
    }

    /// <summary>For a rule that the reader cannot know, such as one between two fields.</summary>
    public NsmResponseException Malformed(string expected, string found) => Malformed(expected, found, Offset);

    private static T Guarded<T>(string request, byte[] response, Func<NsmResponseReader, T> read)
    {
        var self = new NsmResponseReader(request, response);
        try
        {
            return read(self);
        }
        catch (CborContentException e)
        {
            const string Expected = "well-formed CBOR with each key once";
            throw new NsmResponseException(request, self.where, self.Offset, Expected, e.Message.TrimEnd('.'), e);
        }
    }

    private static int IndexOf(ReadOnlySpan<(string Key, Action Read)> fields, string key)
    {
        for (var i = 0; i < fields.Length; i++)
        {
            if (fields[i].Key == key)
            {
                return i;
            }
        }

        return -1;
    }

    private static string Keys(ReadOnlySpan<(string Key, Action Read)> fields)
    {
        var names = new string[fields.Length];
        for (var i = 0; i < fields.Length; i++)
        {
            names[i] = $"\"{fields[i].Key}\"";
        }

        return string.Join(", ", names);
    }

    private static string Show(string text)
    {
        var shown = text.Length <= LongestShownText ? text : text[..LongestShownText];
        var clean = string.Create(shown.Length, shown, (span, from) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = from[i] is >= ' ' and <= '~' ? from[i] : '?';
            }
        });
        return text.Length <= LongestShownText ? $"\"{clean}\"" : $"\"{clean}…\" ({text.Length} characters)";
    }

    private static string Show(CborReaderState state) => state switch
    {
        CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger => "a whole number",
        CborReaderState.ByteString or CborReaderState.StartIndefiniteLengthByteString => "a byte string",
        CborReaderState.TextString => "a text",
        CborReaderState.StartIndefiniteLengthTextString => "a text in pieces",
        CborReaderState.StartArray => "an array",
        CborReaderState.StartMap => "a map",
        CborReaderState.EndMap => "the map's end",
        CborReaderState.EndArray => "the array's end",
        CborReaderState.Tag => "a tag",
        CborReaderState.Boolean => "true or false",
        CborReaderState.Null => "null",
        CborReaderState.HalfPrecisionFloat or CborReaderState.SinglePrecisionFloat or CborReaderState.DoublePrecisionFloat => "a float",
        _ => "something else",
    };

    private static NsmErrorCode? ToCode(string name) => name switch
    {
        "InvalidArgument" => NsmErrorCode.InvalidArgument,
        "InvalidIndex" => NsmErrorCode.InvalidIndex,
        "InvalidResponse" => NsmErrorCode.InvalidResponse,
        "ReadOnlyIndex" => NsmErrorCode.ReadOnlyIndex,
        "InvalidOperation" => NsmErrorCode.InvalidOperation,
        "BufferTooSmall" => NsmErrorCode.BufferTooSmall,
        "InputTooLarge" => NsmErrorCode.InputTooLarge,
        "InternalError" => NsmErrorCode.InternalError,
        _ => null,
    };

    /// <summary>Enters the outer map and its one key; an error response ends here.</summary>
    private void Open(string expected)
    {
        Expect(CborReaderState.StartMap, expected);
        reader.ReadStartMap();
        var offset = Offset;
        var key = ReadText(expected);
        if (key == "Error")
        {
            where = "Error";
            offset = Offset;
            var name = ReadText("an error's name");
            var code = ToCode(name) ?? throw Malformed("one of the NSM's eight error names", Show(name), offset);
            Close();
            throw new NsmException(request, code);
        }

        if (key != request)
        {
            throw Malformed(expected, $"the key {Show(key)}", offset);
        }

        where = request;
    }

    private void Close()
    {
        where = "response";
        Expect(CborReaderState.EndMap, "one key and the map's end");
        reader.ReadEndMap();
        End();
    }

    private void End()
    {
        if (reader.BytesRemaining > 0)
        {
            throw Malformed("the response's end", $"{reader.BytesRemaining} more bytes");
        }
    }

    private void Expect(CborReaderState state, string expected)
    {
        var found = reader.PeekState();
        if (found != state)
        {
            throw Malformed(expected, Show(found));
        }
    }

    private NsmResponseException Malformed(string expected, string found, int offset) => new(request, where, offset, expected, found);
}

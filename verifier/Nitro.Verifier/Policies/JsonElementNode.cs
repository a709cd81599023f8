using System.Text.Json;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier;

/// <summary>A JSON value that knows its line, so that every complaint about a policy can name it.</summary>
internal sealed class JsonElementNode
{
    private readonly int _line;
    private readonly object? _value;

    private JsonElementNode(int line, object? value)
    {
        _line = line;
        _value = value;
    }

    public bool IsString => _value is string;

    public bool IsList => _value is List<JsonElementNode>;

    public bool IsFalse => _value is false;

    /// <exception cref="JsonException">Not JSON, or nested too deep.</exception>
    /// <exception cref="PolicyException">A member that stands there twice.</exception>
    public static JsonElementNode Parse(ReadOnlySpan<byte> json, int maximumDepth)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = maximumDepth });
        reader.Read();
        var lines = new LineCounter();
        var root = Read(ref reader, json, ref lines);
        reader.Read();
        return root;
    }

    public IEnumerable<(string Name, JsonElementNode Value)> Members(string what) => _value as List<(string, JsonElementNode)> ?? throw Error($"{what} is no object");

    public IReadOnlyList<JsonElementNode> Items() => _value as List<JsonElementNode> ?? throw Error("a list is expected");

    public string String() => _value as string ?? throw Error("a text is expected");

    public bool Boolean() => _value as bool? ?? throw Error("true or false is expected");

    public long Integer() => _value as long? ?? throw Error("a whole number is expected");

    public PolicyException Error(string message) => new(FormattableString.Invariant($"line {_line}: {message}"));

    private static JsonElementNode Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ref LineCounter lines)
    {
        var line = lines.At(json, reader.TokenStartIndex);
        return new JsonElementNode(line, reader.TokenType switch
        {
            JsonTokenType.StartObject => ReadObject(ref reader, json, ref lines),
            JsonTokenType.StartArray => ReadArray(ref reader, json, ref lines),
            JsonTokenType.String => Text(ref reader, line),
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            JsonTokenType.Number => reader.TryGetInt64(out var number) ? number : (object)reader.GetDouble(),
            _ => null,
        });
    }

    private static List<(string, JsonElementNode)> ReadObject(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ref LineCounter lines)
    {
        var members = new List<(string Name, JsonElementNode)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var line = lines.At(json, reader.TokenStartIndex);
            var name = Text(ref reader, line);
            if (!names.Add(name))
            {
                throw new PolicyException(FormattableString.Invariant($"line {line}: the member {ByteText.Quote(name)} is there twice"));
            }

            reader.Read();
            members.Add((name, Read(ref reader, json, ref lines)));
        }

        return members;
    }

    private static List<JsonElementNode> ReadArray(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ref LineCounter lines)
    {
        var items = new List<JsonElementNode>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(Read(ref reader, json, ref lines));
        }

        return items;
    }

    private static string Text(ref Utf8JsonReader reader, int line)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new PolicyException(FormattableString.Invariant($"line {line}: a text that is not valid Unicode"));
        }
    }

    /// <summary>Counts lines once over the whole text, however many values ask.</summary>
    private struct LineCounter
    {
        private long _position;
        private int _newlines;

        public int At(ReadOnlySpan<byte> json, long position)
        {
            _newlines += json[(int)_position..(int)position].Count((byte)'\n');
            _position = position;
            return _newlines + 1;
        }
    }
}

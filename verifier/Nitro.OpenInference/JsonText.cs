using System.Text.Json;

namespace Nitro.OpenInference;

/// <summary>
/// Reads one JSON message strictly: every value of the expected type, no member twice, none unknown, nothing after the end. Errors are
/// <see cref="MessageException"/>s that name the place.
/// </summary>
internal ref struct JsonText
{
    private const int MaximumDepth = 32;

    private readonly ReadOnlySpan<byte> _text;
    private Utf8JsonReader _reader;

    public JsonText(ReadOnlySpan<byte> text)
    {
        _text = text;
        _reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = MaximumDepth });
        Next();
    }

    public readonly JsonTokenType Type => _reader.TokenType;

    public readonly long Position => _reader.TokenStartIndex;

    /// <summary>The bytes from a position up to the value that stands next.</summary>
    public readonly int Consumed => (int)_reader.BytesConsumed;

    public void Next()
    {
        if (!_reader.Read())
        {
            throw new MessageException("the JSON ends in the middle");
        }
    }

    public readonly void RequireEnd()
    {
        var rest = _reader;
        if (rest.Read())
        {
            throw new MessageException("there is something after the JSON object");
        }
    }

    /// <summary>Steps into an object; call <see cref="TryNextMember"/> until it is false.</summary>
    public readonly void BeginObject(string where) => Require(JsonTokenType.StartObject, where, "an object");

    /// <summary>Steps into an array; call <see cref="TryNextItem"/> until it is false.</summary>
    public readonly void BeginArray(string where) => Require(JsonTokenType.StartArray, where, "a list");

    /// <summary>Moves to the value of the next member.</summary>
    public bool TryNextMember(string where, HashSet<string> seen, out string name)
    {
        Next();
        if (_reader.TokenType == JsonTokenType.EndObject)
        {
            name = "";
            return false;
        }

        name = _reader.GetString()!;
        if (!seen.Add(name))
        {
            throw new MessageException($"{where}: the member {Quoted.Show(name)} is there twice");
        }

        Next();
        return true;
    }

    /// <summary>Moves to the next item.</summary>
    public bool TryNextItem()
    {
        Next();
        return _reader.TokenType != JsonTokenType.EndArray;
    }

    public readonly string String(string where)
    {
        Require(JsonTokenType.String, where, "a text");
        return _reader.GetString()!;
    }

    public readonly bool Boolean(string where) => _reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw Wrong(where, "true or false"),
    };

    public readonly long Integer(string where, long minimum, long maximum) =>
        _reader.TokenType == JsonTokenType.Number && _reader.TryGetInt64(out var value) && value >= minimum && value <= maximum
            ? value
            : throw Wrong(where, FormattableString.Invariant($"a whole number from {minimum} to {maximum}"));

    /// <summary>The reader itself, for the numbers of tensors.</summary>
    public readonly Utf8JsonReader Reader => _reader;

    /// <summary>Goes on where another reader over the same text stopped.</summary>
    public void Resume(in Utf8JsonReader reader) => _reader = reader;

    /// <summary>Skips the value that stands here, and gives where it begins.</summary>
    public Utf8JsonReader SkipValue()
    {
        var start = _reader;
        if (!_reader.TrySkip())
        {
            throw new MessageException("the JSON ends in the middle");
        }

        return start;
    }

    public readonly MessageException Wrong(string where, string expected) => new($"{where}: expected {expected}, found {Describe()}");

    private readonly void Require(JsonTokenType type, string where, string expected)
    {
        if (_reader.TokenType != type)
        {
            throw Wrong(where, expected);
        }
    }

    private readonly string Describe() => _reader.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "the number " + System.Text.Encoding.ASCII.GetString(_reader.ValueSpan[..Math.Min(_reader.ValueSpan.Length, 32)]),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        JsonTokenType.Null => "null",
        _ => "something else",
    };
}

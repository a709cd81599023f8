namespace Nitro.Models.Onnx;

/// <summary>
/// One dimension of a value's shape (ONNX's <c>TensorShapeProto.Dimension</c>): a size, a symbol such as <c>batch</c> whose size each call
/// decides, or, as the default value, unknown. Numbers and strings convert to it.
/// </summary>
public readonly record struct OnnxDimension
{
    private OnnxDimension(long? size, string? symbol) => (Size, Symbol) = (size, symbol);

    /// <summary>The size, null where it is not fixed.</summary>
    public long? Size { get; }

    /// <summary>The symbol, null where there is none.</summary>
    public string? Symbol { get; }

    /// <summary>A fixed size. Nothing keeps it from being negative: a model that says so is the reader's to refuse.</summary>
    public static OnnxDimension FromInt64(long size) => new(size, null);

    /// <summary>A size that each call decides, equal wherever the same symbol stands.</summary>
    /// <exception cref="ArgumentException">The symbol is empty.</exception>
    public static OnnxDimension FromString(string symbol)
    {
        ArgumentException.ThrowIfNullOrEmpty(symbol);
        return new(null, symbol);
    }

    /// <inheritdoc cref="FromInt64"/>
    public static implicit operator OnnxDimension(long size) => FromInt64(size);

    /// <inheritdoc cref="FromString"/>
    public static implicit operator OnnxDimension(string symbol) => FromString(symbol);

    internal void WriteTo(ProtobufWriter writer)
    {
        if (Size is { } size)
        {
            writer.Int64(1, size);
        }
        else if (Symbol is { } symbol)
        {
            writer.Text(2, symbol);
        }
    }
}

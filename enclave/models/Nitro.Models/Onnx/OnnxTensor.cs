using System.Runtime.InteropServices;

namespace Nitro.Models.Onnx;

/// <summary>
/// A tensor inside a model (ONNX's <c>TensorProto</c>): a name, an element type, dimensions, and its elements, which may also be said to
/// lie in another file. Immutable.
/// </summary>
public sealed class OnnxTensor
{
    // TensorProto.DataLocation
    private const int LocationExternal = 1;

    private readonly Action<ProtobufWriter> writeElements;
    private readonly long[] dimensions;

    private OnnxTensor(string name, OnnxElementType elementType, ReadOnlySpan<long> dimensions, Action<ProtobufWriter> writeElements)
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name;
        ElementType = elementType;
        this.dimensions = dimensions.ToArray();
        this.writeElements = writeElements;
    }

    /// <summary>The name that nodes refer to; empty for a tensor that is an attribute's value.</summary>
    public string Name { get; }

    /// <summary>The type of each element.</summary>
    public OnnxElementType ElementType { get; }

    /// <summary>The dimensions; none for a scalar.</summary>
    public ReadOnlySpan<long> Dimensions => dimensions;

    /// <summary>A tensor of numbers in row-major order.</summary>
    /// <typeparam name="T"> float, double, Half, sbyte, byte, short, ushort, int, uint, long, ulong or bool; its element type follows. For
    /// BFLOAT16 use <see cref="FromBytes"/>.
    /// </typeparam>
    /// <exception cref="ArgumentException">
    /// Another type, a negative or too large dimension, or not as many values as the dimensions say.
    /// </exception>
    public static OnnxTensor Create<T>(string name, ReadOnlySpan<long> dimensions, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values).ToArray();
        var type = ElementTypeOf(typeof(T));
        if (!BitConverter.IsLittleEndian)
        {
            var size = SizeOf(type);
            for (var i = 0; i < bytes.Length; i += size)
            {
                bytes.AsSpan(i, size).Reverse();
            }
        }

        return FromBytes(name, type, dimensions, bytes);
    }

    /// <summary>A tensor from its elements' bytes, little-endian, in row-major order.</summary>
    /// <exception cref="ArgumentException">
    /// The type is STRING, a dimension is negative or too large, or the length is not what type and dimensions say.
    /// </exception>
    public static OnnxTensor FromBytes(string name, OnnxElementType type, ReadOnlySpan<long> dimensions, ReadOnlySpan<byte> elements)
    {
        var expected = CountOf(dimensions) * SizeOf(type);
        if (elements.Length != expected)
        {
            throw new ArgumentException(
                $"Tensor '{name}': {expected} bytes are expected for {type}{Shown(dimensions)}, {elements.Length} were given.",
                nameof(elements));
        }

        var copy = elements.ToArray();
        return new OnnxTensor(name, type, dimensions, writer => writer.Bytes(9, copy));
    }

    /// <summary>A tensor of strings in row-major order.</summary>
    /// <exception cref="ArgumentException">
    /// A dimension is negative or too large, or there are not as many strings as the dimensions say.
    /// </exception>
    public static OnnxTensor FromStrings(string name, ReadOnlySpan<long> dimensions, ReadOnlySpan<string> elements)
    {
        var expected = CountOf(dimensions);
        if (elements.Length != expected)
        {
            throw new ArgumentException(
                $"Tensor '{name}': {expected} strings are expected for {Shown(dimensions)}, {elements.Length} were given.",
                nameof(elements));
        }

        var copy = elements.ToArray();
        return new OnnxTensor(name, OnnxElementType.String, dimensions, writer =>
        {
            foreach (var element in copy)
            {
                writer.Text(6, element);
            }
        });
    }

    /// <summary>A tensor whose elements lie in another file; nothing here looks whether that file exists.</summary>
    /// <param name="name">The name that nodes refer to.</param>
    /// <param name="type">The type of each element.</param>
    /// <param name="dimensions">The dimensions.</param>
    /// <param name="location">
    /// The file's path, relative to the model's folder; written as it is, so that a test can offer a path that must be refused.
    /// </param>
    /// <param name="offset">The first byte in that file; left out when null.</param>
    /// <param name="length">The number of bytes; left out when null.</param>
    public static OnnxTensor External(
        string name, OnnxElementType type, ReadOnlySpan<long> dimensions, string location, long? offset = null, long? length = null)
    {
        ArgumentNullException.ThrowIfNull(location);
        return new OnnxTensor(name, type, dimensions, writer =>
        {
            writer.Message(13, entry => WriteEntry(entry, "location", location));
            if (offset is { } first)
            {
                writer.Message(13, entry => WriteEntry(entry, "offset", Invariant(first)));
            }

            if (length is { } count)
            {
                writer.Message(13, entry => WriteEntry(entry, "length", Invariant(count)));
            }

            writer.Int64(14, LocationExternal);
        });
    }

    /// <summary>Bytes of one element.</summary>
    /// <exception cref="ArgumentException">The type is STRING, whose elements have no fixed size, or unknown.</exception>
    internal static int SizeOf(OnnxElementType type) => type switch
    {
        OnnxElementType.UInt8 or OnnxElementType.Int8 or OnnxElementType.Bool => 1,
        OnnxElementType.UInt16 or OnnxElementType.Int16 or OnnxElementType.Float16 or OnnxElementType.BFloat16 => 2,
        OnnxElementType.Float or OnnxElementType.Int32 or OnnxElementType.UInt32 => 4,
        OnnxElementType.Double or OnnxElementType.Int64 or OnnxElementType.UInt64 => 8,
        OnnxElementType.String => throw new ArgumentException("Strings have no fixed size: use FromStrings.", nameof(type)),
        _ => throw new ArgumentException($"{type} is no element type that this writer knows.", nameof(type)),
    };

    internal static void WriteEntry(ProtobufWriter writer, string key, string value)
    {
        writer.Text(1, key);
        writer.Text(2, value);
    }

    internal void WriteTo(ProtobufWriter writer)
    {
        foreach (var dimension in dimensions)
        {
            writer.Int64(1, dimension);
        }

        writer.Int64(2, (long)ElementType);

        // Before the elements, although strings have a lower field number: protobuf takes fields in any order.
        writer.OptionalText(8, Name);
        writeElements(writer);
    }

    private static string Invariant(long value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Shown(ReadOnlySpan<long> dimensions) => $"[{string.Join(',', dimensions.ToArray())}]";

    private static long CountOf(ReadOnlySpan<long> dimensions)
    {
        var count = 1L;
        foreach (var dimension in dimensions)
        {
            if (dimension is < 0 or > int.MaxValue || (count *= dimension) > int.MaxValue)
            {
                throw new ArgumentException(
                    $"Dimensions of at least 0 and at most {int.MaxValue} elements in all are expected, {Shown(dimensions)} was given.",
                    nameof(dimensions));
            }
        }

        return count;
    }

    private static OnnxElementType ElementTypeOf(Type type) => (type.IsEnum ? TypeCode.Object : Type.GetTypeCode(type)) switch
    {
        TypeCode.Single => OnnxElementType.Float,
        TypeCode.Double => OnnxElementType.Double,
        TypeCode.SByte => OnnxElementType.Int8,
        TypeCode.Byte => OnnxElementType.UInt8,
        TypeCode.Int16 => OnnxElementType.Int16,
        TypeCode.UInt16 => OnnxElementType.UInt16,
        TypeCode.Int32 => OnnxElementType.Int32,
        TypeCode.UInt32 => OnnxElementType.UInt32,
        TypeCode.Int64 => OnnxElementType.Int64,
        TypeCode.UInt64 => OnnxElementType.UInt64,
        TypeCode.Boolean => OnnxElementType.Bool,
        _ when type == typeof(Half) => OnnxElementType.Float16,
        _ => throw new ArgumentException($"{type} is no element type of a tensor.", nameof(type)),
    };
}

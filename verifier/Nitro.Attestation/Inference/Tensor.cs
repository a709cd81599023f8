using System.Buffers.Binary;

namespace Nitro.Attestation.Inference;

/// <summary>
/// A named tensor as it is bound: little-endian elements in row-major order, BOOL as 00 or 01, BYTES elements as a 4-byte little-endian length and the
/// bytes, floats bit for bit. Immutable over memory that the caller must not change.
/// </summary>
public sealed class Tensor
{
    /// <summary>The most UTF-8 bytes of a name.</summary>
    public const int MaximumName = 255;

    /// <summary>The most dimensions.</summary>
    public const int MaximumRank = 16;

    private Tensor(string name, Datatype datatype, long[] shape, ReadOnlyMemory<byte> data)
    {
        Name = name;
        Datatype = datatype;
        Shape = Array.AsReadOnly(shape);
        Data = data;
    }

    /// <summary>The name, 1 to 255 bytes of UTF-8.</summary>
    public string Name { get; }

    /// <summary>The element type.</summary>
    public Datatype Datatype { get; }

    /// <summary>The dimensions, none for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The elements.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>The number of elements: the product of the dimensions.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, dimension) => product * dimension);

    /// <summary>Makes a tensor after checking that name, shape and data agree.</summary>
    /// <exception cref="ArgumentException">They do not; the message says which.</exception>
    public static Tensor Create(string name, Datatype datatype, IEnumerable<long> shape, ReadOnlyMemory<byte> data) =>
        TryCreate(name, datatype, shape, data, out var tensor, out var error) ? tensor! : throw new ArgumentException(error!.ToString(), nameof(data));

    /// <summary>Makes a tensor, or says why name, shape and data do not agree. Never throws on their content.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The datatype is none of the enum's.</exception>
    public static bool TryCreate(string name, Datatype datatype, IEnumerable<long> shape, ReadOnlyMemory<byte> data, out Tensor? tensor, out FormatError? error)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(shape);
        long[] dimensions = [.. shape];
        tensor = null;
        error = CheckName(name) ?? CheckShape(name, dimensions, out var count) ?? CheckData(name, datatype, count, data.Span);
        if (error is not null)
        {
            return false;
        }

        tensor = new Tensor(name, datatype, dimensions, data);
        return true;
    }

    private static FormatError? CheckName(string name)
    {
        var length = Utf8Text.Length(name);
        FormattableString found = length < 0 ? $"half a surrogate pair" : (FormattableString)$"{length}";
        return length is >= 1 and <= MaximumName ? null : Error("tensor name", $"1 to {MaximumName} bytes of UTF-8", found);
    }

    private static FormatError? CheckShape(string name, long[] shape, out long count)
    {
        count = 1;
        if (shape.Length > MaximumRank)
        {
            return Error($"shape of tensor \"{name}\"", $"at most {MaximumRank} dimensions", $"{shape.Length}");
        }

        foreach (var dimension in shape)
        {
            if (dimension < 0)
            {
                return Error($"shape of tensor \"{name}\"", $"dimensions of 0 or more", $"{dimension}");
            }

            // The cap keeps the product far from overflow; no tensor near it could be held in memory. It counts dimensions of 0 as 1, or a
            // 0 in front would let others pass that are refused when it stands behind them.
            if (dimension != 0 && count > int.MaxValue / dimension)
            {
                return Error($"shape of tensor \"{name}\"", $"dimensions whose product, but for any 0, is at most {int.MaxValue}", $"more");
            }

            count *= Math.Max(dimension, 1);
        }

        count = shape.Contains(0) ? 0 : count;
        return null;
    }

    private static FormatError? CheckData(string name, Datatype datatype, long count, ReadOnlySpan<byte> data)
    {
        if (datatype == Datatype.Bytes)
        {
            return CheckByteElements(name, count, data);
        }

        if (data.Length != count * datatype.ElementSize())
        {
            return Error($"data of tensor \"{name}\"", $"{count * datatype.ElementSize()} bytes for {count} elements of {datatype.Name()}", $"{data.Length}");
        }

        var bad = datatype == Datatype.Bool ? data.IndexOfAnyExceptInRange<byte>(0, 1) : -1;
        return bad < 0 ? null : Error($"data of tensor \"{name}\"", $"00 or 01 for each BOOL", $"{data[bad]:x2} at element {bad}");
    }

    private static FormatError? CheckByteElements(string name, long count, ReadOnlySpan<byte> data)
    {
        var rest = data;
        for (var element = 0L; element < count; element++)
        {
            if (rest.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(rest) > rest.Length - 4)
            {
                return Error($"data of tensor \"{name}\"", $"{count} BYTES elements of a 4-byte length and that many bytes", $"the end of the data in element {element}");
            }

            rest = rest[(4 + (int)BinaryPrimitives.ReadUInt32LittleEndian(rest))..];
        }

        return rest.IsEmpty ? null : Error($"data of tensor \"{name}\"", $"{count} BYTES elements and nothing more", $"{rest.Length} bytes after them");
    }

    private static FormatError Error(FormattableString where, FormattableString expected, FormattableString found) =>
        new(FormattableString.Invariant(where), -1, FormattableString.Invariant(expected), FormattableString.Invariant(found));

    private static FormatError Error(string where, FormattableString expected, FormattableString found) =>
        new(where, -1, FormattableString.Invariant(expected), FormattableString.Invariant(found));
}

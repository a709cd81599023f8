namespace Nitro.Attestation.Inference;

/// <summary>The element types of tensors, by the names of the Open Inference Protocol v2.</summary>
public enum Datatype
{
    /// <summary>One byte, 0 or 1.</summary>
    Bool = 1,

    /// <summary>8-bit unsigned integers.</summary>
    Uint8,

    /// <summary>16-bit unsigned integers.</summary>
    Uint16,

    /// <summary>32-bit unsigned integers.</summary>
    Uint32,

    /// <summary>64-bit unsigned integers.</summary>
    Uint64,

    /// <summary>8-bit signed integers.</summary>
    Int8,

    /// <summary>16-bit signed integers.</summary>
    Int16,

    /// <summary>32-bit signed integers.</summary>
    Int32,

    /// <summary>64-bit signed integers.</summary>
    Int64,

    /// <summary>IEEE 754 binary32.</summary>
    Fp32,

    /// <summary>IEEE 754 binary64.</summary>
    Fp64,

    /// <summary>Strings of any bytes: each element is a 4-byte little-endian length and that many bytes.</summary>
    Bytes,
}

/// <summary>Names and sizes of a <see cref="Datatype"/>.</summary>
public static class DatatypeExtensions
{
    private static readonly string[] Names = ["", "BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP32", "FP64", "BYTES"];

    /// <summary>Every name, in the order of the enum.</summary>
    public static IEnumerable<string> AllNames => Names.Skip(1);

    /// <summary>The protocol's name, such as FP32.</summary>
    public static string Name(this Datatype datatype) => datatype is >= Datatype.Bool and <= Datatype.Bytes
        ? Names[(int)datatype]
        : throw new ArgumentOutOfRangeException(nameof(datatype), datatype, "Not a datatype.");

    /// <summary>Bytes of one element; 0 for BYTES, whose elements differ.</summary>
    public static int ElementSize(this Datatype datatype) => datatype switch
    {
        Datatype.Bool or Datatype.Uint8 or Datatype.Int8 => 1,
        Datatype.Uint16 or Datatype.Int16 => 2,
        Datatype.Uint32 or Datatype.Int32 or Datatype.Fp32 => 4,
        Datatype.Uint64 or Datatype.Int64 or Datatype.Fp64 => 8,
        Datatype.Bytes => 0,
        _ => throw new ArgumentOutOfRangeException(nameof(datatype), datatype, "Not a datatype."),
    };

    /// <summary>The datatype of a protocol name, upper case as the protocol has it; false for any other text.</summary>
    public static bool TryParse(string? name, out Datatype datatype)
    {
        var index = string.IsNullOrEmpty(name) ? -1 : Array.IndexOf(Names, name);
        datatype = index > 0 ? (Datatype)index : default;
        return index > 0;
    }
}

namespace Nitro.Models.Onnx;

/// <summary>Element types of tensors; the values are those of ONNX's <c>TensorProto.DataType</c>.</summary>
public enum OnnxElementType
{
    /// <summary>32-bit IEEE 754.</summary>
    Float = 1,

    /// <summary>Unsigned 8-bit.</summary>
    UInt8 = 2,

    /// <summary>Signed 8-bit.</summary>
    Int8 = 3,

    /// <summary>Unsigned 16-bit.</summary>
    UInt16 = 4,

    /// <summary>Signed 16-bit.</summary>
    Int16 = 5,

    /// <summary>Signed 32-bit.</summary>
    Int32 = 6,

    /// <summary>Signed 64-bit.</summary>
    Int64 = 7,

    /// <summary>Byte strings, by convention UTF-8.</summary>
    String = 8,

    /// <summary>One byte per element, 0 or 1.</summary>
    Bool = 9,

    /// <summary>16-bit IEEE 754.</summary>
    Float16 = 10,

    /// <summary>64-bit IEEE 754.</summary>
    Double = 11,

    /// <summary>Unsigned 32-bit.</summary>
    UInt32 = 12,

    /// <summary>Unsigned 64-bit.</summary>
    UInt64 = 13,

    /// <summary>The upper half of a 32-bit IEEE 754 number.</summary>
    BFloat16 = 16,
}

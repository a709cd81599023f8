using System.Buffers.Binary;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Nitro.Attestation.Inference;
using Tensor = Nitro.Attestation.Inference.Tensor;

namespace Nitro.Enclave.Models;

/// <summary>
/// Tensors to and from the runtime's memory, bit for bit. Inputs are copied: the runtime gets aligned memory of its own, and what was
/// digested cannot change under a run. The machine is little-endian, as tensors are.
/// </summary>
internal static class TensorConversion
{
    private const int LengthSize = sizeof(uint);

    /// <summary>The datatype for the runtime's element type; false for those that no claim can state.</summary>
    public static bool TryGetDatatype(TensorElementType type, out Datatype datatype)
    {
        datatype = type switch
        {
            TensorElementType.Bool => Datatype.Bool,
            TensorElementType.UInt8 => Datatype.Uint8,
            TensorElementType.UInt16 => Datatype.Uint16,
            TensorElementType.UInt32 => Datatype.Uint32,
            TensorElementType.UInt64 => Datatype.Uint64,
            TensorElementType.Int8 => Datatype.Int8,
            TensorElementType.Int16 => Datatype.Int16,
            TensorElementType.Int32 => Datatype.Int32,
            TensorElementType.Int64 => Datatype.Int64,
            TensorElementType.Float => Datatype.Fp32,
            TensorElementType.Double => Datatype.Fp64,
            TensorElementType.String => Datatype.Bytes,
            _ => default,
        };
        return datatype != default;
    }

    /// <summary>The runtime's copy of a tensor; the caller disposes it.</summary>
    public static OrtValue ToRuntime(Tensor tensor)
    {
        long[] shape = [.. tensor.Shape];
        if (tensor.Datatype == Datatype.Bytes)
        {
            return ToRuntimeStrings(tensor, shape);
        }

        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, ElementType(tensor.Datatype), shape);
        tensor.Data.Span.CopyTo(value.GetTensorMutableRawData());
        return value;
    }

    /// <summary>Copies the runtime's tensor out.</summary>
    /// <param name="name">The output's name.</param>
    /// <param name="value">The runtime's tensor.</param>
    /// <param name="maximumBytes">The most bytes it may have.</param>
    /// <exception cref="ModelRunException">It is no tensor that can be stated, or too large.</exception>
    public static Tensor FromRuntime(string name, OrtValue value, long maximumBytes)
    {
        if (!value.IsTensor)
        {
            throw new ModelRunException(ModelRunFault.Unstatable, $"the output \"{name}\" is not a tensor this time, but {value.OnnxType}");
        }

        var information = value.GetTensorTypeAndShape();
        if (!TryGetDatatype(information.ElementDataType, out var datatype))
        {
            throw new ModelRunException(
                ModelRunFault.Unstatable, $"the output \"{name}\" has elements of {information.ElementDataType}, which no claim can state");
        }

        var data = datatype == Datatype.Bytes
            ? FromRuntimeStrings(name, value, information.ElementCount, maximumBytes)
            : FromRuntimeNumbers(name, value, checked(information.ElementCount * datatype.ElementSize()), maximumBytes);
        return Tensor.TryCreate(name, datatype, information.Shape, data, out var tensor, out var error)
            ? tensor!
            : throw new ModelRunException(ModelRunFault.Unstatable, $"the output \"{name}\" cannot be stated: {error}");
    }

    private static TensorElementType ElementType(Datatype datatype) => datatype switch
    {
        Datatype.Bool => TensorElementType.Bool,
        Datatype.Uint8 => TensorElementType.UInt8,
        Datatype.Uint16 => TensorElementType.UInt16,
        Datatype.Uint32 => TensorElementType.UInt32,
        Datatype.Uint64 => TensorElementType.UInt64,
        Datatype.Int8 => TensorElementType.Int8,
        Datatype.Int16 => TensorElementType.Int16,
        Datatype.Int32 => TensorElementType.Int32,
        Datatype.Int64 => TensorElementType.Int64,
        Datatype.Fp32 => TensorElementType.Float,
        Datatype.Fp64 => TensorElementType.Double,
        Datatype.Bytes => TensorElementType.String,
        _ => throw new ArgumentOutOfRangeException(nameof(datatype), datatype, "Not a datatype."),
    };

    private static OrtValue ToRuntimeStrings(Tensor tensor, long[] shape)
    {
        var value = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);
        var rest = tensor.Data.Span;
        for (var element = 0; rest.Length > 0; element++)
        {
            var length = (int)BinaryPrimitives.ReadUInt32LittleEndian(rest);
            if (length > 0)
            {
                value.StringTensorSetElementAt(rest.Slice(LengthSize, length), element);
            }

            rest = rest[(LengthSize + length)..];
        }

        return value;
    }

    private static byte[] FromRuntimeNumbers(string name, OrtValue value, long length, long maximumBytes)
    {
        CheckSize(name, length, maximumBytes);
        return value.GetTensorMutableRawData().ToArray();
    }

    private static byte[] FromRuntimeStrings(string name, OrtValue value, long count, long maximumBytes)
    {
        CheckSize(name, checked(count * LengthSize), maximumBytes);
        var length = count * LengthSize;
        for (var element = 0; element < count; element++)
        {
            length += value.GetStringElementAsSpan(element).Length;
            CheckSize(name, length, maximumBytes);
        }

        var data = new byte[length];
        var rest = data.AsSpan();
        for (var element = 0; element < count; element++)
        {
            var text = value.GetStringElementAsSpan(element);
            BinaryPrimitives.WriteUInt32LittleEndian(rest, (uint)text.Length);
            text.CopyTo(rest[LengthSize..]);
            rest = rest[(LengthSize + text.Length)..];
        }

        return data;
    }

    private static void CheckSize(string name, long length, long maximumBytes)
    {
        if (length > maximumBytes)
        {
            throw new ModelRunException(ModelRunFault.Unstatable, string.Create(
                NumberFormatInfo.InvariantInfo,
                $"the output \"{name}\" has {length} bytes or more; after the outputs before it at most {maximumBytes} can be answered"));
        }
    }
}

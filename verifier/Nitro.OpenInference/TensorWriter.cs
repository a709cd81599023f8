using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Nitro.Attestation.Inference;

namespace Nitro.OpenInference;

/// <summary>Writes one tensor: its description, and its data in JSON or as a size that stands for bytes behind the JSON.</summary>
internal static class TensorWriter
{
    public static void Write(Utf8JsonWriter json, Tensor tensor, bool binary, string kind)
    {
        json.WriteStartObject();
        json.WriteString("name", tensor.Name);
        json.WriteStartArray("shape");
        foreach (var dimension in tensor.Shape)
        {
            json.WriteNumberValue(dimension);
        }

        json.WriteEndArray();
        json.WriteString("datatype", tensor.Datatype.Name());
        if (binary)
        {
            json.WriteStartObject("parameters");
            json.WriteNumber("binary_data_size", tensor.Data.Length);
            json.WriteEndObject();
        }
        else
        {
            json.WriteStartArray("data");
            WriteData(json, tensor, kind);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteData(Utf8JsonWriter json, Tensor tensor, string kind)
    {
        var data = tensor.Data.Span;
        switch (tensor.Datatype)
        {
            case Datatype.Bool:
                foreach (var value in data)
                {
                    json.WriteBooleanValue(value != 0);
                }

                break;
            case Datatype.Fp32:
                WriteSingles(json, MemoryMarshal.Cast<byte, float>(data), tensor, kind);
                break;
            case Datatype.Fp64:
                WriteDoubles(json, MemoryMarshal.Cast<byte, double>(data), tensor, kind);
                break;
            case Datatype.Bytes:
                WriteStrings(json, data, tensor, kind);
                break;
            case Datatype.Uint64:
                foreach (var value in MemoryMarshal.Cast<byte, ulong>(data))
                {
                    json.WriteNumberValue(value);
                }

                break;
            default:
                WriteIntegers(json, data, tensor.Datatype);
                break;
        }
    }

    private static void WriteIntegers(Utf8JsonWriter json, ReadOnlySpan<byte> data, Datatype datatype)
    {
        var size = datatype.ElementSize();
        for (var at = 0; at < data.Length; at += size)
        {
            var element = data[at..];
            json.WriteNumberValue(datatype switch
            {
                Datatype.Uint8 => element[0],
                Datatype.Int8 => (sbyte)element[0],
                Datatype.Uint16 => BinaryPrimitives.ReadUInt16LittleEndian(element),
                Datatype.Int16 => BinaryPrimitives.ReadInt16LittleEndian(element),
                Datatype.Uint32 => BinaryPrimitives.ReadUInt32LittleEndian(element),
                Datatype.Int32 => BinaryPrimitives.ReadInt32LittleEndian(element),
                _ => BinaryPrimitives.ReadInt64LittleEndian(element),
            });
        }
    }

    private static void WriteSingles(Utf8JsonWriter json, ReadOnlySpan<float> values, Tensor tensor, string kind)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                throw NotJson(tensor, kind, FormattableString.Invariant($"element {i} is {values[i]}"));
            }

            json.WriteNumberValue(values[i]);
        }
    }

    private static void WriteDoubles(Utf8JsonWriter json, ReadOnlySpan<double> values, Tensor tensor, string kind)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]))
            {
                throw NotJson(tensor, kind, FormattableString.Invariant($"element {i} is {values[i]}"));
            }

            json.WriteNumberValue(values[i]);
        }
    }

    private static void WriteStrings(Utf8JsonWriter json, ReadOnlySpan<byte> data, Tensor tensor, string kind)
    {
        for (var i = 0; !data.IsEmpty; i++)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(data);
            var text = data.Slice(4, length);
            if (!Utf8.IsValid(text))
            {
                throw NotJson(tensor, kind, FormattableString.Invariant($"element {i} is not valid UTF-8"));
            }

            json.WriteStringValue(Encoding.UTF8.GetString(text));
            data = data[(4 + length)..];
        }
    }

    private static MessageException NotJson(Tensor tensor, string kind, string reason) =>
        new($"{kind} {Quoted.Show(tensor.Name)}: {reason}, which JSON cannot carry; ask for binary output (binary_data in the output's parameters, or binary_data_output)");
}

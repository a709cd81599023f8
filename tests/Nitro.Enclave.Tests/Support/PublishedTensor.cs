using System.Globalization;
using System.Runtime.InteropServices;
using Nitro.Attestation.Inference;

namespace Nitro.Enclave.Tests.Support;

/// <summary>A TensorProto file of the ONNX project's test data, decoded here and not by the product.</summary>
internal sealed record PublishedTensor(string Name, int Type, long[] Shape, byte[] Data)
{
    /// <summary>
    /// The tolerances of the ONNX project's own runner (onnx/backend/test/runner): relative 1e-3; the absolute one is wider for FP32 sums
    /// near zero.
    /// </summary>
    private const double Relative = 1e-3;
    private const double Absolute = 1e-5;

    private static readonly Dictionary<int, Datatype> Datatypes = new()
    {
        [TestModels.Float] = Datatype.Fp32,
        [TestModels.Double] = Datatype.Fp64,
        [TestModels.Bool] = Datatype.Bool,
        [TestModels.Int8] = Datatype.Int8,
        [TestModels.Int16] = Datatype.Int16,
        [TestModels.Int32] = Datatype.Int32,
        [TestModels.Int64] = Datatype.Int64,
        [TestModels.Uint8] = Datatype.Uint8,
        [TestModels.Uint16] = Datatype.Uint16,
        [TestModels.Uint32] = Datatype.Uint32,
        [TestModels.Uint64] = Datatype.Uint64,
        [TestModels.String] = Datatype.Bytes,
    };

    public static PublishedTensor Parse(ReadOnlySpan<byte> file)
    {
        var (name, type, shape) = ("", 0, new List<long>());
        var raw = Array.Empty<byte>();
        var (floats, doubles, numbers, texts) = (new List<float>(), new List<double>(), new List<ulong>(), new List<byte[]>());
        for (var position = 0; position < file.Length;)
        {
            var tag = Varint(file, ref position);
            var (field, wire) = ((int)(tag >> 3), (int)(tag & 7));
            var value = wire == 0 ? Varint(file, ref position) : 0;
            var length = wire switch { 2 => (int)Varint(file, ref position), 5 => 4, 1 => 8, _ => 0 };
            var bytes = file.Slice(position, length);
            position += length;
            switch (field)
            {
                case 1:
                    shape.AddRange(Numbers(wire, value, bytes).Select(number => (long)number));
                    break;
                case 2:
                    type = (int)value;
                    break;
                case 4:
                    floats.AddRange(MemoryMarshal.Cast<byte, float>(bytes));
                    break;
                case 5 or 7 or 11:
                    numbers.AddRange(Numbers(wire, value, bytes));
                    break;
                case 6:
                    texts.Add(bytes.ToArray());
                    break;
                case 8:
                    name = System.Text.Encoding.UTF8.GetString(bytes);
                    break;
                case 9:
                    raw = bytes.ToArray();
                    break;
                case 10:
                    doubles.AddRange(MemoryMarshal.Cast<byte, double>(bytes));
                    break;
                default:
                    break;
            }
        }

        var data = raw.Length > 0 || !Datatypes.TryGetValue(type, out var datatype) ? raw : datatype switch
        {
            Datatype.Fp32 => MemoryMarshal.AsBytes<float>(floats.ToArray()).ToArray(),
            Datatype.Fp64 => MemoryMarshal.AsBytes<double>(doubles.ToArray()).ToArray(),
            Datatype.Bytes => Tensors.Bytes("t", [texts.Count], [.. texts]).Data.ToArray(),
            _ => [.. numbers.SelectMany(number => BitConverter.GetBytes(number)[..datatype.ElementSize()])],
        };
        return new PublishedTensor(name, type, [.. shape], data);
    }

    public Tensor ToTensor(string name) => Tensor.Create(name, Datatypes[Type], Shape, Data);

    /// <summary>How an output differs from this; null when it does not.</summary>
    public string? DifferenceFrom(Tensor output)
    {
        var expected = ToTensor("expected");
        if (expected.Datatype != output.Datatype || !expected.Shape.SequenceEqual(output.Shape))
        {
            return $"expected {expected.Datatype.Name()} [{string.Join(',', expected.Shape)}], found {output.Datatype.Name()} [{string.Join(',', output.Shape)}]";
        }

        var (wanted, found) = expected.Datatype switch
        {
            Datatype.Fp32 => (expected.Values<float>().Select(value => (double)value).ToArray(), output.Values<float>().Select(value => (double)value).ToArray()),
            Datatype.Fp64 => (expected.Values<double>(), output.Values<double>()),
            _ => ([], []),
        };
        if (wanted.Length == 0)
        {
            return expected.Data.Span.SequenceEqual(output.Data.Span) ? null : "other bytes";
        }

        var different = Enumerable.Range(0, wanted.Length).FirstOrDefault(index => !Close(wanted[index], found[index]), -1);
        return different < 0 ? null : string.Create(CultureInfo.InvariantCulture, $"element {different}: expected {wanted[different]}, found {found[different]}");
    }

    private static bool Close(double wanted, double found) =>
        wanted.Equals(found) || (double.IsFinite(wanted) && Math.Abs(wanted - found) <= Absolute + (Relative * Math.Abs(wanted)));

    private static List<ulong> Numbers(int wire, ulong value, ReadOnlySpan<byte> packed)
    {
        var numbers = new List<ulong>();
        if (wire == 0)
        {
            numbers.Add(value);
        }

        for (var position = 0; position < packed.Length;)
        {
            numbers.Add(Varint(packed, ref position));
        }

        return numbers;
    }

    private static ulong Varint(ReadOnlySpan<byte> data, ref int position)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = data[position++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}

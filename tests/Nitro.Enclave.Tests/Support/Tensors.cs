using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Nitro.Attestation.Inference;

namespace Nitro.Enclave.Tests.Support;

/// <summary>Tensors from .NET's values.</summary>
internal static class Tensors
{
    public static Tensor Of<T>(string name, Datatype datatype, long[] shape, params T[] values)
        where T : unmanaged => Tensor.Create(name, datatype, shape, MemoryMarshal.AsBytes<T>(values).ToArray());

    public static Tensor Floats(string name, params float[] values) => Of(name, Datatype.Fp32, [values.Length], values);

    public static Tensor Longs(string name, params long[] values) => Of(name, Datatype.Int64, [values.Length], values);

    public static Tensor Bytes(string name, long[] shape, params byte[][] values) => Tensor.Create(name, Datatype.Bytes, shape, Pack(values));

    public static Tensor Texts(string name, long[] shape, params string[] values) => Bytes(name, shape, [.. values.Select(Encoding.UTF8.GetBytes)]);

    public static T[] Values<T>(this Tensor tensor)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(tensor.Data.Span).ToArray();

    private static byte[] Pack(byte[][] values)
    {
        var data = new MemoryStream();
        var length = new byte[4];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, value.Length);
            data.Write(length);
            data.Write(value);
        }

        return data.ToArray();
    }
}

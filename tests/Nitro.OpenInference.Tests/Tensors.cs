using System.Buffers.Binary;
using System.Text;
using Nitro.Attestation.Inference;

namespace Nitro.OpenInference.Tests;

/// <summary>Tensors of every datatype, from a seed.</summary>
internal static class Tensors
{
    public static Tensor Random(Random random, string name, Datatype datatype, bool finite)
    {
        long[] shape = [.. Enumerable.Range(0, random.Next(4)).Select(_ => (long)random.Next(4))];
        var count = (int)shape.Aggregate(1L, (product, one) => product * one);
        return Tensor.Create(name, datatype, shape, Data(random, datatype, count, finite));
    }

    public static byte[] Data(Random random, Datatype datatype, int count, bool finite)
    {
        var data = new MemoryStream();
        for (var i = 0; i < count; i++)
        {
            data.Write(Element(random, datatype, finite));
        }

        return data.ToArray();
    }

    public static byte[] Text(params string[] texts)
    {
        var data = new MemoryStream();
        foreach (var text in texts)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            var length = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            data.Write(length);
            data.Write(bytes);
        }

        return data.ToArray();
    }

    private static byte[] Element(Random random, Datatype datatype, bool finite)
    {
        if (datatype == Datatype.Bytes)
        {
            return Text(new string([.. Enumerable.Range(0, random.Next(6)).Select(_ => "aé€\"\\\n\u0001 "[random.Next(8)])]));
        }

        var bytes = new byte[datatype.ElementSize()];
        do
        {
            random.NextBytes(bytes);
        }
        while (finite && !IsFinite(datatype, bytes));
        return datatype == Datatype.Bool ? [(byte)(bytes[0] & 1)] : bytes;
    }

    private static bool IsFinite(Datatype datatype, byte[] bytes) => datatype switch
    {
        Datatype.Fp32 => float.IsFinite(BitConverter.ToSingle(bytes)),
        Datatype.Fp64 => double.IsFinite(BitConverter.ToDouble(bytes)),
        _ => true,
    };
}

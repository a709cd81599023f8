using Nitro.Attestation.Inference;
using Nitro.Attestation.Tests.Support;

namespace Nitro.Attestation.Tests.Inference;

/// <summary>Tensors for tests, and how they are written by means that are not the product's.</summary>
internal static class Tensors
{
    public static Tensor Image => Tensor.Create("image", Datatype.Fp32, [1, 2], new byte[] { 0, 0, 128, 63, 0, 0, 192, 127 });

    public static Tensor Label => Tensor.Create("label", Datatype.Bytes, [1], new byte[] { 2, 0, 0, 0, (byte)'o', (byte)'k' });

    public static Tensor Scalar => Tensor.Create("n", Datatype.Int64, [], new byte[] { 255, 255, 255, 255, 255, 255, 255, 255 });

    public static Tensor Named(string name) => Tensor.Create(name, Datatype.Uint8, [1], new byte[] { 7 });

    /// <summary>[name, datatype, shape, bytes].</summary>
    public static byte[] Item(Tensor tensor) => Raw.Written(writer =>
    {
        writer.WriteStartArray(4);
        writer.WriteTextString(tensor.Name);
        writer.WriteTextString(tensor.Datatype.ToString().ToUpperInvariant());
        writer.WriteStartArray(tensor.Shape.Count);
        foreach (var dimension in tensor.Shape)
        {
            writer.WriteInt64(dimension);
        }

        writer.WriteEndArray();
        writer.WriteByteString(tensor.Data.Span);
        writer.WriteEndArray();
    });

    public static void AssertSame(IEnumerable<Tensor> expected, IEnumerable<Tensor> found) =>
        Assert.Equal(expected.Select(Item), found.Select(Item));
}

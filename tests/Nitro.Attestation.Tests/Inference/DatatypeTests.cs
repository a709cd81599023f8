using Nitro.Attestation.Inference;

namespace Nitro.Attestation.Tests.Inference;

public sealed class DatatypeTests
{
    [Theory]
    [InlineData(Datatype.Bool, "BOOL", 1)]
    [InlineData(Datatype.Uint8, "UINT8", 1)]
    [InlineData(Datatype.Uint16, "UINT16", 2)]
    [InlineData(Datatype.Uint32, "UINT32", 4)]
    [InlineData(Datatype.Uint64, "UINT64", 8)]
    [InlineData(Datatype.Int8, "INT8", 1)]
    [InlineData(Datatype.Int16, "INT16", 2)]
    [InlineData(Datatype.Int32, "INT32", 4)]
    [InlineData(Datatype.Int64, "INT64", 8)]
    [InlineData(Datatype.Fp32, "FP32", 4)]
    [InlineData(Datatype.Fp64, "FP64", 8)]
    [InlineData(Datatype.Bytes, "BYTES", 0)]
    public void Each_has_the_name_and_the_size_of_the_protocol(Datatype datatype, string name, int size)
    {
        Assert.Equal((name, size), (datatype.Name(), datatype.ElementSize()));
        Assert.True(DatatypeExtensions.TryParse(name, out var parsed));
        Assert.Equal(datatype, parsed);
        Assert.Contains(name, DatatypeExtensions.AllNames);
    }

    [Fact]
    public void There_are_no_others()
    {
        Assert.Equal(12, Enum.GetValues<Datatype>().Length);
        Assert.Equal(Enum.GetValues<Datatype>().Select(datatype => datatype.Name()), DatatypeExtensions.AllNames);
        foreach (var name in new[] { null, "", " ", "fp32", "FP16", "BF16", "FP32 ", "STRING", "Bool", "0", "1" })
        {
            Assert.False(DatatypeExtensions.TryParse(name, out var datatype));
            Assert.Equal(default, datatype);
        }

        foreach (var datatype in new[] { (Datatype)0, (Datatype)13, (Datatype)(-1) })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => datatype.Name());
            Assert.Throws<ArgumentOutOfRangeException>(() => datatype.ElementSize());
        }
    }
}

using Nitro.Attestation.Documents;
using Nitro.Attestation.Tests.Support;

namespace Nitro.Attestation.Tests.Documents;

public sealed class PcrSetTests
{
    [Fact]
    public void An_index_that_is_not_listed_has_no_value_and_any_number_may_be_asked_for()
    {
        var pcrs = Pcrs((0, 1), (31, 2));
        Assert.Equal(2, pcrs.Count);
        Assert.Equal([0, 31], pcrs.Indices);
        foreach (var index in new[] { int.MinValue, -33, -32, -1, 1, 30, 32, 33, 63, 64, int.MaxValue })
        {
            Assert.False(pcrs.Contains(index));
            Assert.False(pcrs.TryGet(index, out var none));
            Assert.Equal(default, none);
        }

        Assert.True(pcrs.TryGet(31, out var value));
        Assert.Equal(Enumerable.Repeat((byte)2, 48), value.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_zero_in_PCR0_PCR1_or_PCR2_shows_debug_mode_whatever_the_others_hold(int index)
    {
        Assert.True(Pcrs([.. Enumerable.Range(0, 16).Select(i => (i, (byte)(i == index ? 0 : 1)))]).ShowDebugMode);
        Assert.True(Pcrs((index, 0)).ShowDebugMode);
    }

    [Fact]
    public void Zeros_elsewhere_and_PCRs_that_are_not_listed_show_nothing()
    {
        Assert.False(Pcrs([.. Enumerable.Range(0, 16).Select(i => (i, (byte)(i > 2 ? 0 : 1)))]).ShowDebugMode);
        Assert.False(Pcrs((4, 0)).ShowDebugMode);
    }

    [Fact]
    public void A_value_with_a_single_bit_is_not_zero()
    {
        for (var bit = 0; bit < 384; bit++)
        {
            var value = new byte[48];
            value[bit / 8] = (byte)(1 << bit % 8);
            Assert.False(Parse(Raw.Map((Raw.Number(0), Raw.Bytes(value)))).ShowDebugMode);
        }
    }

    private static PcrSet Pcrs(params (int Index, byte Fill)[] values) =>
        Parse(Raw.Map([.. values.Select(value => (Raw.Number(value.Index), Raw.Bytes(Enumerable.Repeat(value.Fill, 48).ToArray())))]));

    private static PcrSet Parse(byte[] pcrs)
    {
        Assert.True(UnverifiedDocument.TryParse(new DocumentBuilder().With("pcrs", pcrs).Build(), out var document, out var error),
            error?.ToString());
        return document!.Pcrs;
    }
}

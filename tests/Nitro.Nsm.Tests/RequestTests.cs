using System.Text;

namespace Nitro.Nsm.Tests;

public class RequestTests
{
    // The encodings as a running driver took them.
    [Fact]
    public void Requests_are_byte_for_byte_what_the_device_takes()
    {
        Assert.Equal("6b44657363726962654e534d", Sent(client => client.Describe(), "DescribeNSM"));
        Assert.Equal("6947657452616e646f6d", Sent(client => client.GetRandom(), "GetRandom"));
        Assert.Equal("a16b4465736372696265504352a165696e64657803", Sent(client => client.DescribePcr(3), "DescribePCR"));
        Assert.Equal("a16b4465736372696265504352a165696e646578181f", Sent(client => client.DescribePcr(31), "DescribePCR"));
        Assert.Equal(
            "a169457874656e64504352a265696e64657810646461746143010203",
            Sent(client => client.ExtendPcr(16, [1, 2, 3]), "ExtendPCR"));
        Assert.Equal("a169457874656e64504352a265696e646578181f646461746140", Sent(client => client.ExtendPcr(31, []), "ExtendPCR"));
        Assert.Equal("a1674c6f636b504352a165696e64657811", Sent(client => client.LockPcr(17), "LockPCR"));
        Assert.Equal("a1684c6f636b50435273a16572616e67651820", Sent(client => client.LockPcrs(32), "LockPCRs"));
        Assert.Equal(
            "a16b4174746573746174696f6ea369757365725f64617461f6656e6f6e6365f66a7075626c69635f6b6579f6",
            Sent(client => client.Attest(null, null, null), "Attestation"));
        Assert.Equal(
            "a16b4174746573746174696f6ea369757365725f646174614101656e6f6e636542" + "02036a7075626c69635f6b657940",
            Sent(client => client.Attest(new byte[] { 1 }, new byte[] { 2, 3 }, ReadOnlyMemory<byte>.Empty), "Attestation"));
    }

    [Fact]
    public void Every_index_is_written_in_its_shortest_form()
    {
        for (var index = 0; index < 32; index++)
        {
            var number = index < 24 ? $"{index:x2}" : $"18{index:x2}";
            var sent = Sent(client => client.DescribePcr(index), "DescribePCR");
            Assert.EndsWith($"65{Hex("index")}{number}", sent, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Lengths_of_attested_fields_are_allowed_up_to_the_limit_and_no_further()
    {
        var transport = new ScriptedTransport(Responses.All["Attestation"].Response);
        using var client = new NsmClient(transport);
        client.Attest(new byte[512], new byte[512], new byte[1024]);
        Assert.True(Assert.Single(transport.Requests).Length < NsmLimits.MaximumRequestLength);

        AssertRefused("userData", "513", "512", () => client.Attest(new byte[513], null, null));
        AssertRefused("nonce", "513", "512", () => client.Attest(null, new byte[513], null));
        AssertRefused("publicKey", "1025", "1024", () => client.Attest(null, null, new byte[1025]));
        Assert.Single(transport.Requests);
    }

    [Fact]
    public void A_request_may_have_4096_bytes_and_no_more()
    {
        var transport = new ScriptedTransport(Responses.All["ExtendPCR"].Response);
        using var client = new NsmClient(transport);
        client.ExtendPcr(16, new byte[4069]);
        client.ExtendPcr(24, new byte[4068]);
        Assert.All(transport.Requests, request => Assert.Equal(4096, request.Length));

        AssertRefused("data", "4070", "4096", () => client.ExtendPcr(16, new byte[4070]));
        AssertRefused("data", "4069", "4096", () => client.ExtendPcr(24, new byte[4069]));
        Assert.Equal(2, transport.Requests.Count);
    }

    [Fact]
    public void Indices_outside_the_registers_never_reach_the_device()
    {
        var transport = new ScriptedTransport([]);
        using var client = new NsmClient(transport);
        foreach (var index in (int[])[int.MinValue, -1, 32, 255, int.MaxValue])
        {
            Assert.Throws<ArgumentOutOfRangeException>("index", () => client.DescribePcr(index));
            Assert.Throws<ArgumentOutOfRangeException>("index", () => client.ExtendPcr(index, [1]));
            Assert.Throws<ArgumentOutOfRangeException>("index", () => client.LockPcr(index));
        }

        Assert.Throws<ArgumentOutOfRangeException>("range", () => client.LockPcrs(-1));
        Assert.Throws<ArgumentOutOfRangeException>("range", () => client.LockPcrs(33));
        Assert.Empty(transport.Requests);
    }

    [Fact]
    public void A_range_may_be_none_or_all_of_the_registers()
    {
        Assert.EndsWith("00", Sent(client => client.LockPcrs(0), "LockPCRs"), StringComparison.Ordinal);
        Assert.EndsWith("1820", Sent(client => client.LockPcrs(32), "LockPCRs"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_client_disposes_its_transport_and_needs_one()
    {
        var transport = new ScriptedTransport([]);
        new NsmClient(transport).Dispose();
        Assert.True(transport.Disposed);
        Assert.Throws<ArgumentNullException>("transport", () => new NsmClient(null!));
    }

    private static void AssertRefused(string parameter, string found, string limit, Action call)
    {
        var error = Assert.ThrowsAny<ArgumentException>(call);
        Assert.Equal(parameter, error.ParamName);
        Assert.Contains(found, error.Message, StringComparison.Ordinal);
        Assert.Contains(limit, error.Message, StringComparison.Ordinal);
    }

    private static string Sent(Action<NsmClient> call, string name)
    {
        var transport = new ScriptedTransport(Responses.All[name].Response);
        using var client = new NsmClient(transport);
        call(client);
        return Convert.ToHexStringLower(Assert.Single(transport.Requests));
    }

    private static string Hex(string text) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text));
}

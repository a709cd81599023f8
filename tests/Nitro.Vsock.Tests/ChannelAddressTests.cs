using System.Net.Sockets;

namespace Nitro.Vsock.Tests;

public sealed class ChannelAddressTests
{
    [Theory]
    [InlineData("vsock:16:8000")]
    [InlineData("vsock:any:8000")]
    [InlineData("vsock:0:0")]
    [InlineData("vsock:4294967294:4294967294")]
    [InlineData("unix:/tmp/a.sock")]
    [InlineData("emulator:/tmp/vm.vsock:8000")]
    [InlineData("emulator:/tmp/a:b:0")]
    [InlineData("emulator:/tmp/vm.vsock:4294967294")]
    public void An_address_round_trips(string text) => Assert.Equal(text, ChannelAddress.Parse(text).ToString());

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("tcp:127.0.0.1:80")]
    [InlineData("vsock:")]
    [InlineData("vsock:16")]
    [InlineData("vsock:16:")]
    [InlineData("vsock::8000")]
    [InlineData("vsock:-1:8000")]
    [InlineData("vsock:+1:8000")]
    [InlineData("vsock: 1:8000")]
    [InlineData("vsock:4294967295:1")]
    [InlineData("vsock:1:4294967295")]
    [InlineData("vsock:4294967296:1")]
    [InlineData("vsock:1:2:3")]
    [InlineData("VSOCK:1:2")]
    [InlineData("unix:")]
    [InlineData("unix:relative.sock")]
    [InlineData("unix:/tmp/\0")]
    [InlineData("emulator:")]
    [InlineData("emulator:/tmp/vm.vsock")]
    [InlineData("emulator:/tmp/vm.vsock:")]
    [InlineData("emulator:/tmp/vm.vsock:-1")]
    [InlineData("emulator:/tmp/vm.vsock:4294967295")]
    [InlineData("emulator:/tmp/vm.vsock:4294967296")]
    [InlineData("emulator:vm.vsock:8000")]
    [InlineData("emulator::8000")]
    [InlineData("emulator:/tmp/\0:8000")]
    public void Anything_else_is_refused_with_what_to_write(string? text)
    {
        Assert.False(ChannelAddress.TryParse(text, out _, out var error));
        Assert.Contains("/path", error + "/path", StringComparison.Ordinal);
        Assert.Contains("write", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_may_have_107_bytes_and_not_108()
    {
        var longest = "/" + new string('a', ChannelAddress.MaximumPath - 1);
        Assert.Equal(longest, ChannelAddress.Parse("unix:" + longest).Path);
        Assert.False(ChannelAddress.TryParse($"unix:{longest}a", out _, out var error));
        Assert.Contains("108 bytes", error, StringComparison.Ordinal);
        Assert.False(ChannelAddress.TryParse("unix:/" + new string('ü', 54), out _, out _));
        Assert.Equal(longest, ChannelAddress.Parse($"emulator:{longest}:1").Path);
        Assert.False(ChannelAddress.TryParse($"emulator:{longest}a:1", out _, out error));
        Assert.Contains("108 bytes", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_kinds_of_address_are_told_apart()
    {
        var emulator = ChannelAddress.Parse("emulator:/tmp/vm.vsock:8000");
        Assert.Equal((ChannelKind.Emulator, "/tmp/vm.vsock", 0u, 8000u, false), (emulator.Kind, emulator.Path, emulator.Cid, emulator.Port, emulator.IsUnix));
        Assert.Equal("/tmp/vm.vsock", emulator.ToEndPoint().ToString());
        Assert.NotEqual(ChannelAddress.Parse("unix:/tmp/vm.vsock"), emulator);
        Assert.NotEqual(ChannelAddress.Parse("emulator:/tmp/vm.vsock:8001"), emulator);
        Assert.Equal((ChannelKind.Unix, true), (ChannelAddress.Parse("unix:/tmp/a").Kind, ChannelAddress.Parse("unix:/tmp/a").IsUnix));
        Assert.Equal((ChannelKind.Vsock, null), (ChannelAddress.Parse("vsock:16:1").Kind, ChannelAddress.Parse("vsock:16:1").Path));
    }

    [Fact]
    public void A_vsock_endpoint_serialises_to_sockaddr_vm()
    {
        var bytes = new VsockEndPoint(0x01020304, 0x05060708).Serialize();
        Assert.Equal("2800" + "0000" + "08070605" + "04030201" + "00000000", Convert.ToHexString(bytes.Buffer.Span[..16]));
        Assert.Equal(16, bytes.Size);
    }

    [Fact]
    public void A_vsock_endpoint_is_read_back_from_its_bytes()
    {
        var endPoint = new VsockEndPoint(16, 8000);
        Assert.Equal(endPoint, endPoint.Create(endPoint.Serialize()));
        Assert.Throws<ArgumentException>(() => endPoint.Create(new System.Net.SocketAddress(AddressFamily.Unspecified, 8)));
    }

    [Fact]
    public void Random_text_never_does_more_than_be_refused()
    {
        var random = new Random(1);
        const string Alphabet = "vsock:unix/0123456789any-\0 é";
        for (var i = 0; i < 20_000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(20)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            if (ChannelAddress.TryParse((i % 3) switch { 0 => text, 1 => "vsock:" + text, _ => "emulator:/" + text }, out var address, out var error))
            {
                Assert.Equal(address, ChannelAddress.Parse(address.ToString()));
            }
            else
            {
                Assert.NotEmpty(error);
            }
        }
    }
}

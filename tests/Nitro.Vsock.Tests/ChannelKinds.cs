using System.Net.Sockets;

namespace Nitro.Vsock.Tests;

/// <summary>A fresh address of each kind; skips the test, with the reason, where that kind cannot carry a connection.</summary>
internal static class ChannelKinds
{
    public const string Unix = "unix", Vsock = "vsock";

    private static readonly Lazy<Task<string?>> VsockObstacle = new(ProbeAsync);
    private static int _nextPort = 40_000 + (Environment.ProcessId % 10_000);

    public static async Task<ChannelAddress> CreateAsync(string kind, string folder)
    {
        if (kind == Unix)
        {
            return ChannelAddress.Parse($"unix:{folder}/{Guid.NewGuid():N}.sock");
        }

        if (await VsockObstacle.Value is { } obstacle)
        {
            Assert.Skip(obstacle);
        }

        return NextVsock();
    }

    /// <summary>Context id 1 and no other: any other would reach a real hypervisor.</summary>
    public static ChannelAddress NextVsock() => ChannelAddress.Parse($"vsock:{VsockEndPoint.LocalCid}:{Interlocked.Increment(ref _nextPort)}");

    private static async Task<string?> ProbeAsync()
    {
        var address = NextVsock();
        try
        {
            using var listener = await ChannelListener.BindAsync(ChannelAddress.Parse($"vsock:any:{address.Port}"), CancellationToken.None);
            using var socket = await ChannelSocket.ConnectAsync(address, TimeSpan.FromSeconds(1), CancellationToken.None);
            return null;
        }
        catch (Exception exception) when (exception is ChannelException or SocketException)
        {
            return $"no vsock loopback on this machine (needs the kernel's vsock_loopback): {exception.Message}";
        }
    }
}

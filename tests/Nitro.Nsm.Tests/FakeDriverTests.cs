using System.Runtime.Versioning;

namespace Nitro.Nsm.Tests;

/// <summary>The real device's class against a driver in C.</summary>
[SupportedOSPlatform("linux")]
public sealed class FakeDriverTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("fake-nsm-").FullName;

    public FakeDriverTests() => FakeDriver.Require();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_request_goes_to_the_driver_and_its_answer_comes_back()
    {
        using var device = Open("fake-nsm");
        Assert.Equal([3, 2, 1], device.Exchange([1, 2, 3]));
        Assert.Equal([7], device.Exchange([7]));
        Assert.Equal(4096, device.Exchange(new byte[NsmLimits.MaximumRequestLength]).Length);
    }

    [Fact]
    public void The_longest_answer_comes_back_whole()
    {
        using var device = Open("fake-nsm-full");
        var expected = Enumerable.Range(0, NsmLimits.MaximumResponseLength).Select(i => (byte)(5 - (i % 5)));
        Assert.Equal(expected, device.Exchange([1, 2, 3, 4, 5]));
    }

    [Fact]
    public void A_request_one_byte_too_long_is_the_drivers_to_refuse()
    {
        using var device = Open("fake-nsm");
        var error = Assert.Throws<NsmDeviceException>(() => device.Exchange(new byte[NsmLimits.MaximumRequestLength + 1]));
        Assert.Equal((NsmDeviceFault.RequestTooLarge, 90), (error.Fault, error.Errno));
        Assert.Contains("4097 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_request_never_reaches_the_driver()
    {
        using var device = Open("fake-nsm");
        Assert.Throws<ArgumentException>("request", () => device.Exchange([]));
    }

    [Fact]
    public void An_interrupted_call_is_made_again()
    {
        using var device = Open("fake-nsm-interrupted");
        Assert.Equal([2, 1], device.Exchange([1, 2]));
    }

    [Fact]
    public void A_silent_device_is_named_as_such()
    {
        using var device = Open("fake-nsm-silent");
        var error = Assert.Throws<NsmDeviceException>(() => device.Exchange([1]));
        Assert.Equal((NsmDeviceFault.TimedOut, 110), (error.Fault, error.Errno));
    }

    [Fact]
    public void A_closed_device_answers_no_more()
    {
        var device = Open("fake-nsm");
        device.Dispose();
        device.Dispose();
        Assert.Throws<ObjectDisposedException>(() => device.Exchange([1]));
    }

    [Fact]
    public async Task Calls_from_many_threads_do_not_mix_also_while_the_device_is_closed()
    {
        var device = Open("fake-nsm");
        using var busy = new CountdownEvent(4);
        var threads = Enumerable.Range(1, busy.InitialCount).Select(thread => Task.Factory.StartNew(
            () =>
            {
                for (var i = 0; ; i++)
                {
                    if (i == 100)
                    {
                        busy.Signal();
                    }

                    byte[] request = [(byte)thread, .. BitConverter.GetBytes(i)];
                    try
                    {
                        Assert.Equal(request.Reverse(), device.Exchange(request));
                    }
                    catch (ObjectDisposedException)
                    {
                        return i;
                    }
                }
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)).ToArray();
        busy.Wait(TestContext.Current.CancellationToken);
        device.Dispose();
        Assert.All(await Task.WhenAll(threads), count => Assert.InRange(count, 100, int.MaxValue));
    }

    private NsmDevice Open(string name)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, "");
        return NsmDevice.Open(path);
    }
}

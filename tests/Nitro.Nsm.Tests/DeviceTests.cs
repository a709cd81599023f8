using System.Runtime.Versioning;

namespace Nitro.Nsm.Tests;

[SupportedOSPlatform("linux")]
public sealed class DeviceTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nsm-device-").FullName;

    public DeviceTests()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("The NSM's driver exists on Linux only.");
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void An_absent_device_is_named_as_such()
    {
        var path = Path.Combine(folder, "nsm");
        var error = AssertNotOpened(path, NsmDeviceFault.Absent, errno: 2);
        Assert.Contains("inside an enclave", error.Message, StringComparison.Ordinal);
        AssertNotOpened(Path.Combine(folder, "no", "such", "folder"), NsmDeviceFault.Absent, errno: 2);
    }

    [Fact]
    public void A_file_is_no_device()
    {
        var path = Path.Combine(folder, "file");
        File.WriteAllText(path, "not a device");
        var error = AssertNotOpened(path, NsmDeviceFault.NotAnNsm, errno: 25);
        Assert.Contains("expected a character device that answers the NSM's ioctl", error.Message, StringComparison.Ordinal);
        Assert.Equal("not a device", File.ReadAllText(path));
        AssertNotOpened(Path.Combine(path, "below"), NsmDeviceFault.Absent, errno: 20);
    }

    [Fact]
    public void A_folder_is_no_device() => AssertNotOpened(folder, NsmDeviceFault.NotAnNsm, errno: 21);

    [Fact]
    public void Another_device_is_no_NSM() => AssertNotOpened("/dev/null", NsmDeviceFault.NotAnNsm, errno: 25);

    [Fact]
    public void A_device_without_permission_is_named_as_such()
    {
        var path = Path.Combine(folder, "closed");
        File.WriteAllText(path, "");
        File.SetUnixFileMode(path, UnixFileMode.None);
        if (Environment.IsPrivilegedProcess)
        {
            // Permissions do not stop root, who gets one step further.
            AssertNotOpened(path, NsmDeviceFault.NotAnNsm, errno: 25);
        }
        else
        {
            AssertNotOpened(path, NsmDeviceFault.AccessDenied, errno: 13);
        }
    }

    [Fact]
    public void Paths_that_cannot_be_are_misuse()
    {
        Assert.Throws<ArgumentException>("path", () => NsmDevice.Open(""));
        Assert.Throws<ArgumentException>("path", () => NsmDevice.Open("/dev/null\0/dev/nsm"));
        Assert.Throws<ArgumentNullException>("path", () => NsmDevice.Open(null!));
    }

    [Fact]
    public void Failed_attempts_leave_no_handle_behind()
    {
        var before = Directory.GetFiles("/proc/self/fd").Length;
        for (var i = 0; i < 200; i++)
        {
            Assert.Throws<NsmDeviceException>(() => NsmDevice.Open("/dev/null"));
        }

        Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, before + 100);
    }

    [Theory]
    [InlineData(1, NsmDeviceFault.AccessDenied)]
    [InlineData(2, NsmDeviceFault.Absent)]
    [InlineData(6, NsmDeviceFault.Absent)]
    [InlineData(13, NsmDeviceFault.AccessDenied)]
    [InlineData(19, NsmDeviceFault.Absent)]
    [InlineData(22, NsmDeviceFault.NotAnNsm)]
    [InlineData(24, NsmDeviceFault.Other)]
    public void Errors_of_opening_are_sorted(int errno, NsmDeviceFault fault)
    {
        var error = NsmDeviceException.Opening("/dev/nsm", errno);
        Assert.Equal((fault, errno, "/dev/nsm"), (error.Fault, error.Errno, error.Device));
        Assert.Contains($"(errno {errno})", error.Message, StringComparison.Ordinal);
        Assert.StartsWith("Cannot open the NSM at /dev/nsm: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(90, NsmDeviceFault.RequestTooLarge)]
    [InlineData(110, NsmDeviceFault.TimedOut)]
    [InlineData(25, NsmDeviceFault.NotAnNsm)]
    [InlineData(22, NsmDeviceFault.NotAnNsm)]
    [InlineData(5, NsmDeviceFault.Other)]
    [InlineData(61, NsmDeviceFault.Other)]
    public void Errors_of_the_ioctl_are_sorted(int errno, NsmDeviceFault fault)
    {
        var error = NsmDeviceException.Exchanging("/dev/nsm", errno, 4097);
        Assert.Equal((fault, errno, "/dev/nsm"), (error.Fault, error.Errno, error.Device));
        Assert.Contains("4097 bytes", error.Message, StringComparison.Ordinal);
        Assert.IsAssignableFrom<IOException>(error);
    }

    [Fact]
    public void The_enclaves_own_device_answers()
    {
        if (!File.Exists("/dev/nsm"))
        {
            Assert.Skip("There is no /dev/nsm: this machine is not an enclave.");
        }

        using var client = new NsmClient(NsmDevice.Open());
        var description = client.Describe();
        Assert.Equal("SHA384", description.Digest);
        Assert.Equal(32, description.MaxPcrs);
        Assert.NotEqual(client.GetRandom(), client.GetRandom());
        Assert.True(client.DescribePcr(0).Locked);
    }

    private static NsmDeviceException AssertNotOpened(string path, NsmDeviceFault fault, int errno)
    {
        var error = Assert.Throws<NsmDeviceException>(() => NsmDevice.Open(path));
        Assert.Equal((fault, errno, path), (error.Fault, error.Errno, error.Device));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        return error;
    }
}

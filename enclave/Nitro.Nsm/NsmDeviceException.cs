using System.Runtime.InteropServices;

namespace Nitro.Nsm;

/// <summary>The device could not be opened, did not take a request or did not answer it. No response exists.</summary>
public sealed class NsmDeviceException : IOException
{
    // Linux numbers, the same on x86-64 and arm64 (include/uapi/asm-generic/errno-base.h and errno.h).
    private const int Eperm = 1;
    private const int Enoent = 2;
    private const int Enxio = 6;
    private const int Eacces = 13;
    private const int Enodev = 19;
    private const int Enotdir = 20;
    private const int Eisdir = 21;
    private const int Einval = 22;
    private const int Enotty = 25;
    private const int Emsgsize = 90;
    private const int Etimedout = 110;

    private NsmDeviceException(NsmDeviceFault fault, int errno, string device, string message)
        : base(message)
    {
        Fault = fault;
        Errno = errno;
        Device = device;
    }

    /// <summary>What kind of failure it is.</summary>
    public NsmDeviceFault Fault { get; }

    /// <summary>The system's error number (errno, Linux).</summary>
    public int Errno { get; }

    /// <summary>The device's path, or what stands in for one.</summary>
    public string Device { get; }

    /// <summary>The failure that an error number of open(2) means.</summary>
    /// <param name="device">The device's path.</param>
    /// <param name="errno">The error number.</param>
    public static NsmDeviceException Opening(string device, int errno)
    {
        var fault = errno switch
        {
            Enoent or Enotdir or Enxio or Enodev => NsmDeviceFault.Absent,
            Eacces or Eperm => NsmDeviceFault.AccessDenied,
            Eisdir or Enotty or Einval => NsmDeviceFault.NotAnNsm,
            _ => NsmDeviceFault.Other,
        };
        var advice = fault switch
        {
            NsmDeviceFault.Absent => "it exists only inside an enclave, with the nsm driver loaded (Linux 6.8 or later, or AWS's module)",
            NsmDeviceFault.AccessDenied => "the driver makes it with mode 0666: see what changed that, or run as a user who may use it",
            NsmDeviceFault.NotAnNsm => "expected a character device that answers the NSM's ioctl",
            _ => "the device is there but could not be used",
        };
        return new NsmDeviceException(fault, errno, device, $"Cannot open the NSM at {device}: {Describe(errno)}; {advice}.");
    }

    /// <summary>The failure that an error number of the NSM's ioctl means.</summary>
    /// <param name="device">The device's path.</param>
    /// <param name="errno">The error number.</param>
    /// <param name="requestLength">Bytes of the request.</param>
    public static NsmDeviceException Exchanging(string device, int errno, int requestLength)
    {
        var (fault, advice) = errno switch
        {
            Emsgsize => (NsmDeviceFault.RequestTooLarge, $"expected at most {NsmLimits.MaximumRequestLength} bytes"),
            Etimedout => (NsmDeviceFault.TimedOut, "the NSM did not answer within two minutes"),
            Enotty or Einval => (NsmDeviceFault.NotAnNsm, "what was opened does not answer the NSM's ioctl"),
            _ => (NsmDeviceFault.Other, "no response was read, and the request may or may not have taken effect"),
        };
        return new NsmDeviceException(
            fault, errno, device, $"The NSM at {device} did not answer a request of {requestLength} bytes: {Describe(errno)}; {advice}.");
    }

    /// <summary>The failure that the driver gives for a request that is too long: EMSGSIZE.</summary>
    /// <param name="device">The device's path, or what stands in for one.</param>
    /// <param name="requestLength">Bytes of the request.</param>
    public static NsmDeviceException RequestTooLarge(string device, int requestLength) => Exchanging(device, Emsgsize, requestLength);

    private static string Describe(int errno) => $"{Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})";
}

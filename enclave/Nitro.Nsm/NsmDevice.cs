using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Nitro.Nsm;

/// <summary>The NSM of this enclave, through its driver's one ioctl.</summary>
/// <remarks>
/// Open it once and keep it: every call shares the one handle, and the driver has one mutex per device. Safe to use from several
/// threads at once, also while another thread disposes it. Sources: Linux's <c>drivers/misc/nsm.c</c> and <c>include/uapi/linux/nsm.h</c>.
/// </remarks>
public sealed partial class NsmDevice : INsmTransport
{
    private const int Eintr = 4;
    private const int Einval = 22;
    private const int Enotty = 25;

    private readonly SafeFileHandle handle;
    private readonly string path;

    private NsmDevice(SafeFileHandle handle, string path)
    {
        this.handle = handle;
        this.path = path;
    }

    /// <summary>Opens the device and sees that an NSM driver answers behind it.</summary>
    /// <param name="path">Where the device is.</param>
    /// <exception cref="NsmDeviceException">
    /// It is absent, access is denied, or it is something else; <see cref="NsmDeviceException.Fault"/> says which.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">This is not Linux.</exception>
    public static NsmDevice Open(string path = "/dev/nsm")
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (path.Contains('\0'))
        {
            throw new ArgumentException("A path holds no NUL.", nameof(path));
        }

        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("The NSM's driver exists on Linux only.");
        }

        int descriptor;
        int errno;
        do
        {
            descriptor = Libc.Open(path, Libc.ReadWrite | Libc.CloseOnExec);
            errno = Marshal.GetLastPInvokeError();
        }
        while (descriptor < 0 && errno == Eintr);

        if (descriptor < 0)
        {
            throw NsmDeviceException.Opening(path, errno);
        }

        var device = new NsmDevice(new SafeFileHandle(descriptor, ownsHandle: true), path);
        try
        {
            device.Probe();
            return device;
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public unsafe byte[] Exchange(ReadOnlySpan<byte> request)
    {
        if (request.IsEmpty)
        {
            throw new ArgumentException("A request is at least one byte.", nameof(request));
        }

        // The driver cuts a longer response to this without a word, so it is the driver's own maximum.
        Span<byte> response = stackalloc byte[NsmLimits.MaximumResponseLength];
        try
        {
            fixed (byte* requestAddress = request)
            fixed (byte* responseAddress = response)
            {
                var message = new Message
                {
                    RequestAddress = (ulong)requestAddress,
                    RequestLength = (ulong)request.Length,
                    ResponseAddress = (ulong)responseAddress,
                    ResponseLength = (ulong)response.Length,
                };
                var errno = Call(&message);
                if (errno != 0)
                {
                    throw NsmDeviceException.Exchanging(path, errno, request.Length);
                }

                return response[..(int)Math.Min(message.ResponseLength, (ulong)response.Length)].ToArray();
            }
        }
        finally
        {
            // A response may be random bytes that become keys.
            CryptographicOperations.ZeroMemory(response);
        }
    }

    /// <summary>Closes the device, once calls under way have ended.</summary>
    public void Dispose() => handle.Dispose();

    /// <summary>
    /// Asks with a request that is one byte too long. An NSM driver refuses it with EMSGSIZE before it reads a byte of it or wakes the
    /// device; what is not an NSM does not know the ioctl.
    /// </summary>
    private unsafe void Probe()
    {
        var message = new Message { RequestLength = NsmLimits.MaximumRequestLength + 1 };
        var errno = Call(&message);
        if (errno is Enotty or Einval)
        {
            throw NsmDeviceException.Opening(path, errno);
        }
    }

    private unsafe int Call(Message* message)
    {
        while (true)
        {
            if (Libc.Ioctl(handle, Libc.NsmRaw, message) == 0)
            {
                return 0;
            }

            // The driver waits for the device without heeding signals, so an interrupted call never reached it, and asking again
            // extends nothing twice.
            var errno = Marshal.GetLastPInvokeError();
            if (errno != Eintr)
            {
                return errno;
            }
        }
    }

    /// <summary>struct nsm_raw: two pairs of address and length.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Message
    {
        public ulong RequestAddress;
        public ulong RequestLength;
        public ulong ResponseAddress;
        public ulong ResponseLength;
    }

    private static partial class Libc
    {
        // The same numbers on x86-64 and arm64, the two kinds of machine that have enclaves.
        public const int ReadWrite = 0x2;
        public const int CloseOnExec = 0x80000;

        /// <summary>NSM_IOCTL_RAW: _IOWR(0x0A, 0, struct nsm_raw).</summary>
        public const nuint NsmRaw = 0xC020_0A00;

        [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        public static partial int Open(string path, int flags);

        [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
        public static unsafe partial int Ioctl(SafeFileHandle descriptor, nuint request, Message* message);
    }
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nitro.Enclave.Boot;

/// <summary>Linux's pool, by ioctl. Merely writing to the device would mix the bytes in without crediting them (random(4)).</summary>
/// <param name="device">The device's path.</param>
public sealed partial class LinuxKernelPool(string device = "/dev/random") : IKernelPool
{
    /// <summary>_IOW('R', 0x03, int[2]): add and credit (include/uapi/linux/random.h).</summary>
    private const nuint AddEntropy = 0x4008_5203;

    /// <summary>_IO('R', 0x07): draw from the pool anew at once, instead of within the minute.</summary>
    private const nuint Reseed = 0x5207;

    private const int HeaderSize = 2 * sizeof(int);

    /// <summary>What a kernel before Linux 4.17 says of the second request, which it does not know.</summary>
    private const int Einval = 22;

    /// <inheritdoc/>
    public void Add(ReadOnlySpan<byte> random)
    {
        // struct rand_pool_info { int entropy_count (bits); int buf_size (bytes); __u32 buf[]; }
        var information = new byte[HeaderSize + random.Length];
        WriteInt(information, 8 * random.Length);
        WriteInt(information.AsSpan(sizeof(int)), random.Length);
        random.CopyTo(information.AsSpan(HeaderSize));
        try
        {
            using var handle = File.OpenHandle(device, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            Check("RNDADDENTROPY", ControlDevice(handle, AddEntropy, information), tolerated: 0);
            Check("RNDRESEEDCRNG", ControlDevice(handle, Reseed, []), tolerated: Einval);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException($"{device} cannot be opened for writing: {exception.Message}", exception);
        }
        finally
        {
            Array.Clear(information);
        }
    }

    private static void WriteInt(Span<byte> destination, int value) => BinaryPrimitives.WriteInt32LittleEndian(destination, value);

    private void Check(string name, int result, int tolerated)
    {
        if (result != 0 && Marshal.GetLastPInvokeError() != tolerated)
        {
            throw new IOException(
                $"{name} on {device} failed: {Marshal.GetLastPInvokeErrorMessage()}; the process needs CAP_SYS_ADMIN, "
                + $"and {device} must be the kernel's own.");
        }
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int ControlDevice(SafeFileHandle handle, nuint request, byte[] argument);
}

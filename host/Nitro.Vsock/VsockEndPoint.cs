using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Nitro.Vsock;

/// <summary>
/// A vsock address for .NET sockets. Its address family says Unknown, since .NET has no name for AF_VSOCK and refuses to connect to a family that it does not
/// know; the bytes it serialises to are a real sockaddr_vm (linux/vm_sockets.h), which is what the kernel sees. Immutable.
/// </summary>
public sealed class VsockEndPoint : EndPoint, IEquatable<VsockEndPoint>
{
    /// <summary>Every context id of this machine: for listening (VMADDR_CID_ANY).</summary>
    public const uint AnyCid = 0xffff_ffff;

    /// <summary>This machine itself (VMADDR_CID_LOCAL); needs the kernel's vsock_loopback.</summary>
    public const uint LocalCid = 1;

    /// <summary>The hypervisor (VMADDR_CID_HOST).</summary>
    public const uint HostCid = 2;

    /// <summary>An enclave's parent instance.</summary>
    public const uint ParentCid = 3;

    /// <summary>AF_VSOCK on Linux.</summary>
    internal const int AddressFamilyNumber = 40;

    private const int Size = 16;

    /// <summary>Makes an endpoint.</summary>
    public VsockEndPoint(uint cid, uint port) => (Cid, Port) = (cid, port);

    /// <summary>The context id.</summary>
    public uint Cid { get; }

    /// <summary>The port.</summary>
    public uint Port { get; }

    /// <inheritdoc/>
    public override AddressFamily AddressFamily => AddressFamily.Unknown;

    /// <summary>sockaddr_vm: u16 family, u16 zero, u32 port, u32 CID, four zero bytes, in the machine's order.</summary>
    public override SocketAddress Serialize()
    {
        var address = new SocketAddress(AddressFamily.Unspecified, Size);
        var bytes = address.Buffer.Span[..Size];
        bytes.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, AddressFamilyNumber);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], Port);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], Cid);
        return address;
    }

    /// <inheritdoc/>
    public override EndPoint Create(SocketAddress socketAddress)
    {
        ArgumentNullException.ThrowIfNull(socketAddress);
        var bytes = socketAddress.Buffer.Span;
        return socketAddress.Size < 12
            ? throw new ArgumentException($"A vsock address has {Size} bytes, not {socketAddress.Size}.", nameof(socketAddress))
            : new VsockEndPoint(BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]));
    }

    /// <inheritdoc/>
    public bool Equals(VsockEndPoint? other) => other is not null && other.Cid == Cid && other.Port == Port;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as VsockEndPoint);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Cid, Port);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"vsock:{(Cid == AnyCid ? "any" : Cid.ToString(CultureInfo.InvariantCulture))}:{Port}");
}

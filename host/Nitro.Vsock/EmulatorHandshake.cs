using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Nitro.Vsock;

/// <summary>
/// How the Unix socket of an emulated machine's vsock backend is led to a port inside the machine (vhost-device-vsock, after Firecracker's "vsock
/// device: host-initiated connections"): <c>CONNECT port</c> and a line feed go out, <c>OK number</c> and a line feed come back, and from
/// there it is the stream. Where nobody listens, or the machine has not come as far, the backend just closes the connection.
/// </summary>
internal static class EmulatorHandshake
{
    /// <summary>The most bytes of the answer: "OK ", a 32-bit number's ten digits, and the line feed.</summary>
    public const int MaximumAnswer = 14;

    private const string Accepted = "OK ";
    private const string Expected = "\"OK\", a number and a line feed";

    /// <summary>Asks for the address's port on a socket that is connected to its path.</summary>
    /// <exception cref="ChannelException">The guest does not listen there, or something else than a backend answered.</exception>
    public static async ValueTask RunAsync(Socket socket, ChannelAddress address, CancellationToken cancel)
    {
        var answer = new byte[MaximumAnswer];
        var length = 0;
        try
        {
            var request = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"CONNECT {address.Port}\n"));
            for (ReadOnlyMemory<byte> rest = request; !rest.IsEmpty;)
            {
                rest = rest[await socket.SendAsync(rest, SocketFlags.None, cancel).ConfigureAwait(false)..];
            }

            // Byte by byte: what follows the line feed is the guest's already.
            while (length < answer.Length && await socket.ReceiveAsync(answer.AsMemory(length, 1), SocketFlags.None, cancel).ConfigureAwait(false) != 0)
            {
                if (answer[length] == '\n')
                {
                    Check(answer.AsSpan(0, length), address);
                    return;
                }

                length++;
            }
        }
        catch (SocketException exception)
        {
            throw new ChannelException(NobodyListens(address), exception);
        }

        throw length switch
        {
            0 => new ChannelException(NobodyListens(address)),
            MaximumAnswer => Wrong(answer, address),
            _ => new ChannelException($"{address}: the emulator's answer ended after {Show(answer.AsSpan(0, length))}; it is {Expected}"),
        };
    }

    // vhost-device-vsock repeats the port, Firecracker gives its own of this connection: the number says nothing.
    private static void Check(ReadOnlySpan<byte> line, ChannelAddress address)
    {
        var isAccepted = line.StartsWith("OK "u8) && uint.TryParse(line[Accepted.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out _);
        if (!isAccepted)
        {
            throw Wrong(line, address);
        }
    }

    private static ChannelException Wrong(ReadOnlySpan<byte> found, ChannelAddress address) =>
        new($"{address}: the answer begins with {Show(found)} where an emulator says {Expected}; is this the emulator's vm.vsock?");

    private static string NobodyListens(ChannelAddress address) =>
        string.Create(CultureInfo.InvariantCulture, $"{address}: nobody listens at port {address.Port} inside the emulated machine; is the enclave up, and is that its port?");

    // Bytes from a stranger, made fit for a terminal.
    private static string Show(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder("\"");
        foreach (var one in bytes)
        {
            text.Append(one is >= 0x20 and < 0x7f ? (char)one : '.');
        }

        return text.Append('"').ToString();
    }
}

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Nitro.Testing;

/// <summary>What a server answers to bytes that no HTTP client would send, until it closes the connection.</summary>
/// <param name="Status">The status of the first answer; 0 when there was none.</param>
/// <param name="Head">The status line and the headers.</param>
/// <param name="Body">Everything after them.</param>
public sealed record RawHttp(int Status, string Head, string Body)
{
    /// <summary>Sends bytes over a new connection and reads until the server closes it.</summary>
    /// <param name="address">Where the server listens: a Unix socket or TCP.</param>
    /// <param name="request">The bytes.</param>
    /// <param name="leave">Whether to say, after them, that no more come (half-close).</param>
    /// <param name="patience">How long the server may take to close.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="TimeoutException">The server did not close the connection in time; the message holds what it sent.</exception>
    public static async Task<RawHttp> SendAsync(EndPoint address, ReadOnlyMemory<byte> request, bool leave, TimeSpan patience, CancellationToken cancel)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(address, cancel);
        var received = new MemoryStream();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(patience);
        try
        {
            try
            {
                await socket.SendAsync(request, SocketFlags.None, limit.Token);
                if (leave)
                {
                    socket.Shutdown(SocketShutdown.Send);
                }
            }
            catch (SocketException)
            {
                // Closed before all was sent: what it said is still there to be read.
            }

            var buffer = new byte[4096];
            for (int read; (read = await socket.ReceiveAsync(buffer, SocketFlags.None, limit.Token)) > 0;)
            {
                received.Write(buffer, 0, read);
            }
        }
        catch (SocketException)
        {
            // Closed before it had read everything: what it said came first.
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"The server kept the connection open for {patience.TotalSeconds} s; it had sent: {Encoding.Latin1.GetString(received.ToArray())}");
        }

        return Parse(Encoding.UTF8.GetString(received.ToArray()));
    }

    /// <summary>Whether the head has a header with this value, without regard to case.</summary>
    public bool Has(string name, string value) => Head.Split("\r\n").Any(line => line.Equals($"{name}: {value}", StringComparison.OrdinalIgnoreCase));

    private static RawHttp Parse(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var head = end < 0 ? text : text[..end];
        var status = head.Length > 12 && int.TryParse(head.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        return new RawHttp(status, head, end < 0 ? "" : text[(end + 4)..]);
    }
}

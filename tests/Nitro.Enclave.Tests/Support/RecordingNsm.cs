using System.Text;
using Nitro.Nsm;

namespace Nitro.Enclave.Tests.Support;

/// <summary>Stands before another NSM: writes down what is asked, and answers, fails or waits in its stead when a test says so.</summary>
internal sealed class RecordingNsm(INsmTransport inner, List<string>? log = null) : INsmTransport
{
    private readonly Lock _gate = new();
    private readonly List<string> _log = log ?? [];

    /// <summary>Called with the request's name before it is passed on; may throw.</summary>
    public Action<string>? Before { get; set; }

    /// <summary>Called with the request's name and the response; what it gives is answered.</summary>
    public Func<string, byte[], byte[]>? After { get; set; }

    /// <summary>The names of the requests so far, with the register where there is one.</summary>
    public IReadOnlyList<string> Log
    {
        get
        {
            lock (_gate)
            {
                return [.. _log];
            }
        }
    }

    public byte[] Exchange(ReadOnlySpan<byte> request)
    {
        var name = Describe(request);
        lock (_gate)
        {
            _log.Add(name);
        }

        Before?.Invoke(name);
        var response = inner.Exchange(request);
        return After?.Invoke(name, response) ?? response;
    }

    public void Dispose() => inner.Dispose();

    /// <summary>A request is a text, or a map of one text to its fields; the number of a register is below 24 or one byte.</summary>
    private static string Describe(ReadOnlySpan<byte> request)
    {
        var start = request[0] == 0xa1 ? 1 : 0;
        var name = Encoding.ASCII.GetString(request.Slice(start + 1, request[start] & 0x1f));
        var index = request.IndexOf("index"u8);
        var number = index < 0 ? "" : request[index + 5] == 0x18 ? $" {request[index + 6]}" : $" {request[index + 5]}";
        return name + number;
    }
}

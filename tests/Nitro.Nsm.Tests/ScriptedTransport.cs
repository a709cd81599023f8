namespace Nitro.Nsm.Tests;

/// <summary>Gives one response to everything and keeps the requests.</summary>
internal sealed class ScriptedTransport(byte[] response) : INsmTransport
{
    public List<byte[]> Requests { get; } = [];

    public bool Disposed { get; private set; }

    public static NsmClient Client(byte[] response) => new(new ScriptedTransport(response));

    public byte[] Exchange(ReadOnlySpan<byte> request)
    {
        Requests.Add(request.ToArray());
        return response;
    }

    public void Dispose() => Disposed = true;
}

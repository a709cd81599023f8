using System.Diagnostics.CodeAnalysis;
using System.Net;
using Nitro.Vsock;

namespace Nitro.Host.Gateway;

/// <summary>Where callers connect: <c>http://ADDRESS:PORT</c> or <c>unix:/path</c>. Immutable.</summary>
internal sealed record ListenAddress
{
    private ListenAddress(IPEndPoint? tcp, ChannelAddress? unix) => (Tcp, Unix) = (tcp, unix);

    /// <summary>The TCP endpoint; null for a Unix socket.</summary>
    public IPEndPoint? Tcp { get; }

    /// <summary>The Unix socket; null for TCP.</summary>
    public ChannelAddress? Unix { get; }

    /// <summary>Whether only this machine's own users can connect.</summary>
    public bool IsLocal => Tcp is null || IPAddress.IsLoopback(Tcp.Address);

    /// <summary>Reads an address, or says why it is none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ListenAddress? address, [NotNullWhen(false)] out string? error)
    {
        (address, error) = (null, null);
        if (text.StartsWith("unix:", StringComparison.Ordinal))
        {
            address = ChannelAddress.TryParse(text, out var unix, out error) ? new ListenAddress(null, unix) : null;
            return address is not null;
        }

        var isUri = Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp && uri.AbsolutePath == "/" && uri.Query.Length == 0 && uri.UserInfo.Length == 0;
        if (!isUri || !TryParseHost(uri!, out var ip))
        {
            error = $"\"{text}\" is no address to listen on: write http://127.0.0.1:8080 (a numeric address and a port) or unix:/path";
            return false;
        }

        address = new ListenAddress(new IPEndPoint(ip, uri!.Port), null);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Tcp is null ? Unix!.ToString() : $"http://{Tcp}";

    private static bool TryParseHost(Uri uri, [NotNullWhen(true)] out IPAddress? address)
    {
        address = uri.Host == "localhost" ? IPAddress.Loopback : null;
        return address is not null || IPAddress.TryParse(uri.Host.Trim('[', ']'), out address);
    }
}

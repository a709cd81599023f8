using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Nitro.Vsock;

/// <summary>
/// Where an enclave and its host meet: <c>vsock:CID:PORT</c>, <c>vsock:any:PORT</c> for listening, or <c>unix:/path</c>, the stand-in on machines without
/// vsock. Immutable; its text round-trips.
/// </summary>
public sealed record ChannelAddress
{
    /// <summary>The most bytes of a Unix socket's path: sun_path has 108 with its closing zero (unix(7)).</summary>
    public const int MaximumPath = 107;

    private const string UnixScheme = "unix:";
    private const string VsockScheme = "vsock:";
    private const string AnyCid = "any";

    private ChannelAddress(string? path, uint cid, uint port) => (Path, Cid, Port) = (path, cid, port);

    /// <summary>Whether this is a Unix socket.</summary>
    [MemberNotNullWhen(true, nameof(Path))]
    public bool IsUnix => Path is not null;

    /// <summary>The Unix socket's absolute path; null for vsock.</summary>
    public string? Path { get; }

    /// <summary>The vsock context id; 0 for a Unix socket.</summary>
    public uint Cid { get; }

    /// <summary>The vsock port; 0 for a Unix socket.</summary>
    public uint Port { get; }

    /// <summary>Reads an address.</summary>
    /// <exception cref="FormatException">It is none; the message says what one looks like.</exception>
    public static ChannelAddress Parse(string text) => TryParse(text, out var address, out var error) ? address : throw new FormatException(error);

    /// <summary>Reads an address, or says why it is none.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ChannelAddress? address, [NotNullWhen(false)] out string? error)
    {
        address = null;
        error = text switch
        {
            null or "" => "an address is missing: write vsock:CID:PORT or unix:/path",
            _ when text.StartsWith(UnixScheme, StringComparison.Ordinal) => ParseUnix(text[UnixScheme.Length..], ref address),
            _ when text.StartsWith(VsockScheme, StringComparison.Ordinal) => ParseVsock(text[VsockScheme.Length..], ref address),
            _ => $"\"{text}\" is no address: write vsock:CID:PORT, vsock:any:PORT or unix:/path",
        };
        return address is not null;
    }

    /// <summary>The endpoint for sockets.</summary>
    public EndPoint ToEndPoint() => IsUnix ? new UnixDomainSocketEndPoint(Path) : new VsockEndPoint(Cid, Port);

    /// <inheritdoc/>
    public override string ToString() => IsUnix
        ? UnixScheme + Path
        : string.Create(CultureInfo.InvariantCulture, $"{VsockScheme}{(Cid == VsockEndPoint.AnyCid ? AnyCid : Cid.ToString(CultureInfo.InvariantCulture))}:{Port}");

    private static string? ParseUnix(string path, ref ChannelAddress? address)
    {
        if (!System.IO.Path.IsPathRooted(path) || path.Contains('\0', StringComparison.Ordinal))
        {
            return $"\"{path}\" is no absolute path: write unix:/path";
        }

        var length = Encoding.UTF8.GetByteCount(path);
        if (length > MaximumPath)
        {
            return string.Create(CultureInfo.InvariantCulture, $"the path \"{path}\" has {length} bytes; a Unix socket's has at most {MaximumPath}: choose a shorter folder");
        }

        address = new ChannelAddress(path, 0, 0);
        return null;
    }

    private static string? ParseVsock(string text, ref ChannelAddress? address)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var cidText = colon < 0 ? "" : text[..colon];
        var cid = VsockEndPoint.AnyCid;
        if (colon < 0
            || (cidText != AnyCid && (!TryParseNumber(cidText, out cid) || cid == VsockEndPoint.AnyCid))
            || !TryParseNumber(text[(colon + 1)..], out var port)
            || port == uint.MaxValue)
        {
            return $"\"{text}\" is no vsock address: write vsock:CID:PORT with numbers below {uint.MaxValue}, or vsock:any:PORT";
        }

        address = new ChannelAddress(null, cid, port);
        return null;
    }

    private static bool TryParseNumber(string text, out uint number) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

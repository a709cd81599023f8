using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Nitro.Vsock;

/// <summary>
/// Where an enclave and its host meet: <c>vsock:CID:PORT</c>, <c>vsock:any:PORT</c> for listening, <c>unix:/path</c>, the stand-in on machines without
/// vsock, or <c>emulator:/path:PORT</c>, a port inside an emulated machine, reached through the Unix socket of its vsock backend: for connecting only.
/// Immutable; its text round-trips.
/// </summary>
public sealed record ChannelAddress
{
    /// <summary>The most bytes of a Unix socket's path: sun_path has 108 with its closing zero (unix(7)).</summary>
    public const int MaximumPath = 107;

    private const string UnixScheme = "unix:";
    private const string VsockScheme = "vsock:";
    private const string EmulatorScheme = "emulator:";
    private const string AnyCid = "any";

    private ChannelAddress(ChannelKind kind, string? path, uint cid, uint port) => (Kind, Path, Cid, Port) = (kind, path, cid, port);

    /// <summary>What carries it.</summary>
    public ChannelKind Kind { get; }

    /// <summary>Whether this is a Unix socket and nothing behind it.</summary>
    [MemberNotNullWhen(true, nameof(Path))]
    public bool IsUnix => Kind == ChannelKind.Unix;

    /// <summary>The absolute path of the Unix socket, or of the emulator's; null for vsock.</summary>
    public string? Path { get; }

    /// <summary>The vsock context id; 0 for a Unix socket and for an emulator, whose socket leads to one machine.</summary>
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
            null or "" => "an address is missing: write vsock:CID:PORT, unix:/path or emulator:/path:PORT",
            _ when text.StartsWith(UnixScheme, StringComparison.Ordinal) => ParseUnix(text[UnixScheme.Length..], ref address),
            _ when text.StartsWith(VsockScheme, StringComparison.Ordinal) => ParseVsock(text[VsockScheme.Length..], ref address),
            _ when text.StartsWith(EmulatorScheme, StringComparison.Ordinal) => ParseEmulator(text[EmulatorScheme.Length..], ref address),
            _ => $"\"{text}\" is no address: write vsock:CID:PORT, vsock:any:PORT, unix:/path or emulator:/path:PORT",
        };
        return address is not null;
    }

    /// <summary>The address of a port inside an emulated machine, or why there is none.</summary>
    /// <param name="path">The absolute path of its vsock backend's Unix socket.</param>
    /// <param name="port">The port inside the machine.</param>
    /// <param name="address">The address.</param>
    /// <param name="error">What is wrong, and what to write.</param>
    public static bool TryCreateEmulator(string path, uint port, [NotNullWhen(true)] out ChannelAddress? address, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(path);
        error = port == uint.MaxValue ? $"{port} is no vsock port: write a number below it" : CheckPath(path, "emulator:/path:PORT");
        address = error is null ? new ChannelAddress(ChannelKind.Emulator, path, 0, port) : null;
        return address is not null;
    }

    /// <summary>The endpoint for sockets: an emulator's is its Unix socket, at which the port is still to be asked for.</summary>
    public EndPoint ToEndPoint() => Path is not null ? new UnixDomainSocketEndPoint(Path) : new VsockEndPoint(Cid, Port);

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        ChannelKind.Unix => UnixScheme + Path,
        ChannelKind.Emulator => string.Create(CultureInfo.InvariantCulture, $"{EmulatorScheme}{Path}:{Port}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{VsockScheme}{(Cid == VsockEndPoint.AnyCid ? AnyCid : Cid.ToString(CultureInfo.InvariantCulture))}:{Port}"),
    };

    private static string? ParseUnix(string path, ref ChannelAddress? address)
    {
        var error = CheckPath(path, "unix:/path");
        address = error is null ? new ChannelAddress(ChannelKind.Unix, path, 0, 0) : null;
        return error;
    }

    // The last colon parts path and port, so that a path may have colons of its own.
    private static string? ParseEmulator(string text, ref ChannelAddress? address)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !TryParseNumber(text[(colon + 1)..], out var port))
        {
            return $"\"{text}\" is no path and port of an emulated machine: write emulator:/path:PORT";
        }

        _ = TryCreateEmulator(text[..colon], port, out address, out var error);
        return error;
    }

    private static string? CheckPath(string path, string form)
    {
        if (!System.IO.Path.IsPathRooted(path) || path.Contains('\0', StringComparison.Ordinal))
        {
            return $"\"{path}\" is no absolute path: write {form}";
        }

        var length = Encoding.UTF8.GetByteCount(path);
        return length > MaximumPath
            ? string.Create(CultureInfo.InvariantCulture, $"the path \"{path}\" has {length} bytes; a Unix socket's has at most {MaximumPath}: choose a shorter folder")
            : null;
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

        address = new ChannelAddress(ChannelKind.Vsock, null, cid, port);
        return null;
    }

    private static bool TryParseNumber(string text, out uint number) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

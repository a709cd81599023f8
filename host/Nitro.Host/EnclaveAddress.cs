using System.Globalization;
using Nitro.Vsock;

namespace Nitro.Host;

/// <summary>Where the enclave is, from the two options that can say it.</summary>
internal static class EnclaveAddress
{
    /// <summary>The port that an image's enclave listens at unless it was told otherwise.</summary>
    public const uint DefaultPort = 8000;

    /// <summary>The address that one of the options names.</summary>
    /// <param name="enclave">What --enclave says: an address.</param>
    /// <param name="emulator">What --emulator says: PATH or PATH:PORT, PATH as the shell knows it.</param>
    /// <exception cref="UsageException">Neither or both were given, what was given is no address, or something else than a socket lies there.</exception>
    public static ChannelAddress Read(string? enclave, string? emulator)
    {
        var address = ReadText(enclave, emulator);
        return address.Path is { } path && SocketFile.IsOtherKind(path)
            ? throw new UsageException($"{(enclave is null ? "--emulator" : "--enclave")}: {path} is {(Directory.Exists(path) ? "a folder" : "a file")}, not a socket: {(enclave is null ? "name the vm.vsock that make emulator-run prints" : "name the socket that the enclave listens at")}")
            : address;
    }

    private static ChannelAddress ReadText(string? enclave, string? emulator) => (enclave, emulator) switch
    {
        (null, null) => throw new UsageException("where is the enclave? give --enclave ADDRESS, or --emulator PATH[:PORT] for an emulated one"),
        ({ } text, null) => ChannelAddress.TryParse(text, out var address, out var error) ? address : throw new UsageException($"--enclave: {error}"),
        (null, { } text) => ReadEmulator(text),
        _ => throw new UsageException("--enclave and --emulator both say where the enclave is: give one of them"),
    };

    private static ChannelAddress ReadEmulator(string text)
    {
        var (path, port) = (text, DefaultPort);
        var colon = text.LastIndexOf(':');
        if (colon >= 0 && text.AsSpan(colon + 1).IndexOf('/') < 0)
        {
            path = text[..colon];
            if (!uint.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port))
            {
                throw new UsageException($"--emulator: \"{text[(colon + 1)..]}\" is no vsock port: write PATH, or PATH:PORT");
            }
        }

        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new UsageException($"--emulator: \"{text}\" names no socket: write PATH, or PATH:PORT; make emulator-run prints the path");
        }

        return ChannelAddress.TryCreateEmulator(Path.GetFullPath(path), port, out var address, out var error) ? address : throw new UsageException($"--emulator: {error}");
    }
}

using System.CommandLine;
using System.Security.Cryptography;
using Nitro.Host.Gateway;
using Nitro.Host.Store;
using Nitro.Vsock;

namespace Nitro.Host;

/// <summary><c>nitro-host serve</c>: its options, and what it prints.</summary>
internal static class ServeCommand
{
    /// <summary>Bytes of a token's file that are read: a header's line has room for less (Kestrel's limit is 32 KiB for all of them).</summary>
    private const int MaximumToken = 8192;

    /// <summary>How long the enclave may take to be connected to at the start, before a warning says that it cannot be.</summary>
    private static readonly TimeSpan ProbeTime = TimeSpan.FromSeconds(2);

    /// <summary>The command. Its failures become one line on <paramref name="error"/>.</summary>
    public static Command Create(TextWriter error)
    {
        var enclave = new Option<string?>("--enclave") { Description = "Where the enclave listens: vsock:CID:PORT, or unix:/path for a simulated one.", HelpName = "ADDRESS" };
        var emulator = new Option<string?>("--emulator") { Description = $"Instead of --enclave: the vm.vsock of an emulated machine (make emulator-run), and the enclave's port inside it, {EnclaveAddress.DefaultPort} otherwise.", HelpName = "PATH[:PORT]" };
        var listen = new Option<string>("--listen") { Description = "Where callers connect: http://ADDRESS:PORT or unix:/path.", DefaultValueFactory = _ => "http://127.0.0.1:8080", HelpName = "ADDRESS" };
        var store = new Option<string>("--store") { Description = "The folder of the evidence store, made when absent.", Required = true, HelpName = "FOLDER" };
        var content = new Option<string>("--content") { Description = "What of input and output is stored with the evidence: full or none.", DefaultValueFactory = _ => "full", HelpName = "full|none" };
        content.AcceptOnlyFromAmong("full", "none");
        var token = new Option<string?>("--token-file") { Description = "A file whose first line callers must send as bearer token.", HelpName = "FILE" };
        var open = new Option<bool>("--no-authentication-unsafe") { Description = "Let anybody who can connect ask and read evidence, also on an address that other machines reach." };
        var body = new Option<long>("--maximum-body") { Description = "The most bytes of a request.", DefaultValueFactory = _ => GatewaySettings.DefaultMaximumBody, HelpName = "BYTES" };
        var deadline = new Option<int>("--deadline") { Description = "The most seconds that the enclave may take for an answer.", DefaultValueFactory = _ => 60, HelpName = "SECONDS" };
        var concurrency = new Option<int>("--maximum-concurrency") { Description = "How many requests are at the enclave at once.", DefaultValueFactory = _ => 128, HelpName = "N" };
        var command = new Command("serve", "Relay inference to an enclave; each answer leaves only after its evidence is on disk.")
        {
            enclave, emulator, listen, store, content, token, open, body, deadline, concurrency,
        };
        int Fail(int code, string message)
        {
            CommandLine.Say(error, message);
            return code;
        }

        command.SetAction(async (parsed, _) =>
        {
            try
            {
                var settings = new GatewaySettings
                {
                    Enclave = EnclaveAddress.Read(parsed.GetValue(enclave), parsed.GetValue(emulator)),
                    Listen = ReadListen(parsed.GetValue(listen)!),
                    Store = ReadStore(parsed.GetValue(store)!),
                    KeepContent = parsed.GetValue(content) == "full",
                    Token = ReadToken(parsed.GetValue(token)),
                    MaximumBody = InRange(parsed.GetValue(body), 1, GatewaySettings.GreatestMaximumBody, "--maximum-body"),
                    Deadline = TimeSpan.FromSeconds(InRange(parsed.GetValue(deadline), 1, 3600, "--deadline")),
                    MaximumConcurrency = (int)InRange(parsed.GetValue(concurrency), 1, 10_000, "--maximum-concurrency"),
                };
                if (!settings.Listen.IsLocal && settings.Token is null && !parsed.GetValue(open))
                {
                    throw new UsageException($"--listen {settings.Listen} is reached by other machines: give --token-file, or say --no-authentication-unsafe");
                }

                return await ServeAsync(settings, error).ConfigureAwait(false);
            }
            catch (UsageException exception)
            {
                return Fail(ExitCode.Usage, exception.Message);
            }
            catch (Exception exception) when (exception is StoreException or IOException or UnauthorizedAccessException)
            {
                return Fail(ExitCode.Environment, exception.Message);
            }
        });
        return command;
    }

    private static async Task<int> ServeAsync(GatewaySettings settings, TextWriter error)
    {
        await using var server = await GatewayServer.StartAsync(settings, RandomNumberGenerator.Fill, TimeProvider.System, problem => error.WriteLine($"nitro-host: {problem}")).ConfigureAwait(false);
        Console.WriteLine($"enclave  {settings.Enclave}");
        Console.WriteLine($"store    {Path.GetFullPath(settings.Store)}, {(settings.KeepContent ? "with" : "without")} input and output");
        Console.WriteLine($"callers  {(settings.Token is null ? "anybody who can connect" : "those with the token")}");
        if (await FindFaultAsync(settings.Enclave).ConfigureAwait(false) is { } fault)
        {
            CommandLine.Say(error, $"warning: the enclave cannot be reached, and every question gets 503 until it can: {fault}");
        }

        Console.WriteLine($"ready    {server.Address}");
        await server.WaitForShutdownAsync().ConfigureAwait(false);
        Console.WriteLine("stopped");
        return ExitCode.Done;
    }

    /// <summary>Why there is no connection to the enclave now; null when there is one. It may come later, so this ends nothing.</summary>
    private static async Task<string?> FindFaultAsync(ChannelAddress enclave)
    {
        try
        {
            var stream = await Channel.ConnectAsync(enclave, ProbeTime, CancellationToken.None).ConfigureAwait(false);
            await stream.DisposeAsync().ConfigureAwait(false);
            return null;
        }
        catch (ChannelException exception)
        {
            return exception.Message;
        }
    }

    private static ListenAddress ReadListen(string text) =>
        ListenAddress.TryParse(text, out var address, out var error) ? address : throw new UsageException($"--listen: {error}");

    private static string ReadStore(string folder) =>
        folder.Length == 0 || folder.Contains('\0', StringComparison.Ordinal) ? throw new UsageException("--store: an empty text or one with a zero in it names no folder") : folder;

    private static string? ReadToken(string? file)
    {
        if (file is null)
        {
            return null;
        }

        if (!File.Exists(file))
        {
            throw new UsageException(Directory.Exists(file) ? $"--token-file: {file} is a folder, and a file is needed" : $"--token-file: there is no file {(file.Length == 0 ? "without a name" : file)}");
        }

        var content = new byte[MaximumToken];
        int length;
        try
        {
            using var stream = File.OpenRead(file);
            length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new UnauthorizedAccessException($"--token-file: {file} may not be read by this user", exception);
        }

        using var text = new StreamReader(new MemoryStream(content, 0, length));
        var token = text.ReadLine()?.Trim() ?? "";
        if (token.Any(char.IsControl) || (length == MaximumToken && !content.Contains((byte)'\n')))
        {
            throw new UsageException($"--token-file: the first line of {file} is no text of less than {MaximumToken} bytes: make one with `openssl rand -hex 32`");
        }

        return token.Length >= 16 ? token : throw new UsageException($"--token-file: the first line of {file} has fewer than 16 characters: make one with `openssl rand -hex 32`");
    }

    private static long InRange(long value, long minimum, long maximum, string option) =>
        value >= minimum && value <= maximum ? value : throw new UsageException($"{option} is {value}; it may be {minimum} to {maximum}");
}

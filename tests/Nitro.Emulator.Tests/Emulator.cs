using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Nitro.Testing;
using Nitro.Vsock;

namespace Nitro.Emulator.Tests;

/// <summary>
/// An image that was booted by eif-build/emulator/run.sh in QEMU's nitro-enclave machine. Disposing it ends the machine, whatever happened.
/// </summary>
internal sealed partial class Emulator : IAsyncDisposable
{
    /// <summary>Set by <c>make test-emulator</c> to the image that <c>make image</c> built.</summary>
    private const string ImageVariable = "NITRO_EMULATOR_IMAGE";

    private const int SigTerm = 15, SigKill = 9;

    /// <summary>A machine at work takes several times what an idle one does.</summary>
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(180), FirstWord = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly StringBuilder _errors;
    private bool _disposed;

    private Emulator(Process process, StringBuilder errors, string folder)
    {
        (_process, _errors, Folder) = (process, errors, folder);
        Address = $"emulator:{folder}/vm.vsock:8000";
    }

    /// <summary>Whether there is an image to boot.</summary>
    public static bool IsSetUp => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(ImageVariable));

    /// <summary>The production image, or a skip with the reason.</summary>
    public static string Image
    {
        get
        {
            var image = Environment.GetEnvironmentVariable(ImageVariable);
            Assert.SkipWhen(string.IsNullOrEmpty(image), "needs a built image and QEMU's nitro-enclave machine: run `make test-emulator`");
            return image!;
        }
    }

    /// <summary>Where the machine's sockets and console lie.</summary>
    public string Folder { get; }

    /// <summary>Where the enclave's port 8000 is reached.</summary>
    public string Address { get; }

    /// <summary>From the start of QEMU to the first answer.</summary>
    public TimeSpan ReadyAfter { get; private set; }

    /// <summary>What the machine printed so far.</summary>
    public string Console => File.Exists(ConsoleFile) ? File.ReadAllText(ConsoleFile) : "";

    private string ConsoleFile => Path.Combine(Folder, "console");

    /// <summary>
    /// Boots an image and waits for what <paramref name="ready"/> waits for. A boot that never printed a word is tried once more: QEMU's
    /// emulated processor hangs before the kernel's first line once in a while, most of all on a machine at work.
    /// </summary>
    public static async Task<Emulator> BootAsync(string image, string folder, Func<Emulator, CancellationToken, Task<bool>> ready, CancellationToken cancel, params string[] options)
    {
        for (var attempt = 1; ; attempt++)
        {
            var emulator = Start(image, folder, options);
            try
            {
                var clock = Stopwatch.StartNew();
                while (!await ready(emulator, cancel))
                {
                    if (emulator._process.HasExited)
                    {
                        throw new InvalidOperationException($"the machine ended before it was ready.\n{emulator._errors}\n{emulator.Console}");
                    }

                    if (clock.Elapsed > ReadyTimeout || (clock.Elapsed > FirstWord && emulator.Console.Length == 0))
                    {
                        throw new TimeoutException($"not ready after {clock.Elapsed.TotalSeconds:0} s.\n{emulator._errors}\n{emulator.Console}");
                    }

                    await Task.Delay(100, cancel);
                }

                emulator.ReadyAfter = clock.Elapsed;
                return emulator;
            }
            catch (TimeoutException) when (attempt == 1 && emulator.Console.Length == 0)
            {
                TestContext.Current.TestOutputHelper?.WriteLine("a boot that never printed: once more");
                await emulator.DisposeAsync();
            }
            catch
            {
                await emulator.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Boots an enclave and waits until it answers.</summary>
    public static Task<Emulator> BootEnclaveAsync(string image, string folder, CancellationToken cancel, params string[] options) =>
        BootAsync(image, folder, AnswersAsync, cancel, options);

    /// <summary>A client that speaks to the enclave itself.</summary>
    public HttpClient CreateClient() => new(ChannelHttpHandler.Create(ChannelAddress.Parse(Address))) { BaseAddress = new Uri("http://enclave/"), Timeout = TimeSpan.FromMinutes(3) };

    /// <summary>Waits until the machine ends by itself.</summary>
    public Task EndedAsync(TimeSpan timeout, CancellationToken cancel) => _process.WaitForExitAsync(cancel).WaitAsync(timeout, cancel);

    /// <summary>Ends QEMU at once, as a crash or the kernel would.</summary>
    public async Task KillAsync()
    {
        Assert.Equal(0, Kill(Qemu(), SigKill));
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>The most memory that QEMU has had, in MiB.</summary>
    public int PeakMebibytes() =>
        int.Parse(File.ReadLines($"/proc/{Qemu()}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, SigTerm);
            try
            {
                await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(15));
            }
            catch (TimeoutException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        _process.Dispose();
    }

    private static Emulator Start(string image, string folder, string[] options)
    {
        Directory.CreateDirectory(folder);
        var start = new ProcessStartInfo(
            "sh", [RepositoryRoot.Combine("eif-build", "emulator", "run.sh"), image, "--work", folder, "--console", Path.Combine(folder, "console"), .. options])
        {
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        var errors = new StringBuilder();
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.BeginErrorReadLine();
        return new Emulator(process, errors, folder);
    }

    private static async Task<bool> AnswersAsync(Emulator emulator, CancellationToken cancel)
    {
        using var client = emulator.CreateClient();
        client.Timeout = TimeSpan.FromSeconds(20);
        try
        {
            using var answer = await client.GetAsync(new Uri("v2/health/ready", UriKind.Relative), cancel);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException && !cancel.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>The QEMU whose sockets lie in this folder.</summary>
    private int Qemu() => Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
        .Where(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        .Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
        .First(id => CommandLine(id) is var line && line.Contains("qemu-system", StringComparison.Ordinal) && line.Contains(Folder + "/", StringComparison.Ordinal) && !line.Contains("run.sh", StringComparison.Ordinal));

    private static string CommandLine(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Replace('\0', ' ');
        }
        catch (IOException)
        {
            return "";
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}

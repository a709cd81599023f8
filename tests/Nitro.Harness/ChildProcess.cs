using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Nitro.Harness;

/// <summary>One of our executables as a process of its own, whose output is kept. Disposing it stops it, whatever happened.</summary>
public sealed partial class ChildProcess : IAsyncDisposable
{
    private const int SigTerm = 15;

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _readyText;

    private ChildProcess(string name, Process process, string readyText)
    {
        Name = name;
        _process = process;
        _readyText = readyText;
    }

    /// <summary>What messages call it.</summary>
    public string Name { get; }

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it still runs.</summary>
    public bool IsRunning => !_process.HasExited;

    /// <summary>Everything that it has printed.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts an assembly with the dotnet host and waits until it prints a line that holds <paramref name="readyText"/>.</summary>
    /// <exception cref="InvalidOperationException">It stopped, or was not ready in time; the message holds what it printed.</exception>
    public static async Task<ChildProcess> StartAsync(string name, string assembly, IEnumerable<string> arguments, string readyText, TimeSpan timeout, CancellationToken cancel)
    {
        if (!File.Exists(assembly))
        {
            throw new InvalidOperationException($"{assembly} is not there: run `make build` first.");
        }

        var start = new ProcessStartInfo("dotnet", [assembly, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            Environment = { ["ORT_DISABLE_TELEMETRY"] = "1", ["DOTNET_TieredPGO"] = "0" },
        };
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var child = new ChildProcess(name, process, readyText);
        process.OutputDataReceived += child.Received;
        process.ErrorDataReceived += child.Received;
        process.Exited += (_, _) => child._ready.TrySetException(new InvalidOperationException($"{name} stopped before it was ready."));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await child._ready.Task.WaitAsync(timeout, cancel);
            return child;
        }
        catch (Exception exception) when (exception is InvalidOperationException or TimeoutException)
        {
            await child.DisposeAsync();
            throw new InvalidOperationException($"{name} did not start: {exception.Message} It printed:\n{child.Output}", exception);
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it at once, as a crash or the kernel would (SIGKILL), and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        if (IsRunning)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to end (SIGTERM) and gives its exit code; kills it when it has not ended in time.</summary>
    public async Task<int> StopAsync(TimeSpan timeout)
    {
        if (IsRunning)
        {
            _ = Kill(_process.Id, SigTerm);
            try
            {
                await _process.WaitForExitAsync().WaitAsync(timeout);
            }
            catch (TimeoutException)
            {
                await KillAsync();
            }
        }

        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.FromSeconds(5));
        _process.Dispose();
    }

    private void Received(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line.Data);
        }

        if (line.Data.Contains(_readyText, StringComparison.Ordinal))
        {
            _ready.TrySetResult();
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}

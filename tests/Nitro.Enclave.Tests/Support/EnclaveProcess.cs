using System.Diagnostics;
using System.Text;
using Nitro.Testing;

namespace Nitro.Enclave.Tests.Support;

/// <summary>One of the product's executables as a process of its own, built as this test was.</summary>
internal sealed class EnclaveProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    private EnclaveProcess(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
            {
                _errors.AppendLine(line.Data);
            }
        };
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString();
            }
        }
    }

    /// <summary>The folder in which a project's build for this test's configuration lies.</summary>
    public static string OutputFolder(string project)
    {
        // …/tests/Nitro.Enclave.Tests/bin/CONFIGURATION/FRAMEWORK/
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        return RepositoryRoot.Combine("enclave", project, "bin", own.Parent!.Name, own.Name);
    }

    /// <summary>Starts an executable in a folder that is also its home, where whatever it leaves behind can be seen.</summary>
    public static EnclaveProcess Start(string project, string executable, string home, params string[] arguments)
    {
        Directory.CreateDirectory(home);
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(OutputFolder(project), executable + ".dll"));
        Array.ForEach(arguments, start.ArgumentList.Add);
        start.WorkingDirectory = home;
        start.Environment["HOME"] = home;
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment.Remove("XDG_CACHE_HOME");
        start.Environment.Remove("ORT_DISABLE_TELEMETRY");
        return new EnclaveProcess(Process.Start(start)!);
    }

    public async Task<string?> ReadLineAsync() =>
        await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    public async Task<string> ReadToEndAsync() => await _process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);

    public async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}

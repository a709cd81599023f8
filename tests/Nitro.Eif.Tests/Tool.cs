using System.ComponentModel;
using System.Diagnostics;

namespace Nitro.Eif.Tests;

/// <summary>A temporary folder, gone with the test.</summary>
internal sealed class Folder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("nitro-eif-").FullName;

    public static string operator /(Folder folder, string name) => System.IO.Path.Combine(folder.Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>Programs that tests compare with. Where one is not installed the test is skipped, with that as the reason.</summary>
internal static class Tool
{
    /// <summary>Runs a program to its successful end and gives what it printed.</summary>
    public static string Run(Folder folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder.Path };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip($"{program} is not installed");
            throw;
        }

        using (process)
        {
            var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} gave {process.ExitCode}: {errors.Result}");
            return output;
        }
    }
}

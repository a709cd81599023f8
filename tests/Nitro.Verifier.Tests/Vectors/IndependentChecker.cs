using System.Diagnostics;
using Nitro.Testing;

namespace Nitro.Verifier.Tests.Vectors;

/// <summary>tests/vectors/check.py as a process of its own.</summary>
internal static class IndependentChecker
{
    /// <summary>Runs it to its end; skips the running test where there is no python3.</summary>
    /// <param name="folder">The folder of vectors whose checker runs.</param>
    /// <param name="argument">Its only argument, null for none.</param>
    /// <param name="input">What it reads.</param>
    public static async Task<(int ExitCode, string Output)> RunAsync(string folder, string? argument = null, string input = "")
    {
        var start = new ProcessStartInfo("python3")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(folder, "check.py"));
        if (argument is not null)
        {
            start.ArgumentList.Add(argument);
        }

        // No __pycache__ in the tree.
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        using var python = Start(start);
        var cancelled = TestContext.Current.CancellationToken;
        var output = python.StandardOutput.ReadToEndAsync(cancelled);
        var errors = python.StandardError.ReadToEndAsync(cancelled);
        await python.StandardInput.WriteAsync(input.AsMemory(), cancelled);
        python.StandardInput.Close();
        await python.WaitForExitAsync(cancelled);
        Assert.Equal("", await errors);
        return (python.ExitCode, await output);
    }

    /// <summary>The folder of vectors in the tree.</summary>
    public static string Folder => RepositoryRoot.Combine("tests", "vectors");

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("python3 is not installed: the independent checker needs 3.9 or later.");
            throw;
        }
    }
}

using System.Diagnostics;
using Nitro.Testing;

namespace Nitro.Emulator.Tests;

/// <summary>What eif-build/emulator/run.sh refuses, and with which exit code it ends. Only the last needs a machine.</summary>
public sealed class ScriptTests : IDisposable
{
    private const long Mebibyte = 1 << 20;

    private static readonly string Script = RepositoryRoot.Combine("eif-build", "emulator", "run.sh");

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Three times the image and 32 MiB: below it, the kernel panics or runs without what it could not unpack.</summary>
    [Theory]
    [InlineData(20 * Mebibyte, 128, 3)]
    [InlineData(33 * Mebibyte, 131, 3)]
    [InlineData(33 * Mebibyte, 130, 2)]
    [InlineData((33 * Mebibyte) + 1, 131, 2)]
    [InlineData(85 * Mebibyte, 128, 2)]
    public async Task Memory_that_the_image_cannot_be_unpacked_in_is_refused(long size, int memory, int status)
    {
        var image = _folder / "sparse.eif";
        using (var file = File.Create(image))
        {
            file.Write(".eif"u8);
            file.SetLength(size);
        }

        // Where nothing is set up, what is not refused ends with another code.
        var result = await RunAsync("sh", [Script, image, "--memory", $"{memory}"], ("NITRO_EMULATOR_CACHE", _folder / "none"));
        Assert.Equal(status, result.Status);
        var error = status == 2 ? $"emulator: --memory is {memory} MiB, too little for an image of " : "emulator: not set up in ";
        Assert.StartsWith(error, result.Errors, StringComparison.Ordinal);
    }

    /// <summary>The console is read back, which would wait for ever where nothing is kept.</summary>
    [Theory]
    [InlineData("/dev/stdout", 2)]
    [InlineData("/", 2)]
    [InlineData("/dev/null", 3)]
    [InlineData("/nonexistent/console", 3)]
    public async Task A_console_that_keeps_nothing_is_refused(string console, int status)
    {
        var image = _folder / "small.eif";
        await File.WriteAllTextAsync(image, ".eif", TestContext.Current.CancellationToken);
        var result = await RunAsync("sh", [Script, image, "--console", console], ("NITRO_EMULATOR_CACHE", _folder / "none"));
        Assert.Equal(status, result.Status);
        Assert.StartsWith(status == 2 ? $"emulator: --console: {console} is no regular file" : "emulator: not set up in ", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("it's.eif")]
    [InlineData("a \"b\" $c `d` #e; f.eif")]
    public async Task A_name_of_an_image_is_no_syntax_for_the_shell_that_make_runs(string name)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/make"), "needs make");
        string[] arguments = ["--no-print-directory", "-C", RepositoryRoot.Path, "emulator-run", $"IMAGE={name}", "ARGUMENTS=--cpus 1 *"];
        var result = await RunAsync("make", arguments);
        Assert.Equal(2, result.Status);
        Assert.StartsWith($"emulator: one image at a time: \"{name}\" and \"*\" were given\n", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kernel_that_panics_is_a_failure()
    {
        Images.ReplaceInit(Emulator.Image, _folder / "panic.eif", "no program\n"u8.ToArray());
        var result = await RunAsync("sh", [Script, _folder / "panic.eif", "--work", _folder / "vm", "--console", _folder / "console"]);
        Assert.Equal(1, result.Status);
        Assert.Contains(
            "emulator: the machine has ended before it could run its program: Kernel panic - not syncing", result.Errors, StringComparison.Ordinal);
    }

    private static async Task<(int Status, string Errors)> RunAsync(string program, string[] arguments, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in new[] { "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "IMAGE", "ARGUMENTS" })
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var cancel = TestContext.Current.CancellationToken;
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var errors = await process.StandardError.ReadToEndAsync(cancel);
        await output;
        await process.WaitForExitAsync(cancel);
        return (process.ExitCode, errors);
    }
}

using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nitro.Nsm.Tests;

/// <summary>Puts fake-driver.c between NsmDevice and the kernel, where a C compiler is at hand.</summary>
internal static class FakeDriver
{
    private static readonly Lazy<(nint Library, string? Lacking, string? Complaint)> Built = new(Build);

    /// <summary>Skips the running test where there is no compiler, or no C library to compile for.</summary>
    public static void Require()
    {
        Assert.Null(Built.Value.Complaint);
        if (Built.Value.Lacking is { } reason)
        {
            Assert.Skip(reason);
        }
    }

    [ModuleInitializer]
    internal static void Install() => NativeLibrary.SetDllImportResolver(
        typeof(NsmDevice).Assembly, (name, _, _) => name == "libc" ? Built.Value.Library : 0);

    private static (nint Library, string? Lacking, string? Complaint) Build()
    {
        if (!OperatingSystem.IsLinux())
        {
            return (0, "The fake driver is Linux's.", null);
        }

        var folder = Directory.CreateTempSubdirectory("nsm-driver-");
        try
        {
            var library = Path.Combine(folder.FullName, "fake-driver.so");
            var source = Path.Combine(AppContext.BaseDirectory, "fake-driver.c");
            string[] arguments = ["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, source];
            using var compiler = Process.Start(new ProcessStartInfo("cc", arguments)
            {
                RedirectStandardError = true,
                Environment = { ["LC_ALL"] = "C" },
            })!;
            var complaint = compiler.StandardError.ReadToEnd();
            compiler.WaitForExit();
            if (compiler.ExitCode == 0)
            {
                return (NativeLibrary.Load(library), null, null);
            }

            return complaint.Contains("No such file or directory", StringComparison.Ordinal)
                ? (0, $"The C compiler lacks its library's headers: {complaint}", null)
                : (0, null, complaint);
        }
        catch (Win32Exception)
        {
            return (0, "There is no C compiler (cc) to build the fake driver with.", null);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

using System.Runtime.InteropServices;
using System.Text;

namespace Nitro.Testing;

/// <summary>
/// Switches off the telemetry of ONNX Runtime, which keeps a device id, writes a cache and tries to reach the network. The native library
/// asks its C library's environment when it loads; <see cref="Environment.SetEnvironmentVariable(string, string)"/> changes only .NET's own
/// copy of that on Unix. A product sets the variable before the process starts; a test process is started by others, so it must do it
/// itself.
/// </summary>
public static class OnnxTelemetry
{
    /// <summary>The variable that ONNX Runtime reads.</summary>
    public const string Variable = "ORT_DISABLE_TELEMETRY";

    private static readonly byte[] NativeName = [.. Encoding.ASCII.GetBytes(Variable), 0];

    /// <summary>
    /// Sets the variable to 1 for this process and those it starts. To be called from a module initializer of the test project, so that it
    /// runs before anything can load the library.
    /// </summary>
    public static void Disable()
    {
        Environment.SetEnvironmentVariable(Variable, "1");
        if (!OperatingSystem.IsWindows() && SetNative(NativeName, "1\0"u8.ToArray(), overwrite: 1) != 0)
        {
            throw new InvalidOperationException($"The C library refused to set {Variable}: start the tests with {Variable}=1.");
        }
    }

    /// <summary>The variable as native code sees it, null when it is not set.</summary>
    public static string? NativeValue() => OperatingSystem.IsWindows()
        ? Environment.GetEnvironmentVariable(Variable)
        : Marshal.PtrToStringUTF8(GetNative(NativeName));

    [DllImport("libc", EntryPoint = "setenv")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetNative(byte[] name, byte[] value, int overwrite);

    [DllImport("libc", EntryPoint = "getenv")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint GetNative(byte[] name);
}

using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Nitro.Enclave.Models;

/// <summary>
/// ONNX Runtime's state that belongs to the whole process: its telemetry, its logging and its memory. There is one per process, made by the
/// first <see cref="Start"/>, and it stays until the process ends.
/// </summary>
public static partial class OnnxProcess
{
    /// <summary>The variable that turns ONNX Runtime's telemetry off; the runtime reads it with getenv(3) when it starts.</summary>
    public const string TelemetryVariable = "ORT_DISABLE_TELEMETRY";

    /// <summary>The variable that lets a model file override the options of its session. It must not be set.</summary>
    public const string ModelOptionsVariable = "ORT_LOAD_CONFIG_FROM_MODEL";

    /// <summary>BFCArena's kSameAsRequested: what is asked for is allocated, not the next power of two.</summary>
    private const int ExtendAsRequested = 1;

    private const int RuntimeDefault = -1;

    private static readonly Lock Gate = new();
    private static int? s_memoryMiB;

    /// <summary>
    /// Turns telemetry off in the environment of this very process. Call it first thing in Main:
    /// <see cref="Environment.SetEnvironmentVariable(string, string?)"/> does not reach native code, and setenv(3) must not run while other
    /// threads read the environment.
    /// </summary>
    /// <exception cref="EnclaveStartException">The variable could not be set.</exception>
    public static void DisableTelemetry()
    {
        if (SetEnvironment(TelemetryVariable, "1", overwrite: 1) != 0)
        {
            throw EnclaveStartException.Environment(
                $"{TelemetryVariable}=1 could not be set ({Marshal.GetLastPInvokeErrorMessage()}); set it before the process starts.");
        }
    }

    /// <summary>Starts the runtime, once for the process: no telemetry, no logging, and no more memory for models than this.</summary>
    /// <param name="memoryMiB">MiB for the weights and the runs of all models together.</param>
    /// <exception cref="EnclaveStartException">Telemetry is not off, models may override options, or the runtime does not
    /// start.</exception>
    /// <exception cref="InvalidOperationException">It was started with another limit.</exception>
    public static void Start(int memoryMiB)
    {
        if (Variable(TelemetryVariable) != "1")
        {
            throw EnclaveStartException.Environment(
                $"{TelemetryVariable} must be 1 in the process's environment before ONNX Runtime starts, or it writes files and "
                + $"calls home; found {Found(TelemetryVariable)}.");
        }

        if (Variable(ModelOptionsVariable) is not null)
        {
            throw EnclaveStartException.Environment(
                $"{ModelOptionsVariable} must not be set, or a model file could override the settings that the enclave attests; "
                + $"found {Found(ModelOptionsVariable)}.");
        }

        lock (Gate)
        {
            if (s_memoryMiB is { } started)
            {
                if (started != memoryMiB)
                {
                    throw new InvalidOperationException(
                        $"ONNX Runtime was started with {started} MiB in this process; it cannot be started again with {memoryMiB}.");
                }

                return;
            }

            CreateEnvironment(memoryMiB);
            s_memoryMiB = memoryMiB;
        }
    }

    /// <summary>The runtime's version, such as <c>1.29.0</c>. <see cref="Start"/> comes first.</summary>
    public static string Version => OrtEnv.Instance().GetVersionString();

    private static void CreateEnvironment(int memoryMiB)
    {
        try
        {
            var options = new EnvironmentCreationOptions { logId = "nitro", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
            var environment = OrtEnv.CreateInstanceWithOptions(ref options);
            environment.DisableTelemetryEvents();
            using var memory = new OrtMemoryInfo(OrtMemoryInfo.allocatorCPU, OrtAllocatorType.ArenaAllocator, 0, OrtMemType.Default);
            using var arena = new OrtArenaCfg((uint)memoryMiB << 20, ExtendAsRequested, RuntimeDefault, RuntimeDefault);
            environment.CreateAndRegisterAllocator(memory, arena);
        }
        catch (Exception exception) when (exception is OnnxRuntimeException or TypeInitializationException or DllNotFoundException)
        {
            throw EnclaveStartException.Environment(
                $"ONNX Runtime does not start: {PlainText.Of(exception.InnerException ?? exception)}", exception);
        }
    }

    private static string? Variable(string name) => Marshal.PtrToStringUTF8(GetEnvironment(name));

    private static string Found(string name) => Variable(name) is { } value ? PlainText.Quote(value) : "none";

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetEnvironment(string name);
}

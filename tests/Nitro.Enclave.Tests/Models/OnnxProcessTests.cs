using System.Runtime.InteropServices;
using Nitro.Enclave.Models;
using Nitro.Enclave.Tests.Support;

namespace Nitro.Enclave.Tests.Models;

/// <summary>These change the environment of the test process, so nothing else runs beside them.</summary>
[CollectionDefinition(nameof(OnnxProcessTests), DisableParallelization = true)]
[Collection(nameof(OnnxProcessTests))]
public sealed partial class OnnxProcessTests : IDisposable
{
    public void Dispose()
    {
        OnnxProcess.DisableTelemetry();
        Assert.Equal(0, Unset(OnnxProcess.ModelOptionsVariable));
    }

    [Fact]
    public void Without_its_telemetry_off_the_runtime_is_not_started()
    {
        Assert.Equal(0, Unset(OnnxProcess.TelemetryVariable));
        Refused("ORT_DISABLE_TELEMETRY must be 1", "found none");

        // What .NET sets for itself does not reach the runtime.
        Environment.SetEnvironmentVariable(OnnxProcess.TelemetryVariable, "1");
        Refused("ORT_DISABLE_TELEMETRY must be 1", "found none");
        OnnxProcess.DisableTelemetry();
        OnnxProcess.Start(Loading.MemoryMiB);
    }

    [Fact]
    public void Models_that_could_override_what_is_attested_are_not_allowed_to()
    {
        Assert.Equal(0, Set(OnnxProcess.ModelOptionsVariable, "1", 1));
        Refused("ORT_LOAD_CONFIG_FROM_MODEL must not be set", "found \"1\"");
        Assert.Equal(0, Unset(OnnxProcess.ModelOptionsVariable));
        OnnxProcess.Start(Loading.MemoryMiB);
    }

    [Fact]
    public void Another_memory_limit_in_the_same_process_is_misuse()
    {
        OnnxProcess.Start(Loading.MemoryMiB);
        Assert.Throws<InvalidOperationException>(() => OnnxProcess.Start(Loading.MemoryMiB + 1));
        Assert.Equal("1.29.0", OnnxProcess.Version);
    }

    private static void Refused(params string[] parts)
    {
        var refusal = Assert.Throws<EnclaveStartException>(() => OnnxProcess.Start(Loading.MemoryMiB));
        Assert.Equal(EnclaveStartException.EnvironmentExitCode, refusal.ExitCode);
        Assert.All(parts, part => Assert.Contains(part, refusal.Message, StringComparison.Ordinal));
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Set(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unset(string name);
}

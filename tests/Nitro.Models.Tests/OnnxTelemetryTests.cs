using Nitro.Testing;

namespace Nitro.Models.Tests;

public sealed class OnnxTelemetryTests
{
    [Fact]
    public void Native_code_sees_that_telemetry_is_off() => Assert.Equal("1", OnnxTelemetry.NativeValue());

    [Fact]
    public void A_child_process_would_see_it_too() => Assert.Equal("1", Environment.GetEnvironmentVariable(OnnxTelemetry.Variable));
}

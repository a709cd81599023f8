using System.Runtime.CompilerServices;
using Nitro.Enclave.Models;

namespace Nitro.Enclave.Tests.Support;

/// <summary>What an executable does first thing in Main.</summary>
internal static class Telemetry
{
    [ModuleInitializer]
    public static void Disable() => OnnxProcess.DisableTelemetry();
}

using System.Runtime.CompilerServices;
using Nitro.Testing;

namespace Nitro.Models.Tests;

internal static class ModuleSetup
{
    [ModuleInitializer]
    internal static void DisableTelemetry() => OnnxTelemetry.Disable();
}

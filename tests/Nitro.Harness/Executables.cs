using System.Reflection;
using Nitro.Testing;

namespace Nitro.Harness;

/// <summary>Where the built executables lie: beside this assembly's own configuration.</summary>
public static class Executables
{
    /// <summary>The enclave with the simulated NSM.</summary>
    public static string SimulatedEnclave { get; } = Find("enclave", "Nitro.Enclave.Simulated", "nitro-enclave-simulated.dll");

    /// <summary>The host.</summary>
    public static string Host { get; } = Find("host", "Nitro.Host", "nitro-host.dll");

    /// <summary>The auditor's command.</summary>
    public static string Verify { get; } = Find("verifier", "Nitro.Verifier.Cli", "nitro-verify.dll");

    private static string Find(string folder, string project, string assembly)
    {
        var configuration = typeof(Executables).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        return RepositoryRoot.Combine(folder, project, "bin", configuration, "net10.0", assembly);
    }
}

using Nitro.Enclave.Boot;
using Nitro.Nsm;

namespace Nitro.Enclave;

/// <summary>What an enclave has around it: everything that differs between a production image and a simulation. Immutable.</summary>
public sealed record EnclaveEnvironment
{
    /// <summary>Opens the NSM; called once.</summary>
    public required Func<INsmTransport> OpenNsm { get; init; }

    /// <summary>The kernel's random pool.</summary>
    public required IKernelPool KernelPool { get; init; }

    /// <summary>The enclave's clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where the log goes.</summary>
    public required EnclaveLog Log { get; init; }

    /// <summary>Reads a whole file; called once per model.</summary>
    public Func<string, byte[]> ReadFile { get; init; } = File.ReadAllBytes;
}

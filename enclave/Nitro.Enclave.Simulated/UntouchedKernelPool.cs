using Nitro.Enclave.Boot;

namespace Nitro.Enclave.Simulated;

/// <summary>Leaves the machine's pool alone: it has its own sources, and a simulated NSM's bytes came from it in the first place.</summary>
internal sealed class UntouchedKernelPool : IKernelPool
{
    public void Add(ReadOnlySpan<byte> random)
    {
    }
}

namespace Nitro.Enclave.Boot;

/// <summary>The kernel's pool of random bytes, from which every key and salt of the process comes.</summary>
public interface IKernelPool
{
    /// <summary>Adds random bytes, credits all their bits, and makes what is drawn from now on depend on them.</summary>
    /// <param name="random">At least 32 bytes from a source that can be trusted.</param>
    /// <exception cref="IOException">They could not be added.</exception>
    void Add(ReadOnlySpan<byte> random);
}

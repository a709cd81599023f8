using Nitro.Enclave.Boot;

namespace Nitro.Enclave.Tests.Support;

/// <summary>A kernel pool that only writes down what it is given.</summary>
internal sealed class RecordingPool(List<string>? log = null) : IKernelPool
{
    public List<byte[]> Added { get; } = [];

    public Exception? Failure { get; set; }

    public void Add(ReadOnlySpan<byte> random)
    {
        log?.Add("kernel pool");
        if (Failure is not null)
        {
            throw Failure;
        }

        Added.Add(random.ToArray());
    }
}

using Nitro.Nsm.Simulator;

namespace Nitro.Enclave.Tests.Support;

/// <summary>One simulated PKI for all tests of the process: its keys take the longest to make.</summary>
internal static class TestPki
{
    public static SimulatedPki Instance { get; } = SimulatedPki.Create();

    public static SimulatedNsm Nsm(TimeProvider? time = null) => new(Instance, new SimulatedNsmOptions { Time = time ?? TimeProvider.System });
}

namespace Nitro.Nsm.Simulator.Tests;

/// <summary>A simulated NSM with the codec over it, and the clock it goes by.</summary>
internal sealed class Enclave : IDisposable
{
    public const string ModuleId = "i-0bbcdf09feaae6636-enc019d2710faa69d22";

    // A root is what costs; tests that do not look at it may share one.
    private static readonly SimulatedPki SharedPki = SimulatedPki.Create();

    public Enclave(SimulatedNsmOptions? options = null, SimulatedPki? pki = null)
    {
        Time = options?.Time as FakeTime ?? new FakeTime();
        Nsm = new SimulatedNsm(pki ?? SharedPki, (options ?? new SimulatedNsmOptions { ModuleId = ModuleId }) with { Time = Time });
        Client = new NsmClient(Nsm);
    }

    public static SimulatedPki Pki => SharedPki;

    public FakeTime Time { get; }

    public SimulatedNsm Nsm { get; }

    public NsmClient Client { get; }

    public Document Attest(byte[]? userData = null, byte[]? nonce = null, byte[]? publicKey = null) =>
        new(Client.Attest(Optional(userData), Optional(nonce), Optional(publicKey)));

    public string Send(string hex) => Convert.ToHexStringLower(Nsm.Exchange(Convert.FromHexString(hex)));

    public void Dispose() => Client.Dispose();

    /// <summary>A null array would convert to an empty value, not to none.</summary>
    private static ReadOnlyMemory<byte>? Optional(byte[]? value)
    {
        if (value is null)
        {
            return null;
        }

        return value;
    }
}

namespace Nitro.Nsm.Simulator;

/// <summary>A request as the simulated NSM understood it.</summary>
internal abstract record NsmRequest
{
    private NsmRequest()
    {
    }

    public sealed record DescribeNsm : NsmRequest;

    public sealed record GetRandom : NsmRequest;

    public sealed record DescribePcr(int Index) : NsmRequest;

    public sealed record ExtendPcr(int Index, ReadOnlyMemory<byte> Data) : NsmRequest;

    public sealed record LockPcr(int Index) : NsmRequest;

    public sealed record LockPcrs(int Range) : NsmRequest;

    public sealed record Attestation(ReadOnlyMemory<byte>? UserData, ReadOnlyMemory<byte>? Nonce, ReadOnlyMemory<byte>? PublicKey)
        : NsmRequest;
}

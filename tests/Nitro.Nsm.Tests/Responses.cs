namespace Nitro.Nsm.Tests;

/// <summary>One right response for every request, with the call that asks for it.</summary>
internal static class Responses
{
    public const string ModuleId = "i-0bbcdf09feaae6636-enc019d2710faa69d22";

    public static readonly (string Key, byte[] Value)[] DescriptionFields =
    [
        ("version_major", Cbor.Number(1)),
        ("version_minor", Cbor.Number(2)),
        ("version_patch", Cbor.Number(3)),
        ("module_id", Cbor.Text(ModuleId)),
        ("max_pcrs", Cbor.Number(32)),
        ("locked_pcrs", Cbor.Array(0, 1, 2, 16)),
        ("digest", Cbor.Text("SHA384")),
    ];

    public static readonly (string Key, byte[] Value)[] PcrFields = [("data", Cbor.Bytes(48)), ("lock", Cbor.Boolean(true))];

    public static IReadOnlyDictionary<string, (byte[] Response, Action<NsmClient> Call)> All { get; } =
        new Dictionary<string, (byte[], Action<NsmClient>)>
        {
            ["DescribeNSM"] = (Cbor.Map(("DescribeNSM", Cbor.Map(DescriptionFields))), client => client.Describe()),
            ["DescribePCR"] = (Cbor.Map(("DescribePCR", Cbor.Map(PcrFields))), client => client.DescribePcr(3)),
            ["ExtendPCR"] = (Cbor.Map(("ExtendPCR", Cbor.Map(("data", Cbor.Bytes(48))))), client => client.ExtendPcr(16, [1])),
            ["LockPCR"] = (Cbor.Text("LockPCR"), client => client.LockPcr(16)),
            ["LockPCRs"] = (Cbor.Text("LockPCRs"), client => client.LockPcrs(18)),
            ["GetRandom"] = (Cbor.Map(("GetRandom", Cbor.Map(("random", Cbor.Bytes(256))))), client => client.GetRandom()),
            ["Attestation"] = (
                Cbor.Map(("Attestation", Cbor.Map(("document", Cbor.Bytes(5000))))), client => client.Attest(null, null, null)),
        };

    public static TheoryData<string> Names => [.. All.Keys];
}

using System.Text;
using Nitro.Attestation;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Inference;

namespace Nitro.Verifier.Fuzz.Simulation;

/// <summary>What the simulated enclaves run, and what the strict situations therefore expect.</summary>
public static class FuzzImage
{
    public static Sha384Digest Model { get; } = Sha384Digest.Of("a model"u8);

    public static Sha384Digest OtherModel { get; } = Sha384Digest.Of("another model"u8);

    public static ModelManifest Manifest { get; } = ModelManifest.Create([new("digits", "1", Model), new("digits", "2", OtherModel)]);

    public static EnclaveConfiguration Configuration { get; } = EnclaveConfiguration.Create([new("runtime", "test")]);

    public static InferenceInput Input { get; } = InferenceInput.Create(
        [Tensor.Create("x", Datatype.Uint8, [3], new byte[] { 1, 2, 3 })], []);

    public static InferenceOutput Output { get; } = InferenceOutput.Create([Tensor.Create("y", Datatype.Uint8, [1], new byte[] { 7 })]);

    public static byte[] Nonce { get; } = Encoding.ASCII.GetBytes("the caller's nonce");

    public static byte[] UserData { get; } = Encoding.ASCII.GetBytes("user data");

    public static byte[] PublicKey { get; } = Encoding.ASCII.GetBytes("a public key");

    /// <summary>PCR0 to 2.</summary>
    public static IReadOnlyDictionary<int, Sha384Digest> Pcrs { get; } = Measurements("an image");

    public static IReadOnlyDictionary<int, Sha384Digest> RetiredPcrs { get; } = Measurements("a retired image");

    /// <summary>The image's release, and one whose window ended before any chain began.</summary>
    public static IReadOnlyList<Release> Releases { get; } =
    [
        new("current", Pcrs, FuzzChain.IssuedAt.AddDays(-1), FuzzChain.IssuedAt.AddDays(30)),
        new("retired", RetiredPcrs, notAfter: FuzzChain.IssuedAt.AddDays(-1)),
    ];

    /// <summary>PCRs of a document: the image's, and 16 and 17 as the manifest and the configuration leave them.</summary>
    public static Dictionary<int, ReadOnlyMemory<byte>> AllPcrs(
        IReadOnlyDictionary<int, Sha384Digest> image, Sha384Digest manifest, Sha384Digest configuration)
    {
        var all = image.ToDictionary(one => one.Key, one => (ReadOnlyMemory<byte>)one.Value.ToArray());
        all[16] = manifest.ExtendFromZero().ToArray();
        all[17] = configuration.ExtendFromZero().ToArray();
        return all;
    }

    private static Dictionary<int, Sha384Digest> Measurements(string name) =>
        Enumerable.Range(0, 3).ToDictionary(
            index => index, index => Sha384Digest.Of(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{name} PCR{index}"))));
}

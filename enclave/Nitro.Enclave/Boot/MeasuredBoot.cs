using Nitro.Attestation;
using Nitro.Attestation.Claims;
using Nitro.Nsm;

namespace Nitro.Enclave.Boot;

/// <summary>
/// What an enclave does with the NSM before its first key and its first socket. Each step throws <see cref="EnclaveStartException"/> when
/// anything is not as it must be; there is no way to go on.
/// </summary>
public static class MeasuredBoot
{
    /// <summary>The register that is extended with the digest of the model manifest, and locked.</summary>
    public const int ModelsPcr = 16;

    /// <summary>The register that is extended with the digest of the configuration, and locked.</summary>
    public const int ConfigurationPcr = 17;

    /// <summary>The register of the certificate that signed the image: zero for one that nobody signed.</summary>
    public const int SignerPcr = 8;

    /// <summary>
    /// The registers that are measured of an image before anything in it runs: the whole, kernel with boot ramdisk, the rest, the signer.
    /// </summary>
    public static IReadOnlyList<int> ImagePcrs { get; } = [0, 1, 2, SignerPcr];

    /// <summary>Random bytes that the kernel's pool gets at least: twice the 256 bits that make Linux's generator ready.</summary>
    public const int MinimumSeed = 64;

    private const int MaximumDraws = 16;

    /// <summary>Opens the NSM and asks it who it is.</summary>
    /// <param name="open">Opens the device; called once.</param>
    public static (NsmClient Client, NsmDescription Description) Open(Func<INsmTransport> open)
    {
        ArgumentNullException.ThrowIfNull(open);
        var client = Step("The NSM cannot be opened", () => new NsmClient(open()));
        try
        {
            var description = Step("The NSM does not describe itself", client.Describe);
            if (description.MaxPcrs <= ConfigurationPcr)
            {
                throw EnclaveStartException.Environment($"The NSM has {description.MaxPcrs} PCRs; expected more than {ConfigurationPcr}.");
            }

            return (client, description);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Feeds the kernel's pool with random bytes of the NSM.</summary>
    public static void SeedKernel(NsmClient nsm, IKernelPool pool)
    {
        ArgumentNullException.ThrowIfNull(nsm);
        ArgumentNullException.ThrowIfNull(pool);
        var seed = new List<byte>();
        for (var draw = 0; draw < MaximumDraws && seed.Count < MinimumSeed; draw++)
        {
            seed.AddRange(Step("The NSM gives no random bytes", nsm.GetRandom));
        }

        var values = seed.Distinct().Count();
        if (seed.Count < MinimumSeed || values < MinimumSeed / 4)
        {
            throw EnclaveStartException.Environment(
                $"The NSM gives no random bytes that could be used: expected at least {MinimumSeed}, "
                + $"found {seed.Count} with {values} different values.");
        }

        Step("The kernel's pool cannot be seeded", () =>
        {
            pool.Add(seed.ToArray());
            return true;
        });
    }

    /// <summary>Extends PCR16 and PCR17 from zero, each once, and locks both.</summary>
    public static void Measure(NsmClient nsm, ModelManifest manifest, EnclaveConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(nsm);
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(configuration);
        (int Index, Sha384Digest Digest)[] registers = [(ModelsPcr, manifest.Digest), (ConfigurationPcr, configuration.Digest)];
        foreach (var (index, _) in registers)
        {
            Expect(nsm, index, default, locked: false);
        }

        foreach (var (index, digest) in registers)
        {
            var value = Step($"PCR{index} cannot be extended", () => nsm.ExtendPcr(index, digest.ToArray()));
            var expected = digest.ExtendFromZero();
            if (!expected.Matches(value))
            {
                throw EnclaveStartException.Environment(
                    $"PCR{index} is not what one extension from zero gives: expected {expected}, found {Convert.ToHexStringLower(value)}.");
            }
        }

        foreach (var (index, _) in registers)
        {
            Step($"PCR{index} cannot be locked", () =>
            {
                nsm.LockPcr(index);
                return true;
            });
        }

        foreach (var (index, digest) in registers)
        {
            Expect(nsm, index, digest.ExtendFromZero(), locked: true);
        }
    }

    private static void Expect(NsmClient nsm, int index, Sha384Digest value, bool locked)
    {
        var state = Step($"PCR{index} cannot be read", () => nsm.DescribePcr(index));
        if (state.Locked != locked || !value.Matches(state.Value.Span))
        {
            var advice = locked ? "something else extends it" : "an enclave starts its workload once; restart the enclave";
            var found = Describe(Sha384Digest.FromBytes(state.Value.Span), state.Locked);
            throw EnclaveStartException.Environment($"PCR{index}: expected {Describe(value, locked)}, found {found}; {advice}.");
        }
    }

    private static string Describe(Sha384Digest value, bool locked) =>
        $"{(value == default ? "zero" : value.ToString())} and {(locked ? "locked" : "not locked")}";

    private static T Step<T>(string failure, Func<T> step)
    {
        try
        {
            return step();
        }
        catch (IOException exception)
        {
            throw EnclaveStartException.Environment($"{failure}: {PlainText.Of(exception)}", exception);
        }
    }
}

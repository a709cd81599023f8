using System.Formats.Cbor;
using System.Security.Cryptography;
using Nitro.Attestation;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Documents;
using Nitro.Enclave.Boot;
using Nitro.Enclave.Tests.Support;
using Nitro.Nsm;

namespace Nitro.Enclave.Tests.Boot;

public sealed class MeasuredBootTests
{
    private static readonly ModelManifest Manifest = ModelManifest.Create([new ManifestEntry("m", "1", Sha384Digest.Of("model"u8))]);
    private static readonly EnclaveConfiguration Configuration = EnclaveConfiguration.Create([new("setting", "value")]);

    [Fact]
    public void PCR16_and_PCR17_are_extended_once_from_zero_and_locked()
    {
        using var nsm = new NsmClient(TestPki.Nsm());
        MeasuredBoot.Measure(nsm, Manifest, Configuration);
        foreach (var (index, digest) in new[] { (16, Manifest.Digest), (17, Configuration.Digest) })
        {
            // The arithmetic of the design, written out here: SHA384(0^48 ‖ digest).
            var expected = SHA384.HashData([.. new byte[48], .. digest.ToArray()]);
            var state = nsm.DescribePcr(index);
            Assert.True(state.Locked);
            Assert.Equal(expected, state.Value.ToArray());
            Assert.Equal(NsmErrorCode.ReadOnlyIndex, Assert.Throws<NsmException>(() => nsm.ExtendPcr(index, [1])).Code);
        }

        Assert.True(UnverifiedDocument.TryParse(nsm.Attest(null, null, null), out var document, out _));
        Assert.True(document!.Pcrs.TryGet(16, out var models));
        Assert.Equal(Manifest.Digest.ExtendFromZero(), models);
        Assert.True(document.Pcrs.TryGet(17, out var settings));
        Assert.Equal(Configuration.Digest.ExtendFromZero(), settings);
        Assert.False(document.Pcrs.Contains(18));
    }

    [Fact]
    public void Both_are_looked_at_before_either_is_touched_and_again_at_the_end()
    {
        var recording = new RecordingNsm(TestPki.Nsm());
        using var nsm = new NsmClient(recording);
        MeasuredBoot.Measure(nsm, Manifest, Configuration);
        Assert.Equal(
            [
                "DescribePCR 16", "DescribePCR 17", "ExtendPCR 16", "ExtendPCR 17", "LockPCR 16", "LockPCR 17", "DescribePCR 16", "DescribePCR 17",
            ],
            recording.Log);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(17)]
    public void A_register_that_was_extended_before_is_refused_untouched(int index)
    {
        var recording = new RecordingNsm(TestPki.Nsm());
        using var nsm = new NsmClient(recording);
        nsm.ExtendPcr(index, "before"u8);
        var refusal = Assert.Throws<EnclaveStartException>(() => MeasuredBoot.Measure(nsm, Manifest, Configuration));
        Assert.Equal(3, refusal.ExitCode);
        Assert.StartsWith($"PCR{index}: expected zero and not locked, found ", refusal.Message, StringComparison.Ordinal);
        Assert.Single(recording.Log, name => name.StartsWith("ExtendPCR", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(17)]
    public void A_register_that_is_locked_is_refused_untouched(int index)
    {
        var recording = new RecordingNsm(TestPki.Nsm());
        using var nsm = new NsmClient(recording);
        nsm.LockPcr(index);
        var refusal = Assert.Throws<EnclaveStartException>(() => MeasuredBoot.Measure(nsm, Manifest, Configuration));
        Assert.Equal($"PCR{index}: expected zero and not locked, found zero and locked; an enclave starts its workload once; restart the enclave.", refusal.Message);
        Assert.DoesNotContain(recording.Log, name => name.StartsWith("ExtendPCR", StringComparison.Ordinal));
    }

    [Fact]
    public void A_second_start_in_the_same_enclave_is_refused()
    {
        using var nsm = new NsmClient(TestPki.Nsm());
        MeasuredBoot.Measure(nsm, Manifest, Configuration);
        Assert.Contains("restart the enclave", Assert.Throws<EnclaveStartException>(() => MeasuredBoot.Measure(nsm, Manifest, Configuration)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DescribePCR 16", "PCR16 cannot be read")]
    [InlineData("ExtendPCR 17", "PCR17 cannot be extended")]
    [InlineData("LockPCR 16", "PCR16 cannot be locked")]
    [InlineData("LockPCR 17", "PCR17 cannot be locked")]
    public void Every_failure_of_the_NSM_ends_the_start(string request, string message)
    {
        var recording = new RecordingNsm(TestPki.Nsm()) { Before = name => ThrowIf(name == request) };
        using var nsm = new NsmClient(recording);
        var refusal = Assert.Throws<EnclaveStartException>(() => MeasuredBoot.Measure(nsm, Manifest, Configuration));
        Assert.Equal(3, refusal.ExitCode);
        Assert.StartsWith(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_NSM_that_does_not_lock_or_extends_otherwise_is_found_out()
    {
        // Something else extends PCR16 between the extension and the lock.
        var simulated = TestPki.Nsm();
        using var direct = new NsmClient(simulated);
        var meddled = new RecordingNsm(simulated) { Before = name => Meddle(name == "LockPCR 16") };
        using var nsm = new NsmClient(meddled);
        var refusal = Assert.Throws<EnclaveStartException>(() => MeasuredBoot.Measure(nsm, Manifest, Configuration));
        Assert.Contains("something else extends it", refusal.Message, StringComparison.Ordinal);

        // The NSM answers an extension with another value.
        using var lying = new NsmClient(new RecordingNsm(TestPki.Nsm()) { After = (name, response) => name == "ExtendPCR 16" ? Flipped(response) : response });
        refusal = Assert.Throws<EnclaveStartException>(() => MeasuredBoot.Measure(lying, Manifest, Configuration));
        Assert.StartsWith("PCR16 is not what one extension from zero gives", refusal.Message, StringComparison.Ordinal);

        // The NSM says that it locked a register and did not.
        using var loose = new NsmClient(new RecordingNsm(TestPki.Nsm()) { After = (name, response) => name == "DescribePCR 17" ? Unlocked(response) : response });
        refusal = Assert.Throws<EnclaveStartException>(() => MeasuredBoot.Measure(loose, Manifest, Configuration));
        Assert.Contains("and not locked; something else extends it", refusal.Message, StringComparison.Ordinal);

        void Meddle(bool now)
        {
            if (now)
            {
                direct.ExtendPcr(16, "meddled"u8);
            }
        }
    }

    [Fact]
    public void The_kernels_pool_gets_what_the_NSM_gave()
    {
        var given = new List<byte[]>();
        var recording = new RecordingNsm(TestPki.Nsm()) { After = Remember };
        using var nsm = new NsmClient(recording);
        var pool = new RecordingPool();
        MeasuredBoot.SeedKernel(nsm, pool);
        var seed = Assert.Single(pool.Added);
        Assert.True(seed.Length >= 32, $"{seed.Length} bytes");
        Assert.Equal(given.SelectMany(bytes => bytes), seed);

        byte[] Remember(string name, byte[] response)
        {
            var reader = new CborReader(response);
            reader.ReadStartMap();
            reader.ReadTextString();
            reader.ReadStartMap();
            reader.ReadTextString();
            given.Add(reader.ReadByteString());
            return response;
        }
    }

    [Fact]
    public void A_device_that_gives_few_bytes_at_a_time_is_asked_again()
    {
        var next = (byte)0;
        using var nsm = new NsmClient(new RecordingNsm(TestPki.Nsm()) { After = (_, _) => Random([.. Enumerable.Range(0, 8).Select(_ => next++)]) });
        var pool = new RecordingPool();
        MeasuredBoot.SeedKernel(nsm, pool);
        Assert.Equal(64, Assert.Single(pool.Added).Length);
    }

    [Fact]
    public void A_device_without_random_bytes_is_refused()
    {
        using var silent = new NsmClient(new RecordingNsm(TestPki.Nsm()) { After = (_, _) => Random([7]) });
        using var constant = new NsmClient(new RecordingNsm(TestPki.Nsm()) { After = (_, _) => Random(new byte[256]) });
        using var failing = new NsmClient(new RecordingNsm(TestPki.Nsm()) { Before = _ => ThrowIf(true) });
        var pool = new RecordingPool();
        Assert.Equal(
            "The NSM gives no random bytes that could be used: expected at least 64, found 16 with 1 different values.",
            Assert.Throws<EnclaveStartException>(() => MeasuredBoot.SeedKernel(silent, pool)).Message);
        Assert.Contains("found 256 with 1 different", Assert.Throws<EnclaveStartException>(() => MeasuredBoot.SeedKernel(constant, pool)).Message, StringComparison.Ordinal);
        Assert.StartsWith("The NSM gives no random bytes: ", Assert.Throws<EnclaveStartException>(() => MeasuredBoot.SeedKernel(failing, pool)).Message, StringComparison.Ordinal);
        Assert.Empty(pool.Added);
    }

    [Fact]
    public void A_pool_that_cannot_be_seeded_ends_the_start()
    {
        using var nsm = new NsmClient(TestPki.Nsm());
        foreach (var pool in new IKernelPool[]
        {
            new RecordingPool { Failure = new IOException("no\npermission") }, new LinuxKernelPool("/dev/null"), new LinuxKernelPool("/nowhere/random"),
        })
        {
            var refusal = Assert.Throws<EnclaveStartException>(() => MeasuredBoot.SeedKernel(nsm, pool));
            Assert.Equal(3, refusal.ExitCode);
            Assert.StartsWith("The kernel's pool cannot be seeded: ", refusal.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refusal.Message);
        }
    }

    [Fact]
    public void An_NSM_that_is_absent_or_too_small_is_refused()
    {
        var absent = Assert.Throws<EnclaveStartException>(() => MeasuredBoot.Open(() => NsmDevice.Open("/nowhere/nsm")));
        Assert.Equal(3, absent.ExitCode);
        Assert.StartsWith("The NSM cannot be opened: ", absent.Message, StringComparison.Ordinal);
        var small = Assert.Throws<EnclaveStartException>(() => MeasuredBoot.Open(() => new RecordingNsm(TestPki.Nsm()) { After = (_, response) => Replaced(response, "max_pcrs", [0x18, 32], [0x18, 17]) }));
        Assert.Equal("The NSM has 17 PCRs; expected more than 17.", small.Message);
        var (client, description) = MeasuredBoot.Open(() => TestPki.Nsm());
        client.Dispose();
        Assert.Equal(32, description.MaxPcrs);
    }

    private static void ThrowIf(bool condition)
    {
        if (condition)
        {
            throw new IOException("the device is gone");
        }
    }

    private static byte[] Random(byte[] bytes)
    {
        var writer = new CborWriter();
        writer.WriteStartMap(1);
        writer.WriteTextString("GetRandom");
        writer.WriteStartMap(1);
        writer.WriteTextString("random");
        writer.WriteByteString(bytes);
        writer.WriteEndMap();
        writer.WriteEndMap();
        return writer.Encode();
    }

    private static byte[] Flipped(byte[] response)
    {
        response[^1] ^= 1;
        return response;
    }

    private static byte[] Unlocked(byte[] response)
    {
        var at = response.AsSpan().IndexOf("lock"u8) + 4;
        Assert.True(response[at] is 0xf4 or 0xf5);
        response[at] = 0xf4;
        return response;
    }

    private static byte[] Replaced(byte[] response, string name, byte[] found, byte[] with)
    {
        var at = response.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(name)) + name.Length;
        Assert.Equal(found, response[at..(at + found.Length)]);
        with.CopyTo(response, at);
        return response;
    }
}

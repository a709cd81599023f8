using System.Net;
using Nitro.Attestation.Cose;
using Nitro.Enclave.Models;
using Nitro.Enclave.Tests.Support;
using Nitro.Nsm.Simulator;
using Nitro.Vsock;

namespace Nitro.Enclave.Tests.Boot;

public sealed class StartTests
{
    private static readonly byte[] Model = TestModels.AddConstant(1);

    [Fact]
    public async Task Everything_happens_in_its_order_and_the_socket_comes_last()
    {
        var sockets = new List<bool>();
        await using var enclave = await RunningEnclave.StartAsync(
            new Dictionary<string, byte[]> { ["model"] = Model },
            prepare: starting => starting.Nsm.Before = _ => sockets.Add(File.Exists(starting.Address.Path)));
        Assert.Equal(
            [
                "open", "DescribeNSM", "GetRandom", "kernel pool",
                "DescribePCR 16", "DescribePCR 17", "ExtendPCR 16", "ExtendPCR 17", "LockPCR 16", "LockPCR 17", "DescribePCR 16", "DescribePCR 17",
                "Attestation",
            ],
            enclave.Events);
        Assert.DoesNotContain(true, sockets);
        Assert.True(File.Exists(enclave.Address.Path));
        Assert.Equal(HttpStatusCode.OK, (await enclave.GetAsync("v2/health/ready")).Status);
    }

    [Theory]
    [InlineData("DescribeNSM")]
    [InlineData("GetRandom")]
    [InlineData("kernel pool")]
    [InlineData("DescribePCR 16")]
    [InlineData("ExtendPCR 16")]
    [InlineData("ExtendPCR 17")]
    [InlineData("LockPCR 16")]
    [InlineData("LockPCR 17")]
    [InlineData("Attestation")]
    public async Task Whatever_fails_ends_the_start_before_a_socket_is_opened(string step)
    {
        var path = "";
        var events = new List<string>();
        var refusal = await Assert.ThrowsAsync<EnclaveStartException>(() => RunningEnclave.StartAsync(
            new Dictionary<string, byte[]> { ["model"] = Model },
            prepare: starting =>
            {
                path = starting.Address.Path!;
                events = starting.Events;
                starting.Nsm.Before = name => Fail(name == step);
                starting.Pool.Failure = step == "kernel pool" ? new IOException("no permission") : null;
            }));
        Assert.Equal(3, refusal.ExitCode);
        Assert.DoesNotContain('\n', refusal.Message);
        Assert.False(File.Exists(path));
        Assert.Equal(step, events[^1]);

        static void Fail(bool now)
        {
            if (now)
            {
                throw new IOException("the device is gone");
            }
        }
    }

    [Fact]
    public async Task An_unreadable_model_ends_the_start_before_anything_is_measured()
    {
        var events = new List<string>();
        var refusal = await Assert.ThrowsAsync<EnclaveStartException>(() => RunningEnclave.StartAsync(
            new Dictionary<string, byte[]> { ["model"] = "not a model"u8.ToArray() }, prepare: starting => events = starting.Events));
        Assert.Equal(2, refusal.ExitCode);
        Assert.DoesNotContain(events, name => name.Contains("PCR", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_address_in_use_is_the_environments_fault()
    {
        await using var first = await RunningEnclave.StartAsync(Model);
        var environment = new EnclaveEnvironment { OpenNsm = () => TestPki.Nsm(), KernelPool = new RecordingPool(), Log = new EnclaveLog(TextWriter.Null, TimeProvider.System), ReadFile = _ => Model };
        var settings = new EnclaveSettings { Models = [new ModelSource("m", "1", "m.onnx")], ModelMemoryMiB = Loading.MemoryMiB };
        var refusal = await Assert.ThrowsAsync<EnclaveStartException>(() => EnclaveWorkload.StartAsync(settings, first.Address, environment, TestContext.Current.CancellationToken));
        Assert.Equal(3, refusal.ExitCode);
        Assert.Contains("another process listens there", refusal.Message, StringComparison.Ordinal);
        var nowhere = ChannelAddress.Parse("unix:/nowhere/at/all.sock");
        refusal = await Assert.ThrowsAsync<EnclaveStartException>(() => EnclaveWorkload.StartAsync(settings, nowhere, environment, TestContext.Current.CancellationToken));
        Assert.Equal(3, refusal.ExitCode);
        Assert.Contains("its folder does not exist", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await first.GetAsync("v2/health/live")).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_log_says_what_the_image_was_measured_as_whether_the_NSM_signs_or_not(bool signs)
    {
        byte[] header = [0x44, 0xa1, 0x01, 0x38, 0x22];
        using var log = new StringWriter();
        using var folder = new TemporaryFolder();
        var registers = new[] { 0, 1, 2, 3, 8 }.ToDictionary(index => index, index => (ReadOnlyMemory<byte>)Enumerable.Repeat((byte)(0xa0 + index), 48).ToArray());
        var nsm = new RecordingNsm(new SimulatedNsm(TestPki.Instance, new SimulatedNsmOptions { Pcrs = registers }))
        {
            // An algorithm that no NSM signs with, as an emulated one's.
            After = (name, response) =>
            {
                if (name == "Attestation" && !signs)
                {
                    response[response.AsSpan().IndexOf(header) + 4] = 0x00;
                }

                return response;
            },
        };
        var environment = new EnclaveEnvironment { OpenNsm = () => nsm, KernelPool = new RecordingPool(), Log = new EnclaveLog(log, TimeProvider.System), ReadFile = _ => Model };
        var settings = new EnclaveSettings { Models = [new ModelSource("m", "1", "m.onnx")], ModelMemoryMiB = Loading.MemoryMiB };
        await using var enclave = await EnclaveWorkload.StartAsync(settings, ChannelAddress.Parse("unix:" + folder.Path("e.sock")), environment, TestContext.Current.CancellationToken);
        var lines = log.ToString().Split('\n').Where(line => line.Contains(" info PCR", StringComparison.Ordinal)).Select(line => line[(line.IndexOf("PCR", StringComparison.Ordinal))..]);
        Assert.Equal(new[] { 0, 1, 2, 8 }.Select(index => $"PCR{index} {Convert.ToHexStringLower(registers[index].Span)}"), lines);
        Assert.Equal(!signs, log.ToString().Contains("this NSM signs nothing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_measured_values_are_those_of_the_models_and_the_settings()
    {
        await using var enclave = await RunningEnclave.StartAsync(Model, settings => settings with { Algorithm = CoseAlgorithm.Es384, Threads = 2 });
        Assert.Equal(Attestation.Sha384Digest.Of(Model), enclave.Workload.Manifest.Find("model", "1")!.Model);
        var settings = enclave.Workload.Configuration.Settings.ToDictionary();
        Assert.Equal("onnxruntime 1.29.0", settings["runtime"]);
        Assert.Equal("2", settings["runtime.threads"]);
        Assert.Equal("ES384", settings["session.algorithm"]);
        Assert.Equal("1800", settings["session.document-renewal-s"]);
        Assert.Equal("3600", settings["session.maximum-document-age-s"]);
        Assert.Equal("86400", settings["session.maximum-age-s"]);
        Assert.Equal("67108864", settings["limit.body-bytes"]);
        var answer = await enclave.InferAsync(new OpenInference.InferRequest { Inputs = [Tensors.Floats("x", 1)] });
        Assert.Equal(CoseAlgorithm.Es384, answer.Receipt.Algorithm);
        Assert.True(answer.Document.Pcrs.TryGet(16, out var models));
        Assert.Equal(enclave.Workload.Manifest.Digest.ExtendFromZero(), models);
        Assert.True(answer.Document.Pcrs.TryGet(17, out var configuration));
        Assert.Equal(enclave.Workload.Configuration.Digest.ExtendFromZero(), configuration);
    }

    [Fact]
    public void Any_setting_that_can_change_an_answer_changes_the_configuration()
    {
        var plain = new EnclaveSettings { Models = [] };
        var digests = new[]
        {
            plain,
            plain with { Algorithm = CoseAlgorithm.Es384 },
            plain with { Threads = 2 },
            plain with { ModelMemoryMiB = 100 },
            plain with { MaximumBodyBytes = 5000 },
            plain with { MaximumTensorBytes = 5000 },
            plain with { MaximumDuration = TimeSpan.FromSeconds(5) },
            plain with { DocumentRenewal = TimeSpan.FromMinutes(5) },
            plain with { MaximumDocumentAge = TimeSpan.FromHours(2) },
            plain with { MaximumSessionAge = TimeSpan.FromHours(2) },
        }.Select(settings => settings.ToConfiguration("1.29.0").Digest).Append(plain.ToConfiguration("1.29.1").Digest).ToArray();
        Assert.Equal(digests.Length, digests.Distinct().Count());
        Assert.Equal(digests[0], (plain with { Models = [new ModelSource("m", "1", "p")] }).ToConfiguration("1.29.0").Digest);
    }

    [Fact]
    public void Settings_out_of_range_are_refused_and_the_ends_of_the_ranges_are_not()
    {
        var plain = new EnclaveSettings { Models = [] };
        plain.Check();
        var large = EnclaveSettings.LargestContent;
        EnclaveSettings[] sound =
        [
            plain with { Threads = 1 }, plain with { Threads = 64 },
            plain with { ModelMemoryMiB = 64 }, plain with { ModelMemoryMiB = 4095 },
            plain with { MaximumBodyBytes = 1024 }, plain with { MaximumBodyBytes = large },
            plain with { MaximumTensorBytes = 1024 }, plain with { MaximumTensorBytes = large },
            plain with { ConcurrentRuns = 1 }, plain with { ConcurrentRuns = 256 },
            plain with { MaximumRequests = 1 }, plain with { MaximumRequests = 4096 },
            plain with { RequestMemoryMiB = 64 }, plain with { RequestMemoryMiB = 1 << 20 },
            plain with { MaximumAttestations = 1 }, plain with { MaximumAttestations = 256 },
            plain with { MaximumWait = TimeSpan.FromSeconds(1) }, plain with { MaximumWait = TimeSpan.FromMinutes(10) },
            plain with { MaximumDuration = TimeSpan.FromSeconds(1) }, plain with { MaximumDuration = TimeSpan.FromHours(1) },
            plain with { DocumentRenewal = TimeSpan.FromMinutes(1) }, plain with { DocumentRenewal = TimeSpan.FromMinutes(59) },
            plain with { MaximumDocumentAge = TimeSpan.FromMinutes(31) }, plain with { MaximumDocumentAge = TimeSpan.FromDays(1) },
            plain with { MaximumSessionAge = TimeSpan.FromMinutes(90) }, plain with { MaximumSessionAge = TimeSpan.FromDays(30) },
        ];
        Array.ForEach(sound, settings => settings.Check());
        EnclaveSettings[] unsound =
        [
            plain with { Algorithm = (CoseAlgorithm)(-36) },
            plain with { Threads = 0 }, plain with { Threads = 65 },
            plain with { ModelMemoryMiB = 63 }, plain with { ModelMemoryMiB = 4096 },
            plain with { MaximumBodyBytes = 1023 }, plain with { MaximumBodyBytes = large + 1 },
            plain with { MaximumTensorBytes = 1023 }, plain with { MaximumTensorBytes = large + 1 },
            plain with { ConcurrentRuns = 0 }, plain with { ConcurrentRuns = 257 },
            plain with { MaximumRequests = 0 }, plain with { MaximumRequests = 4097 },
            plain with { RequestMemoryMiB = 63 }, plain with { RequestMemoryMiB = (1 << 20) + 1 },
            plain with { MaximumAttestations = 0 }, plain with { MaximumAttestations = 257 },
            plain with { MaximumWait = TimeSpan.Zero }, plain with { MaximumWait = TimeSpan.FromSeconds(601) },
            plain with { MaximumDuration = TimeSpan.Zero }, plain with { MaximumDuration = TimeSpan.FromSeconds(3601) },
            plain with { MaximumDuration = TimeSpan.FromSeconds(1.5) },
            plain with { DocumentRenewal = TimeSpan.FromSeconds(59) }, plain with { DocumentRenewal = TimeSpan.FromHours(1) },
            plain with { MaximumDocumentAge = TimeSpan.FromSeconds(1859) }, plain with { MaximumDocumentAge = TimeSpan.FromSeconds(86401) },
            plain with { MaximumSessionAge = TimeSpan.FromSeconds(5399) }, plain with { MaximumSessionAge = TimeSpan.FromDays(30) + TimeSpan.FromSeconds(1) },
        ];
        Assert.All(unsound, settings =>
        {
            var refusal = Assert.Throws<EnclaveStartException>(settings.Check);
            Assert.Equal(2, refusal.ExitCode);
            Assert.Contains("expected", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("found", refusal.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Debug_mode_is_warned_of()
    {
        await using var enclave = await RunningEnclave.StartAsync(new Dictionary<string, byte[]> { ["model"] = Model }, prepare: starting => starting.UseDebugMode());
        Assert.Contains("warn the enclave runs in debug mode", enclave.Output, StringComparison.Ordinal);
        await using var plain = await RunningEnclave.StartAsync(Model);
        Assert.DoesNotContain("debug mode", plain.Output, StringComparison.Ordinal);
    }
}

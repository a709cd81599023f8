using System.Net;
using Nitro.Testing;

namespace Nitro.Host.Tests;

/// <summary>The gateway in front of an enclave inside an emulated machine, whose backend is a stand-in.</summary>
public sealed class EmulatorGatewayTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nitro-emulator-");

    private string SocketPath => $"{_folder.FullName}/vm.vsock";

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Answers_and_their_evidence_come_through_the_backend()
    {
        await using var fixture = await StartAsync();
        await using var backend = EmulatorBackend.StartRelay(SocketPath, EnclaveAddress.DefaultPort, fixture.EnclaveAddress.Path!);
        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(number => fixture.AskAsync(GatewayFixture.Request((byte)number))));
        Assert.All(answers, one => Assert.Equal(HttpStatusCode.OK, one.Status));
        Assert.True((await fixture.ReadEvidenceAsync(answers[7].Id!)).Document.Span.SequenceEqual(fixture.Enclave.Document.Span));
    }

    [Fact]
    public async Task A_machine_that_is_gone_gives_a_503_and_one_that_boots_again_is_found()
    {
        await using var fixture = await StartAsync();
        for (var boot = 0; boot < 2; boot++)
        {
            await RefusedAsync(fixture, "is the emulator running? (make emulator-run)");
            await using (EmulatorBackend.StartRelay(SocketPath, EnclaveAddress.DefaultPort, fixture.EnclaveAddress.Path!))
            {
                Assert.Equal(HttpStatusCode.OK, (await fixture.AskAsync()).Status);
            }

            File.Delete(SocketPath);
        }
    }

    [Fact]
    public async Task A_machine_in_which_nobody_listens_yet_gives_a_503_that_names_the_port()
    {
        await using var fixture = await StartAsync();
        await using var backend = EmulatorBackend.Start(SocketPath, (_, _, _) => Task.CompletedTask);
        await RefusedAsync(fixture, $"nobody listens at port {EnclaveAddress.DefaultPort} inside the emulated machine");
    }

    private static async Task RefusedAsync(GatewayFixture fixture, string cause)
    {
        var (status, id, body) = await fixture.AskAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Null(id);
        Assert.Contains(cause, GatewayFixture.Error(body), StringComparison.Ordinal);
        Assert.Contains("no evidence exists for this request", GatewayFixture.Error(body), StringComparison.Ordinal);
    }

    private Task<GatewayFixture> StartAsync() => GatewayFixture.StartAsync(settings => settings with { Enclave = EnclaveAddress.Read(null, SocketPath) });
}

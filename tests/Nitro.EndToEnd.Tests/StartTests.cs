using System.Diagnostics;
using System.Net;
using Nitro.Harness;

namespace Nitro.EndToEnd.Tests;

/// <summary>What operators read when they start things, in whichever order.</summary>
public sealed class StartTests
{
    private const string Warning = "nitro-host: warning: the enclave cannot be reached, and every question gets 503 until it can: ";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_warns_of_an_enclave_that_cannot_be_reached_and_finds_it_once_it_is_there()
    {
        await using var stage = new Stage();
        await using var early = await HostProcess.StartAsync("unix:" + stage.Path("enclave.sock"), stage.Store, [], Cancel);
        await PrintedAsync(early, $"{Warning}unix:{stage.Path("enclave.sock")}: there is no such socket; is the enclave running?");
        await using var emulated = await HostProcess.StartAsync($"emulator:{stage.Path("vm.vsock")}:8000", stage.Path("other"), [], Cancel);
        await PrintedAsync(emulated, $"{Warning}emulator:{stage.Path("vm.vsock")}:8000: there is no such socket; is the emulator running? (make emulator-run)");

        var enclave = await stage.StartEnclaveAsync();
        using var http = early.CreateClient();
        using var answer = await http.GetAsync(new Uri("v2/health/ready", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        await using var late = await HostProcess.StartAsync(enclave.Address, stage.Path("third"), [], Cancel);
        Assert.DoesNotContain("warning", late.Process.Output, StringComparison.Ordinal);
    }

    /// <summary>The two streams of a process are read side by side: the line may come after the one that says that it is ready.</summary>
    private static async Task PrintedAsync(HostProcess host, string line)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromSeconds(10) && !host.Process.Output.Contains(line, StringComparison.Ordinal);)
        {
            await Task.Delay(20, Cancel);
        }

        Assert.Contains(line, host.Process.Output, StringComparison.Ordinal);
    }
}

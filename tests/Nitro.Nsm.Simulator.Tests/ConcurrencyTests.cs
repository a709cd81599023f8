using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Nitro.Nsm.Simulator.Tests;

public sealed class ConcurrencyTests : IDisposable
{
    private readonly Enclave enclave = new();

    public void Dispose() => enclave.Dispose();

    [Fact]
    public async Task Two_threads_at_once_get_whole_answers_and_no_extension_is_lost()
    {
        const int Rounds = 100;
        using var start = new Barrier(2);
        Task<int> Run(byte data, byte[] nonce) => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait(TestContext.Current.CancellationToken);
                for (var i = 0; i < Rounds; i++)
                {
                    enclave.Client.ExtendPcr(16, [data]);
                    Assert.Equal(256, enclave.Client.GetRandom().Length);
                    var document = enclave.Attest(nonce: nonce);
                    Assert.Equal(nonce, document.Nonce);
                    using var leaf = X509CertificateLoader.LoadCertificate(document.Certificate);
                    using var key = leaf.GetECDsaPublicKey()!;
                    Assert.True(document.IsSignedBy(key));
                }

                return Rounds;
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await Task.WhenAll(Run(1, [1]), Run(1, [2]));

        var expected = new byte[48];
        for (var i = 0; i < 2 * Rounds; i++)
        {
            expected = SHA384.HashData([.. expected, 1]);
        }

        Assert.Equal(expected, enclave.Client.DescribePcr(16).Value.ToArray());
    }

    [Fact]
    public async Task Two_NSMs_of_one_root_issue_at_once()
    {
        using var other = new Enclave();
        async Task Run(Enclave one)
        {
            await Task.Yield();
            for (var i = 0; i < 40; i++)
            {
                one.Time.Now += TimeSpan.FromDays(7);
                var document = one.Attest();
                Assert.Null(Chains.DotNet(document.Chain, document.Timestamp));
            }
        }

        await Task.WhenAll(Run(enclave), Run(other));
    }
}

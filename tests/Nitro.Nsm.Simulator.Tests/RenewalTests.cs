using System.Security.Cryptography.X509Certificates;

namespace Nitro.Nsm.Simulator.Tests;

public sealed class RenewalTests : IDisposable
{
    private readonly Enclave enclave = new();

    public void Dispose() => enclave.Dispose();

    [Fact]
    public void A_leaf_is_issued_with_its_first_document_and_signs_until_2_h_22_m_after_its_notBefore()
    {
        enclave.Client.Describe();
        enclave.Time.Now += TimeSpan.FromHours(5);
        var first = enclave.Attest();
        var notBefore = NotBefore(first.Certificate);
        Assert.Equal(enclave.Time.Now - TimeSpan.FromMilliseconds(703) - TimeSpan.FromSeconds(3), notBefore);

        enclave.Time.Now = notBefore + new TimeSpan(0, 2, 22, 0) - TimeSpan.FromMilliseconds(1);
        Assert.Equal(first.Certificate, enclave.Attest().Certificate);
        enclave.Time.Now += TimeSpan.FromMilliseconds(1);
        var second = enclave.Attest();
        Assert.NotEqual(first.Certificate, second.Certificate);
        Assert.Equal(first.CaBundle, second.CaBundle);
        Assert.Equal(enclave.Time.Now - TimeSpan.FromSeconds(3), NotBefore(second.Certificate));
        Assert.NotEqual(PublicKey(first.Certificate), PublicKey(second.Certificate));
    }

    [Fact]
    public void Every_level_is_renewed_in_its_own_time_and_every_document_verifies()
    {
        var seen = Enumerable.Range(0, 5).Select(_ => new List<string>()).ToArray();
        var start = enclave.Time.Now;
        var oldest = new TimeSpan[5];
        var number = 0;
        while (enclave.Time.Now < start + TimeSpan.FromDays(30))
        {
            var document = enclave.Attest();
            if (number++ % 16 == 0)
            {
                Assert.Null(Chains.DotNet(document.Chain, document.Timestamp));
            }

            for (var level = 0; level < 5; level++)
            {
                using var certificate = X509CertificateLoader.LoadCertificate(document.Chain[level]);
                var (from, to) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
                var age = document.Timestamp.UtcDateTime - from;
                oldest[level] = age > oldest[level] ? age : oldest[level];
                Assert.InRange(document.Timestamp.UtcDateTime, from, to);
                if (seen[level].LastOrDefault() != certificate.Thumbprint)
                {
                    seen[level].Add(certificate.Thumbprint);
                }
            }

            enclave.Time.Now += TimeSpan.FromMinutes(47);
        }

        // In 30 days: a leaf about every 2½ hours, an instance's every 12 to 15 and a zone's with it or the next, a region's every 5 to 6
        // days.
        Assert.Single(seen[0]);
        Assert.InRange(seen[1].Count, 5, 6);
        Assert.InRange(seen[2].Count, 40, 62);
        Assert.InRange(seen[3].Count, 45, 61);
        Assert.InRange(seen[4].Count, 200, 310);
        Assert.All(seen, level => Assert.Equal(level.Count, level.Distinct().Count()));
        Assert.InRange(oldest[4], TimeSpan.FromHours(1.5), new TimeSpan(2, 22, 0));
        Assert.InRange(oldest[3], TimeSpan.FromHours(11), TimeSpan.FromHours(14.5));
        Assert.InRange(oldest[2], TimeSpan.FromHours(12), TimeSpan.FromHours(26.5));
        Assert.InRange(oldest[1], TimeSpan.FromHours(96), TimeSpan.FromHours(146.5));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3600)]
    [InlineData(86400)]
    [InlineData(-1)]
    [InlineData(-4)]
    [InlineData(-3601)]
    [InlineData(-86400)]
    [InlineData(100 * 86400)]
    [InlineData(-100 * 86400)]
    [InlineData(20 * 365 * 86400)]
    public void Documents_verify_after_the_clock_was_set(int seconds)
    {
        enclave.Attest();
        enclave.Time.Now += TimeSpan.FromSeconds(seconds);
        var document = enclave.Attest();
        Assert.Null(Chains.DotNet(document.Chain, document.Timestamp));
        enclave.Time.Now -= TimeSpan.FromSeconds(seconds);
        document = enclave.Attest();
        Assert.Null(Chains.DotNet(document.Chain, document.Timestamp));
    }

    [Theory]
    [InlineData("1970-01-01T00:00:00Z")]
    [InlineData("2019-10-28T13:00:00Z")]
    [InlineData("2019-10-28T14:28:04Z")]
    [InlineData("2049-10-28T14:28:05Z")]
    [InlineData("2130-01-01T00:00:00Z")]
    public void Outside_the_roots_validity_nothing_is_signed_and_the_rest_works_on(string time)
    {
        enclave.Attest();
        enclave.Time.Now = DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(NsmErrorCode.InternalError, Assert.Throws<NsmException>(() => enclave.Attest()).Code);
        Assert.Equal(256, enclave.Client.GetRandom().Length);
        enclave.Time.Now = new FakeTime().Now;
        Assert.Null(Chains.DotNet(enclave.Attest().Chain, enclave.Time.Now));
    }

    [Theory]
    [InlineData("2019-10-28T14:28:05Z")]
    [InlineData("2049-10-08T14:28:05Z")]
    public void At_the_ends_of_the_roots_validity_documents_verify(string time)
    {
        enclave.Time.Now = DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Null(Chains.DotNet(enclave.Attest().Chain, enclave.Time.Now));
    }

    private static DateTimeOffset NotBefore(byte[] der)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(der);
        return new DateTimeOffset(certificate.NotBefore.ToUniversalTime());
    }

    private static byte[] PublicKey(byte[] der)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(der);
        return certificate.GetPublicKey();
    }
}

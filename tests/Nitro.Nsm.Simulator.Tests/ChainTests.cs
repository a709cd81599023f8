using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Nitro.Nsm.Simulator.Tests;

public class ChainTests
{
    [Fact]
    public void DotNet_accepts_simulated_chains_from_the_leafs_first_second_to_its_last_and_genuine_ones()
    {
        using var enclave = new Enclave();
        AssertAccepted(enclave.Attest(), Chains.DotNet);
        Assert.All(Genuine.Documents(), row => Assert.Null(Chains.DotNet(row.Document.Chain, row.Document.Timestamp)));
    }

    [Fact]
    public void BouncyCastle_accepts_simulated_chains_from_the_leafs_first_second_to_its_last_and_genuine_ones()
    {
        using var enclave = new Enclave();
        AssertAccepted(enclave.Attest(), Chains.BouncyCastle);
        Assert.All(Genuine.Documents().TakeLast(3), row => Assert.Null(Chains.BouncyCastle(row.Document.Chain, row.Document.Timestamp)));
    }

    [Fact]
    public void The_openssl_command_accepts_simulated_chains_from_the_leafs_first_second_to_its_last()
    {
        using var enclave = new Enclave();
        AssertAccepted(enclave.Attest(), Chains.OpenSsl);
    }

    [Fact]
    public void Another_root_of_the_same_name_verifies_nothing()
    {
        using var enclave = new Enclave();
        using var other = SimulatedPki.Create();
        var document = enclave.Attest();
        List<byte[]> forged = [other.RootCertificate.ToArray(), .. document.Chain.Skip(1)];
        Assert.NotNull(Chains.DotNet(forged, document.Timestamp));
        Assert.NotNull(Chains.BouncyCastle(forged, document.Timestamp));
        Assert.NotNull(Chains.OpenSsl(forged, document.Timestamp));
    }

    [Fact]
    public void Every_level_names_its_issuer_byte_for_byte()
    {
        using var enclave = new Enclave();
        var certificates = enclave.Attest().Chain.Select(X509CertificateLoader.LoadCertificate).ToList();
        for (var level = 1; level < 5; level++)
        {
            Assert.Equal(certificates[level - 1].SubjectName.RawData, certificates[level].IssuerName.RawData);
        }

        Assert.All(certificates, certificate => Assert.Equal(3, certificate.Version));
        Assert.All(certificates, certificate => Assert.Equal(97, certificate.PublicKey.EncodedKeyValue.RawData.Length));
        Assert.Equal(5, certificates.Select(certificate => certificate.GetPublicKeyString()).Distinct().Count());
        Assert.Equal(5, certificates.Select(certificate => certificate.SerialNumber).Distinct().Count());
    }

    // What a verifier's tests need: one defect, everything else right, and the defect is what is found.
    [Theory]
    [InlineData("path length")]
    [InlineData("not an authority")]
    [InlineData("no key usage to sign")]
    [InlineData("expired")]
    [InlineData("not yet valid")]
    [InlineData("another issuer's name")]
    [InlineData("unknown critical extension")]
    public void One_defect_in_a_level_is_found_by_those_who_verify(string defect)
    {
        var time = new FakeTime().Now;
        using var chain = Enclave.Pki.IssueChain("us-east-1", Enclave.ModuleId, time, (level, template) => (level, defect) switch
        {
            (CertificateLevel.Regional, "path length") => template.WithExtension(CertificateExtension.BasicConstraints(true, 0)),
            (CertificateLevel.Zonal, "not an authority") => template.WithExtension(CertificateExtension.BasicConstraints(false)),
            (CertificateLevel.Instance, "no key usage to sign") =>
                template.WithExtension(CertificateExtension.KeyUsage(X509KeyUsageFlags.DigitalSignature, critical: true)),
            (CertificateLevel.Instance, "expired") => template with { NotAfter = time.AddSeconds(-1) },
            (CertificateLevel.Zonal, "not yet valid") => template with { NotBefore = time.AddSeconds(1) },
            (CertificateLevel.Leaf, "another issuer's name") => template with { Issuer = template.Subject },
            (CertificateLevel.Instance, "unknown critical extension") =>
                template.WithExtension(new CertificateExtension("1.3.6.1.4.1.99999.1", true, new byte[] { 5, 0 })),
            _ => template,
        });
        byte[][] bad = [.. chain.Levels.Select(level => level.Der.ToArray())];
        Assert.NotNull(Chains.DotNet(bad, time));
        Assert.NotNull(Chains.BouncyCastle(bad, time));
    }

    [Fact]
    public void A_chain_may_have_keys_of_other_curves_and_a_wrong_signer()
    {
        var time = new FakeTime().Now;
        using var chain = Enclave.Pki.IssueChain(
            "us-east-1",
            Enclave.ModuleId,
            time,
            keys: level => ECDsa.Create(level == CertificateLevel.Leaf ? ECCurve.NamedCurves.nistP256 : ECCurve.NamedCurves.nistP384));
        Assert.Equal(256, chain.Leaf.Key.KeySize);
        Assert.Null(Chains.DotNet([.. chain.Levels.Select(level => level.Der.ToArray())], time));

        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        CertificateTemplate? leaf = null;
        using var another = Enclave.Pki.IssueChain("us-east-1", Enclave.ModuleId, time, (level, template) => leaf = template);
        byte[][] forged = [.. another.CaBundle.Select(der => der.ToArray()), leaf!.Sign(stranger)];
        Assert.NotNull(Chains.DotNet(forged, time));
    }

    [Fact]
    public void The_root_may_be_wrong_too()
    {
        using var pki = SimulatedPki.Create(edit: template => template.WithExtension(CertificateExtension.BasicConstraints(true, 1)));
        var time = new FakeTime().Now;
        using var chain = pki.IssueChain("us-east-1", Enclave.ModuleId, time);
        Assert.NotNull(Chains.DotNet([.. chain.Levels.Select(level => level.Der.ToArray())], time));
    }

    private static void AssertAccepted(Document document, Func<IReadOnlyList<byte[]>, DateTimeOffset, string?> verify)
    {
        using var leaf = X509CertificateLoader.LoadCertificate(document.Certificate);
        var (first, last) = (new DateTimeOffset(leaf.NotBefore.ToUniversalTime()), new DateTimeOffset(leaf.NotAfter.ToUniversalTime()));
        Assert.Null(verify(document.Chain, document.Timestamp));

        // OpenSSL takes the last second for over, which RFC 5280, section 4.1.2.5, does not.
        Assert.Null(verify(document.Chain, first.AddSeconds(3)));
        Assert.Null(verify(document.Chain, last.AddSeconds(-1)));
        Assert.NotNull(verify(document.Chain, first.AddSeconds(-1)));
        Assert.NotNull(verify(document.Chain, last.AddSeconds(1)));
        Assert.NotNull(verify([.. document.CaBundle.Take(3), document.Certificate], document.Timestamp));
    }
}

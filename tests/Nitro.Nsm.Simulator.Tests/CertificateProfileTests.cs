using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Nitro.Testing;

namespace Nitro.Nsm.Simulator.Tests;

/// <summary>Simulated certificates against genuine ones, level by level, and against the measured table.</summary>
public class CertificateProfileTests
{
    // Sizes, validity in seconds and octets of the serial number, as measured over 144 genuine documents.
    private static readonly (int[] Size, long[] Seconds, int[] Serial)[] Table =
    [
        ([533, 533], [946774800, 946774800], [17, 17]),
        ([705, 711], [1731599, 1731600], [16, 17]),
        ([790, 814], [478799, 522000], [16, 17]),
        ([640, 712], [86400, 86400], [20, 21]),
        ([638, 650], [10803, 10803], [16, 16]),
    ];

    [Fact]
    public void Every_level_has_the_ASN1_structure_of_every_genuine_one()
    {
        var seen = 0;
        foreach (var (file, genuine) in Genuine.Documents().Where(row => row.Document.Timestamp >= Genuine.NewestProfile))
        {
            using var enclave = new Enclave(new SimulatedNsmOptions { ModuleId = genuine.ModuleId, Region = Region(genuine) });
            var simulated = enclave.Attest().Chain;
            for (var level = 0; level < 5; level++)
            {
                seen++;
                Assert.True(
                    Asn1Shape.Of(genuine.Chain[level]).SequenceEqual(Asn1Shape.Of(simulated[level])),
                    $"{file}, level {level}:\n{string.Join('\n', Asn1Shape.Of(simulated[level]))}");
            }
        }

        Assert.True(seen >= 100, $"{seen} certificates were compared");
    }

    [Fact]
    public void Before_July_2024_only_the_instances_key_identifiers_are_missing()
    {
        var change = new DateTimeOffset(2024, 7, 1, 0, 0, 0, TimeSpan.Zero);
        foreach (var (file, genuine) in Genuine.Documents().Where(row => row.Document.Timestamp < change))
        {
            using var chain = Enclave.Pki.IssueChain(
                Region(genuine),
                genuine.ModuleId,
                genuine.Timestamp,
                (level, template) => level == CertificateLevel.Instance
                    ? template.WithoutExtension(CertificateExtension.SubjectKeyIdentifierOid)
                        .WithoutExtension(CertificateExtension.AuthorityKeyIdentifierOid)
                    : template);
            for (var level = 0; level < 5; level++)
            {
                var (expected, found) = (Asn1Shape.Of(genuine.Chain[level]), Asn1Shape.Of(chain.Levels[level].Der));
                Assert.True(expected.SequenceEqual(found), $"{file}, level {level}");
            }
        }
    }

    [Fact]
    public void The_structure_that_is_compared_names_all_that_matters()
    {
        using var chain = Enclave.Pki.IssueChain("us-east-1", Enclave.ModuleId, new FakeTime().Now);
        var shape = string.Join('\n', Asn1Shape.Of(chain.Zonal.Der));
        foreach (var part in (string[])
            [
                "Integer 2", "1.2.840.10045.4.3.3", "UtcTime", "PrintableString US", "UTF8String Amazon", "UTF8String WA",
                "UTF8String Seattle", "UTF8String NUMBER.zonal.REGION.aws.nitro-enclaves", "1.3.132.0.34", "2.5.29.19", "Boolean True",
                "Integer 1", "[0] 20 bytes", "OctetString 20 bytes", "BitString 86 unused 1",
                "[6] http://crl-REGION-aws-nitro-enclaves.s3.REGION.HOST/crl/UUID.crl",
            ])
        {
            Assert.True(shape.Contains(part, StringComparison.Ordinal), part + " is not in\n" + shape);
        }
    }

    [Fact]
    public void Sizes_validity_and_serial_numbers_are_within_what_was_measured()
    {
        var regions = (string[])["us-east-1", "us-west-2", "eu-west-1", "ap-south-1"];
        var serialLengths = new HashSet<(int Level, int Length)>();
        for (var i = 0; i < 24; i++)
        {
            using var chain = Enclave.Pki.IssueChain(regions[i % regions.Length], Enclave.ModuleId, new FakeTime().Now);
            foreach (var certificate in chain.Levels)
            {
                var (size, seconds, serial) = Table[(int)certificate.Level];
                using var parsed = X509CertificateLoader.LoadCertificate(certificate.Der.Span);

                // One root was measured. Signatures are 102 to 104 bytes, now and then fewer, and zonal names lose leading zeros.
                Assert.InRange(certificate.Der.Length, size[0] - 4, size[1] + 2);
                Assert.InRange((long)(parsed.NotAfter - parsed.NotBefore).TotalSeconds, seconds[0], seconds[1]);
                Assert.InRange(parsed.SerialNumberBytes.Length, serial[0], serial[1]);
                serialLengths.Add(((int)certificate.Level, parsed.SerialNumberBytes.Length));
            }
        }

        Assert.Equal(8, serialLengths.Count);
    }

    [Fact]
    public void The_table_holds_for_the_genuine_documents_that_are_here()
    {
        foreach (var (file, genuine) in Genuine.Documents().Where(row => row.Document.Timestamp.Year >= 2022))
        {
            for (var level = 0; level < 5; level++)
            {
                var (size, seconds, serial) = Table[level];
                using var parsed = X509CertificateLoader.LoadCertificate(genuine.Chain[level]);
                Assert.True(genuine.Chain[level].Length >= size[0] && genuine.Chain[level].Length <= size[1], $"{file}, level {level}");
                Assert.InRange((long)(parsed.NotAfter - parsed.NotBefore).TotalSeconds, seconds[0], seconds[1]);
                Assert.InRange(parsed.SerialNumberBytes.Length, serial[0], serial[1]);
            }
        }
    }

    [Fact]
    public void A_leafs_serial_number_is_the_enclaves_id_and_its_second_of_issue_as_on_AWS()
    {
        static void Check(Document document)
        {
            using var leaf = X509CertificateLoader.LoadCertificate(document.Certificate);
            var serial = Convert.ToHexStringLower(leaf.SerialNumberBytes.Span);
            Assert.Equal(document.ModuleId[^16..], serial[..16]);
            var issued = DateTimeOffset.FromUnixTimeSeconds(long.Parse(serial[16..], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            Assert.Equal(issued.UtcDateTime.AddSeconds(-3), leaf.NotBefore.ToUniversalTime());
            Assert.Equal(issued.UtcDateTime.AddHours(3), leaf.NotAfter.ToUniversalTime());
        }

        using (var enclave = new Enclave())
        {
            Check(enclave.Attest());
        }

        Assert.All(Genuine.Documents().Where(row => row.Document.Timestamp.Year >= 2022), row => Check(row.Document));
    }

    [Theory]
    [InlineData(0x00, "0081", "01", "0000000000000000", "0", 5, 13)]
    [InlineData(0xff, "00FF", "00FF", "ffffffffffffffff", "ffffffffffffffff", 5, 15)]
    [InlineData(0x0a, "008A", "0A", "0a0a0a0a0a0a0a0a", "a0a0a0a0a0a0a0a", 5, 22)]
    public void Numbers_are_as_long_as_AWSs_whatever_the_randomness(
        byte random, string rootSerial, string serial, string regional, string zonal, int days, int hours)
    {
        using var pki = SimulatedPki.Create(bytes => bytes.Fill(random));
        using var chain = pki.IssueChain("us-east-1", Enclave.ModuleId, new FakeTime().Now);
        var certificates = chain.Levels.Select(level => X509CertificateLoader.LoadCertificate(level.Der.Span)).ToList();
        Assert.Equal(17, certificates[0].SerialNumberBytes.Length);
        Assert.StartsWith(rootSerial, Convert.ToHexString(certificates[0].SerialNumberBytes.Span), StringComparison.Ordinal);
        var extra = serial.Length == 4 ? 1 : 0;
        Assert.Equal([16 + extra, 16 + extra, 20 + extra], certificates[1..4].Select(certificate => certificate.SerialNumberBytes.Length));
        Assert.All(certificates[1..4], certificate => Assert.StartsWith(serial, certificate.SerialNumber, StringComparison.Ordinal));
        Assert.Equal($"{regional}.us-east-1.aws.nitro-enclaves", certificates[1].GetNameInfo(X509NameType.SimpleName, false));
        Assert.Equal($"{zonal}.zonal.us-east-1.aws.nitro-enclaves", certificates[2].GetNameInfo(X509NameType.SimpleName, false));
        Assert.Equal(new TimeSpan(days, hours, 0, 0), certificates[2].NotAfter - certificates[2].NotBefore);
    }

    [Fact]
    public void Key_identifiers_are_SHA1_of_the_keys_bits_and_lead_to_the_issuer()
    {
        static void Check(IReadOnlyList<byte[]> chain)
        {
            var certificates = chain.Select(X509CertificateLoader.LoadCertificate).ToList();
            for (var level = 0; level < 4; level++)
            {
                var own = certificates[level].Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single();
                Assert.Equal(new X509SubjectKeyIdentifierExtension(certificates[level].PublicKey, critical: false).RawData, own.RawData);
                if (level > 0)
                {
                    var issuers = certificates[level].Extensions.OfType<X509AuthorityKeyIdentifierExtension>().Single();
                    var issuer = certificates[level - 1].Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single();
                    Assert.Equal(issuer.SubjectKeyIdentifierBytes.ToArray(), issuers.KeyIdentifier!.Value.ToArray());
                }
            }
        }

        using (var enclave = new Enclave())
        {
            Check(enclave.Attest().Chain);
        }

        Check(Genuine.Documents()[^1].Document.Chain);
    }

    [Fact]
    public void No_CRL_is_looked_for_at_AWS()
    {
        using var chain = Enclave.Pki.IssueChain("us-east-1", Enclave.ModuleId, new FakeTime().Now);
        foreach (var certificate in chain.Levels)
        {
            var text = System.Text.Encoding.Latin1.GetString(certificate.Der.Span);
            Assert.DoesNotContain("amazonaws", text, StringComparison.OrdinalIgnoreCase);
            Assert.Equal(
                certificate.Level is CertificateLevel.Regional or CertificateLevel.Zonal,
                text.Contains(".local.invalid/crl/", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_CRL_is_its_issuers_whatever_the_time()
    {
        static string Crl(ReadOnlySpan<byte> der)
        {
            var text = System.Text.Encoding.Latin1.GetString(der);
            var start = text.IndexOf("http://", StringComparison.Ordinal);
            return text[start..(text.IndexOf(".crl", start, StringComparison.Ordinal) + 4)];
        }

        using var chain = Enclave.Pki.IssueChain("us-east-1", Enclave.ModuleId, new FakeTime().Now);
        using var later = Enclave.Pki.IssueChain("eu-west-1", Enclave.ModuleId, new FakeTime().Now.AddDays(30));
        Assert.Equal(Crl(chain.Regional.Der.Span), Crl(later.Regional.Der.Span));
        Assert.NotEqual(Crl(chain.Zonal.Der.Span), Crl(later.Zonal.Der.Span));
        using var other = SimulatedPki.Create();
        using var elsewhere = other.IssueChain("us-east-1", Enclave.ModuleId, new FakeTime().Now);
        Assert.NotEqual(Crl(chain.Regional.Der.Span), Crl(elsewhere.Regional.Der.Span));
    }

    [Fact]
    public void The_root_is_dated_like_AWSs_and_is_another_one()
    {
        using var genuine = X509CertificateLoader.LoadCertificateFromFile(SharedFiles.Path("roots", "aws-nitro-enclaves-root-g1.pem"));
        using var simulated = X509CertificateLoader.LoadCertificate(Enclave.Pki.RootCertificate.Span);
        Assert.Equal((genuine.NotBefore, genuine.NotAfter), (simulated.NotBefore, simulated.NotAfter));
        Assert.Equal(genuine.SubjectName.RawData, simulated.SubjectName.RawData);
        Assert.NotEqual(genuine.PublicKey.EncodedKeyValue.RawData, simulated.PublicKey.EncodedKeyValue.RawData);
        Assert.Equal(Asn1Shape.Of(genuine.RawData), Asn1Shape.Of(simulated.RawData));
    }

    private static string Region(Document genuine)
    {
        using var leaf = X509CertificateLoader.LoadCertificate(genuine.Certificate);
        return leaf.GetNameInfo(X509NameType.SimpleName, forIssuer: false).Split('.')[1];
    }
}

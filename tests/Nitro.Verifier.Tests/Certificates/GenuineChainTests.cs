using System.Formats.Cbor;
using System.Security.Cryptography.X509Certificates;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.Tests.Certificates;

/// <summary>What AWS's own chains get, from 2021 to 2026.</summary>
public sealed class GenuineChainTests
{
    private static readonly CertificatePathValidator Aws = new([TrustAnchors.AwsNitroEnclavesG1], CertificateProfile.AwsV1, SignatureEngines.Own);

    [Fact]
    public void All_are_valid_at_their_own_timestamp()
    {
        var chains = GenuineChain.Valid();
        Assert.Equal(69, chains.Count);
        Assert.All(chains, chain => chain.Validate(Aws, chain.Timestamp).AssertValid(chain.Document.File));
    }

    [Fact]
    public void Those_of_TPM_documents_are_valid_too_as_only_their_payload_says_what_they_are()
    {
        var chains = GenuineChain.Of("not-an-enclave-document");
        Assert.Equal(3, chains.Count);
        Assert.All(chains, chain => chain.Validate(Aws, chain.Timestamp).AssertValid(chain.Document.File));
    }

    [Fact]
    public void They_are_valid_without_the_profile_and_with_several_anchors()
    {
        TrustAnchor[] anchors = [TrustAnchors.AwsUsGov, TrustAnchors.AwsNitroEnclavesG1];
        var validator = new CertificatePathValidator(anchors, CertificateProfile.NoneUnsafe, SignatureEngines.Own);
        Assert.All(GenuineChain.Valid(), chain => chain.Validate(validator, chain.Timestamp).AssertValid(chain.Document.File));
    }

    [Fact]
    public void The_key_that_is_handed_out_verifies_the_document_and_no_other_bytes()
    {
        foreach (var chain in GenuineChain.Valid())
        {
            var bundle = chain.Bundle.Select(der => new ReadOnlyMemory<byte>(der)).ToArray();
            Assert.True(Aws.TryValidate(bundle, chain.Leaf, chain.ModuleId, chain.Timestamp, out var path, out _));
            using (path)
            {
                Assert.Same(TrustAnchors.AwsNitroEnclavesG1, path.Anchor);
                Assert.Equal(chain.Certificates, path.Nodes.ToArray().Select(node => node.Der.ToArray()));
                var signed = ToBeSigned(chain);
                Assert.True(path.LeafKey.VerifyFixed(signed, chain.Signature, SignatureEngines.Own), chain.Document.File);
                signed[^1] ^= 1;
                Assert.False(path.LeafKey.VerifyFixed(signed, chain.Signature, SignatureEngines.Own), chain.Document.File);
                Assert.False(path.LeafKey.VerifyFixed(signed, chain.Signature.AsSpan(0, 95), SignatureEngines.Own));
            }
        }
    }

    [Fact]
    public void Another_root_refuses_all()
    {
        var own = TrustAnchor.FromCertificate("own", new TestChain()[TestChain.Root].Build());
        foreach (var anchor in (TrustAnchor[])[TrustAnchors.AwsUsGov, own])
        {
            var validator = new CertificatePathValidator([anchor], CertificateProfile.AwsV1, SignatureEngines.Own);
            Assert.All(GenuineChain.Valid(), chain =>
                chain.Validate(validator, chain.Timestamp).AssertRefused(CertificateRule.TrustAnchor, 0, chain.Document.File));
        }
    }

    [Fact]
    public void Validity_includes_both_ends_of_every_level_and_not_a_millisecond_more()
    {
        foreach (var chain in GenuineChain.Valid())
        {
            var periods = chain.Certificates.Select(Period).ToArray();
            var (first, last) = (periods.Max(period => period.NotBefore), periods.Min(period => period.NotAfter));
            chain.Validate(Aws, first).AssertValid($"{chain.Document.File} at notBefore");
            chain.Validate(Aws, last).AssertValid($"{chain.Document.File} at notAfter");

            var notYet = Array.FindIndex(periods, period => period.NotBefore > first - 1);
            var expired = Array.FindIndex(periods, period => period.NotAfter < last + 1);
            chain.Validate(Aws, first - 1).AssertRefused(CertificateRule.ValidityPeriod, notYet, $"{chain.Document.File} before notBefore");
            chain.Validate(Aws, last + 1).AssertRefused(CertificateRule.ValidityPeriod, expired, $"{chain.Document.File} after notAfter");
        }
    }

    [Fact]
    public void The_leaf_bounds_the_time_from_both_sides_unless_an_issuer_does()
    {
        foreach (var chain in GenuineChain.Valid())
        {
            var leaf = Period(chain.Leaf);
            chain.Validate(Aws, leaf.NotBefore - 1).AssertRefused(CertificateRule.ValidityPeriod, 4, chain.Document.File);
            var late = chain.Validate(Aws, leaf.NotAfter + 1);
            Assert.Equal(CertificateRule.ValidityPeriod, late.Defect?.Rule);
        }
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(4_102_444_800_000)]
    [InlineData(long.MaxValue)]
    public void Times_far_away_refuse_all(long milliseconds)
    {
        Assert.All(GenuineChain.Valid(), chain =>
            chain.Validate(Aws, milliseconds).AssertRefused(CertificateRule.ValidityPeriod, 0, chain.Document.File));
    }

    [Fact]
    public void A_timestamp_taken_for_seconds_refuses_all() => Assert.All(GenuineChain.Valid(), chain =>
        chain.Validate(Aws, chain.Timestamp / 1000).AssertRefused(CertificateRule.ValidityPeriod, 0, chain.Document.File));

    [Fact]
    public void A_forged_bundle_with_a_root_of_its_own_is_refused()
    {
        var chain = Assert.Single(GenuineChain.Of("chain-invalid"));
        chain.Validate(Aws, chain.Timestamp).AssertRefused(CertificateRule.BundleLength, CertificateDefect.NoLevel, chain.Document.File);
        var lenient = new CertificatePathValidator([TrustAnchors.AwsNitroEnclavesG1], CertificateProfile.NoneUnsafe, SignatureEngines.Own);
        chain.Validate(lenient, chain.Timestamp).AssertRefused(CertificateRule.TrustAnchor, 0, chain.Document.File);
    }

    [Fact]
    public void The_root_of_GovCloud_is_read_although_it_writes_GeneralizedTime()
    {
        // RFC 5280 4.1.2.5 asks for it: notAfter is in 2050.
        var period = Period(TrustAnchors.AwsUsGov.Der.ToArray());
        Assert.Equal(period.NotAfter, TrustAnchors.AwsUsGov.Root.Certificate.NotAfter);
        Assert.Equal(period.NotBefore, TrustAnchors.AwsUsGov.Root.Certificate.NotBefore);
    }

    [Fact]
    public void The_fields_are_those_that_dotnet_reads()
    {
        foreach (var chain in GenuineChain.Valid())
        {
            foreach (var der in chain.Certificates)
            {
                Assert.True(Certificate.TryRead(der, out var certificate, out _));
                Assert.True(CertificateExtensions.TryRead(certificate!, out var extensions, out _));
                using var dotnet = X509CertificateLoader.LoadCertificate(der);
                Assert.Equal(dotnet.SubjectName.RawData, certificate!.Subject);
                Assert.Equal(dotnet.IssuerName.RawData, certificate.Issuer);
                Assert.Equal(dotnet.SerialNumberBytes.Span, certificate.SerialNumber);
                Assert.Equal(Period(der), (certificate.NotBefore, certificate.NotAfter));
                Assert.Equal(dotnet.PublicKey.ExportSubjectPublicKeyInfo(), certificate.SubjectPublicKeyInfo);
                Assert.Equal(dotnet.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages, extensions!.KeyUsage?.Usages);
                var constraints = dotnet.Extensions.OfType<X509BasicConstraintsExtension>().Single();
                Assert.Equal(constraints.CertificateAuthority, extensions.BasicConstraints?.IsAuthority);
                int? pathLength = constraints.HasPathLengthConstraint ? constraints.PathLengthConstraint : null;
                Assert.Equal(pathLength, extensions.BasicConstraints?.PathLength);
                var own = dotnet.Extensions.OfType<X509SubjectKeyIdentifierExtension>().SingleOrDefault();
                Assert.Equal(own?.SubjectKeyIdentifierBytes.ToArray() ?? [], extensions.SubjectKeyIdentifier);
                var above = dotnet.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().SingleOrDefault();
                Assert.Equal(above?.KeyIdentifier?.ToArray() ?? [], extensions.AuthorityKeyIdentifier);
            }
        }
    }

    [Fact]
    public void X509Chain_agrees_on_all_at_their_time_and_outside_it()
    {
        foreach (var chain in GenuineChain.Valid())
        {
            var (notBefore, notAfter) = Period(chain.Leaf);
            foreach (var time in (long[])[chain.Timestamp, notBefore - 60_000, notAfter + 60_000])
            {
                var ours = chain.Validate(Aws, time).Defect is null;
                Assert.True(ours == ChainOracles.Dotnet(chain.Certificates, time), $"{chain.Document.File} at {time}");
            }
        }
    }

    [Fact]
    public void BouncyCastle_agrees_on_all_at_their_time_and_outside_it()
    {
        foreach (var (index, chain) in GenuineChain.Valid().Index())
        {
            // BouncyCastle is slow, so the times outside are tried on some of them only.
            var (notBefore, notAfter) = Period(chain.Leaf);
            foreach (var time in (long[])(index % 10 == 0 ? [chain.Timestamp, notBefore - 60_000, notAfter + 60_000] : [chain.Timestamp]))
            {
                var ours = chain.Validate(Aws, time).Defect is null;
                Assert.True(ours == ChainOracles.BouncyCastle(chain.Certificates, time), $"{chain.Document.File} at {time}");
            }
        }
    }

    private static (long NotBefore, long NotAfter) Period(byte[] der)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(der);
        return (Milliseconds(certificate.NotBefore), Milliseconds(certificate.NotAfter));

        static long Milliseconds(DateTime time) => new DateTimeOffset(time).ToUnixTimeMilliseconds();
    }

    /// <summary>Sig_structure (RFC 9052 4.4).</summary>
    private static byte[] ToBeSigned(GenuineChain chain)
    {
        var writer = new CborWriter();
        writer.WriteStartArray(4);
        writer.WriteTextString("Signature1");
        writer.WriteByteString(chain.Protected);
        writer.WriteByteString([]);
        writer.WriteByteString(chain.Payload);
        writer.WriteEndArray();
        return writer.Encode();
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Nitro.Testing;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.Tests.Certificates;

public sealed class TrustAnchorTests
{
    [Fact]
    public void The_embedded_roots_are_those_that_AWS_publishes()
    {
        (TrustAnchor Anchor, string Name, string File, string Subject)[] expected =
        [
            (TrustAnchors.AwsNitroEnclavesG1, "aws", "aws-nitro-enclaves-root-g1.pem", "CN=aws.nitro-enclaves"),
            (TrustAnchors.AwsUsGov, "aws-us-gov", "aws-us-gov-nitro-enclaves-root.pem", "CN=aws-us-gov.nitro-enclaves"),
        ];
        foreach (var (anchor, name, file, subject) in expected)
        {
            using var published = X509Certificate2.CreateFromPem(File.ReadAllText(SharedFiles.Path("roots", file)));
            Assert.Equal(published.RawData, anchor.Der.ToArray());
            Assert.Equal(published.GetCertHashString(HashAlgorithmName.SHA256), anchor.Fingerprint);
            Assert.Equal($"{subject}, OU=AWS, O=Amazon, C=US", published.Subject);
            Assert.Equal(name, anchor.Name);
            Assert.True(anchor.IsAws);
        }
    }

    [Fact]
    public void The_fingerprints_are_pinned()
    {
        Assert.Equal("641A0321A3E244EFE456463195D606317ED7CDCC3C1756E09893F3C68F79BB5B", TrustAnchors.AwsNitroEnclavesG1.Fingerprint);
        Assert.Equal("20BCD30A3E168EA03789E1C45912BC123C4DE3C977B8A6E1C125C7929D668B3B", TrustAnchors.AwsUsGov.Fingerprint);
    }

    [Fact]
    public void An_embedded_root_with_another_fingerprint_than_the_pinned_one_throws_and_names_both()
    {
        var exception = Assert.Throws<InvalidOperationException>(
            () => TrustAnchors.Load("aws", "aws-us-gov-nitro-enclaves-root.der", TrustAnchors.AwsNitroEnclavesG1Fingerprint));
        Assert.Contains(TrustAnchors.AwsNitroEnclavesG1Fingerprint, exception.Message, StringComparison.Ordinal);
        Assert.Contains(TrustAnchors.AwsUsGovFingerprint, exception.Message, StringComparison.Ordinal);
        exception = Assert.Throws<InvalidOperationException>(() => TrustAnchors.Load("aws", "none.der", TrustAnchors.AwsUsGovFingerprint));
        Assert.Contains("none.der", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_root_of_ones_own_is_not_AWSs()
    {
        var der = new TestChain()[TestChain.Root].Build();
        var anchor = TrustAnchor.FromCertificate("my root", der);
        Assert.Equal("my root", anchor.Name);
        Assert.Equal(der, anchor.Der.ToArray());
        Assert.Equal(Convert.ToHexString(SHA256.HashData(der)), anchor.Fingerprint);
        Assert.False(anchor.IsAws);
    }

    [Fact]
    public void AWSs_root_from_a_file_is_still_AWSs()
    {
        var der = TrustAnchors.AwsNitroEnclavesG1.Der.Span;
        Assert.True(TrustAnchor.FromCertificate("from a file", der).IsAws);
        Assert.True(TrustAnchor.FromCertificate("aws", der).IsAws);
        Assert.True(TrustAnchor.FromPem("aws", PemEncoding.Write("CERTIFICATE", der)).IsAws);
    }

    [Theory]
    [InlineData("aws")]
    [InlineData("aws-us-gov")]
    public void AWSs_names_are_not_given_to_other_roots(string name)
    {
        var exception = Assert.Throws<ArgumentException>(() => TrustAnchor.FromCertificate(name, new TestChain()[TestChain.Root].Build()));
        Assert.Contains("is kept for AWS's root", exception.Message, StringComparison.Ordinal);
        var other = name == "aws" ? TrustAnchors.AwsUsGov : TrustAnchors.AwsNitroEnclavesG1;
        Assert.Throws<ArgumentException>(() => TrustAnchor.FromCertificate(name, other.Der.Span));
    }

    [Fact]
    public void The_bytes_are_copied()
    {
        var chain = new TestChain();
        var root = chain[TestChain.Root].Build();
        var anchor = TrustAnchor.FromCertificate("test", root);
        var before = anchor.Der.ToArray();
        root.AsSpan().Clear();
        Assert.Equal(before, anchor.Der.ToArray());
    }

    [Fact]
    public void A_name_has_1_to_64_printable_characters()
    {
        var root = new TestChain()[TestChain.Root].Build();
        Assert.Equal(64, TrustAnchor.FromCertificate(new string('n', TrustAnchor.MaximumNameLength), root).Name.Length);
        foreach (var name in (string[])["", new string('n', TrustAnchor.MaximumNameLength + 1), "a\nb", "a\u001b[2J", "ä"])
        {
            var exception = Assert.Throws<ArgumentException>(() => TrustAnchor.FromCertificate(name, root));
            Assert.Contains("1 to 64 printable ASCII characters", exception.Message, StringComparison.Ordinal);
        }

        Assert.Throws<ArgumentNullException>(() => TrustAnchor.FromCertificate(null!, root));
        Assert.Throws<ArgumentNullException>(() => TrustAnchor.FromPem(null!, ""));
    }

    [Fact]
    public void A_certificate_that_cannot_issue_is_refused_with_the_rule()
    {
        var aws = TrustAnchors.AwsNitroEnclavesG1.Der.ToArray();
        AssertRefused("CertificateEncoding", []);
        AssertRefused("CertificateEncoding", new byte[1025]);
        AssertRefused("CertificateEncoding", aws[..^1]);
        AssertRefused("CertificateEncoding", [.. aws, 0]);
        AssertRefused("CertificateEncoding", "-----BEGIN CERTIFICATE-----"u8.ToArray());
        AssertRefused("BasicConstraints", new TestChain()[TestChain.Leaf].Build());

        var root = new TestChain()[TestChain.Root];
        root.SetExtension(TestCertificate.KeyUsageOid, TestCertificate.Critical, Der.Bits(1, 0x82));
        AssertRefused("KeyUsage", root.Build());
        root = new TestChain()[TestChain.Root];
        root.SetExtension("1.2.3.4", TestCertificate.Critical, [1]);
        AssertRefused("CertificateExtensions", root.Build());
        root = new TestChain()[TestChain.Root];
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        root.SubjectPublicKeyInfo = key.ExportSubjectPublicKeyInfo();
        AssertRefused("CertificateAlgorithms", root.Build());

        static void AssertRefused(string rule, byte[] der)
        {
            var exception = Assert.Throws<ArgumentException>(() => TrustAnchor.FromCertificate("x", der));
            Assert.Contains($"\"x\" breaks the rule {rule}: expected", exception.Message, StringComparison.Ordinal);
            Assert.False(TrustAnchor.TryCreate("x", der, out _, out var problem));
            Assert.StartsWith(problem, exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_intermediate_may_be_an_anchor_when_the_caller_says_so()
    {
        var chain = new TestChain().Build();
        TestChain.Validate(chain[1..^1], chain[^1], chain[1], CertificateProfile.NoneUnsafe).AssertValid("an intermediate as anchor");
    }

    [Fact]
    public void Pem_holds_one_certificate_and_text_around_it_is_ignored()
    {
        var root = new TestChain()[TestChain.Root].Build();
        var pem = PemEncoding.WriteString("CERTIFICATE", root);
        Assert.Equal(root, TrustAnchor.FromPem("test", pem).Der.ToArray());
        Assert.Equal(root, TrustAnchor.FromPem("test", $"subject=CN = x\r\n{pem}\r\n\r\n").Der.ToArray());
        Assert.Equal(root, TrustAnchor.FromPem("test", pem.ReplaceLineEndings("\r\n")).Der.ToArray());

        AssertRefused("found none", "");
        AssertRefused("found none", "not PEM");
        AssertRefused("found none", pem.Replace("CERTIFICATE", "PRIVATE KEY", StringComparison.Ordinal));
        AssertRefused("found none", pem.Replace("M", "*", StringComparison.Ordinal));
        AssertRefused("found several", $"{pem}\n{pem}");
        AssertRefused("found several", $"{pem}\n-----BEGIN X-----\n-----END X-----");
        AssertRefused("breaks the rule CertificateEncoding", PemEncoding.WriteString("CERTIFICATE", root.AsSpan(1)));
        AssertRefused("breaks the rule CertificateEncoding", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----");

        static void AssertRefused(string why, string pem)
        {
            var exception = Assert.Throws<ArgumentException>(() => TrustAnchor.FromPem("test", pem));
            Assert.Contains(why, exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Random_text_and_bytes_are_refused_with_ArgumentException_only()
    {
        var random = new Random(20260115);
        var root = new TestChain()[TestChain.Root].Build();
        var pem = PemEncoding.WriteString("CERTIFICATE", root);
        for (var round = 0; round < 2_000; round++)
        {
            var der = root.ToArray();
            der[random.Next(der.Length)] ^= (byte)random.Next(1, 256);
            var text = pem.ToCharArray();
            text[random.Next(text.Length)] = (char)random.Next(0x250);
            Try(() => TrustAnchor.FromCertificate("x", der));
            Try(() => TrustAnchor.FromPem("x", text));
        }

        static void Try(Func<TrustAnchor> make)
        {
            try
            {
                Assert.False(make().IsAws);
            }
            catch (ArgumentException exception)
            {
                Assert.NotEmpty(exception.Message);
            }
        }
    }
}

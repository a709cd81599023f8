using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Nitro.Verifier.RevocationLists;
using Nitro.Verifier.Tests.Certificates;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.X509;

namespace Nitro.Verifier.Tests.RevocationLists;

/// <summary>What is read as a revocation list and what is refused, against lists made by .NET and BouncyCastle.</summary>
public sealed class RevocationListReadingTests
{
    private static readonly DateTimeOffset At = TestRevocationList.ThisUpdateTime;

    public static TheoryData<string> Names => [.. RevocationListDefects.All.Select(defect => defect.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_list_with_one_defect_is_refused_by_the_check_that_forbids_it(string name)
    {
        var (_, check, spoil) = RevocationListDefects.All.Single(one => one.Name == name);
        var list = new TestRevocationList();
        spoil(list);
        Assert.False(CertificateRevocationList.TryRead(list.Build(), out _, out var error));
        Assert.True(check == error.Check, $"{name}: {error}");
        Assert.NotEmpty(error.Error.Expected);
        Assert.NotEmpty(error.Error.Found);
    }

    [Fact]
    public void A_full_list_is_read_field_by_field()
    {
        var list = new TestRevocationList();
        list.Entries.Add(TestRevocationList.Entry([9], At, TestRevocationList.Reason(4)));
        list.Entries.Add(TestRevocationList.Entry([0, 0xFF, .. new byte[19]], At.AddDays(-1), TestRevocationList.Reason(1), TestRevocationList.Extension("2.5.29.24", Der.GeneralizedTime("20260201000000Z"))));
        list.Entries.Add(TestRevocationList.Entry([2], At.AddHours(-1)));
        list.Extensions.Add(TestRevocationList.Extension("1.2.3.4", [5, 0]));
        var read = Read(list.Build());

        Assert.Equal("C=US, O=Amazon, OU=AWS, CN=issuer.test", read.IssuerText);
        Assert.Equal((At, At.AddDays(7), "05", "010203", 3), (read.ThisUpdate, read.NextUpdate, read.Number, read.IssuerKeyIdentifier, read.Count));
        Assert.Equal(
            [
                new RevokedCertificate("00FF" + new string('0', 38), At.AddDays(-1), CertificateRevocationReason.KeyCompromise, new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero)),
                new RevokedCertificate("02", At.AddHours(-1), CertificateRevocationReason.Unspecified, null),
                new RevokedCertificate("09", At, CertificateRevocationReason.Superseded, null),
            ],
            read.Entries.OrderBy(entry => entry.SerialNumber, StringComparer.Ordinal));
    }

    [Fact]
    public void A_list_without_entries_and_extensions_is_read()
    {
        var list = new TestRevocationList();
        list.Extensions.Clear();
        var read = Read(list.Build());
        Assert.Equal((0, "", ""), (read.Count, read.Number, read.IssuerKeyIdentifier));
    }

    /// <summary>What is known may be critical (RFC 5280 5.2: critical is what must not be passed over).</summary>
    [Theory]
    [InlineData("2.5.29.35", new byte[] { 0x30, 0x05, 0x80, 3, 1, 2, 3 })]
    [InlineData("2.5.29.20", new byte[] { 2, 1, 5 })]
    public void A_known_extension_is_read_when_it_is_critical(string oid, byte[] value)
    {
        var list = new TestRevocationList();
        list.Extensions.Clear();
        list.Extensions.Add(TestRevocationList.Extension(oid, value, TestRevocationList.Critical));
        var read = Read(list.Build());
        Assert.Equal(oid == "2.5.29.20" ? "05" : "", read.Number);
        Assert.Equal(oid == "2.5.29.35" ? "010203" : "", read.IssuerKeyIdentifier);
    }

    [Fact]
    public void PEM_is_read_and_what_is_not_one_list_is_refused()
    {
        var der = new TestRevocationList().Build();
        var pem = PemEncoding.WriteString("X509 CRL", der);
        Assert.Equal(der, Read(Encoding.ASCII.GetBytes("Some words.\n" + pem + "\n")).Der.ToArray());
        foreach (var text in (string[])[pem + "\n" + pem, PemEncoding.WriteString("CERTIFICATE", der), pem[..^5], "", "x", pem.Replace('A', '*')])
        {
            Assert.False(CertificateRevocationList.TryRead(Encoding.ASCII.GetBytes(text), out _, out var error), text);
            Assert.Equal(Check.RevocationListEncoding, error.Check);
        }
    }

    [Fact]
    public void No_truncation_and_no_flipped_bit_makes_reading_throw()
    {
        var list = new TestRevocationList();
        list.Entries.Add(TestRevocationList.Entry([9], At, TestRevocationList.Reason(4), TestRevocationList.Extension("2.5.29.24", Der.GeneralizedTime("20260201000000Z"))));
        var der = list.Build();
        for (var length = 0; length < der.Length; length++)
        {
            Assert.False(CertificateRevocationList.TryRead(der.AsSpan(0, length), out _, out _));
        }

        for (var bit = 0; bit < 8 * der.Length; bit++)
        {
            var copy = der.ToArray();
            copy[bit / 8] ^= (byte)(1 << (bit % 8));
            if (CertificateRevocationList.TryRead(copy, out var read, out _))
            {
                Assert.Equal(copy, Der.Reencode(copy));
                Assert.Equal(1, read.Count);
            }
        }
    }

    [Fact]
    public void The_limit_of_size_is_where_it_says()
    {
        var list = new TestRevocationList();
        foreach (var excess in (int[])[0, 1])
        {
            var padding = CertificateRevocationList.MaximumLength + excess - Padded(0).Length;
            var bytes = Padded(padding);
            while (bytes.Length != CertificateRevocationList.MaximumLength + excess)
            {
                // A signature's length varies by an octet or two from one signing to the next.
                bytes = Padded(padding += CertificateRevocationList.MaximumLength + excess - bytes.Length);
            }

            Assert.Equal(excess == 0, CertificateRevocationList.TryRead(bytes, out _, out _));
        }

        byte[] Padded(int padding)
        {
            list.ExtensionsField = LongTlv(0xA0, LongTlv(0x30, LongTlv(0x30, [.. Der.Oid("1.2.3.4"), .. LongTlv(4, new byte[1_000_000 + padding])])));
            var whole = new TestRevocationList();
            var signed = LongTlv(0x30, [.. whole.Version, .. whole.InnerAlgorithm, .. whole.Issuer, .. whole.ThisUpdate, .. whole.NextUpdate, .. list.ExtensionsField]);
            return LongTlv(0x30, [.. signed, .. whole.OuterAlgorithm, .. Der.Bits(0, whole.Key.SignData(signed, HashAlgorithmName.SHA384, DSASignatureFormat.Rfc3279DerSequence))]);
        }

        static byte[] LongTlv(byte tag, byte[] content) => [tag, 0x83, (byte)(content.Length >> 16), (byte)(content.Length >> 8), (byte)content.Length, .. content];
    }

    [Fact]
    public void Lists_of_dotnets_builder_are_read_as_they_were_meant()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var request = new CertificateRequest("CN=dotnet", key, HashAlgorithmName.SHA384);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        using var issuer = request.CreateSelfSigned(At.AddYears(-1), At.AddYears(1));
        var builder = new CertificateRevocationListBuilder();
        for (byte reason = 0; reason <= 9; reason++)
        {
            if (reason is not (7 or 8))
            {
                builder.AddEntry([1, reason], At.AddMinutes(-reason), (X509RevocationReason)reason);
            }
        }

        builder.AddEntry([0x7F, 0xFF], At);
        var read = Read(builder.Build(issuer, 77, At.AddDays(1), HashAlgorithmName.SHA384, thisUpdate: At));
        Assert.Equal(("4D", At, At.AddDays(1), 9), (read.Number, read.ThisUpdate, read.NextUpdate, read.Count));
        foreach (var entry in read.Entries.Where(entry => entry.SerialNumber.StartsWith("01", StringComparison.Ordinal)))
        {
            Assert.Equal(Convert.ToByte(entry.SerialNumber[2..], 16), (byte)entry.Reason);
            Assert.Equal(At.AddMinutes(-(int)entry.Reason), entry.RevokedAt);
        }

        Assert.True(Certificates.VerificationKeys.Of(key, out var loaded));
        Assert.True(read.IsSignedBy(loaded, Certificates.SignatureEngines.Own));
        Assert.True(read.IsSignedBy(loaded, Certificates.SignatureEngines.Own), "and once more, from memory");
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.True(Certificates.VerificationKeys.Of(other, out var wrong));
        Assert.False(read.IsSignedBy(wrong, Certificates.SignatureEngines.Own));
    }

    [Fact]
    public void BouncyCastle_reads_what_is_read_here_alike()
    {
        var list = new TestRevocationList();
        for (byte serial = 1; serial < 100; serial++)
        {
            list.Entries.Add(TestRevocationList.Entry([serial], At.AddMinutes(-serial), serial % 2 == 0 ? [TestRevocationList.Reason((byte)(serial % 7))] : []));
        }

        var der = list.Build();
        var theirs = new X509CrlParser().ReadCrl(der);
        var ours = Read(der);
        Assert.Equal(theirs.ThisUpdate, ours.ThisUpdate.UtcDateTime);
        Assert.Equal(theirs.NextUpdate.Value, ours.NextUpdate.UtcDateTime);
        Assert.Equal(theirs.GetRevokedCertificates().Count, ours.Count);
        foreach (X509CrlEntry entry in theirs.GetRevokedCertificates())
        {
            Assert.True(ours.TryFind(entry.SerialNumber.ToByteArray(), out var found));
            Assert.Equal(entry.RevocationDate, DateTimeOffset.FromUnixTimeMilliseconds(found.RevokedAt).UtcDateTime);
            var reason = entry.GetExtensionValue(X509Extensions.ReasonCode);
            Assert.Equal(reason is null ? 0 : reason.GetOctets()[2], (int)found.Reason);
        }

        Assert.False(ours.TryFind([100], out _));
        Assert.False(ours.TryFind([], out _));
    }

    private static CertificateRevocationList Read(byte[] bytes)
    {
        Assert.True(CertificateRevocationList.TryRead(bytes, out var list, out var error), error?.ToString());
        return list;
    }
}

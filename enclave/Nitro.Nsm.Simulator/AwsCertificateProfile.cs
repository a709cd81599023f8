using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace Nitro.Nsm.Simulator;

/// <summary>
/// AWS's certificates, level by level, as measured over genuine documents from 2021 to 2026: names, extensions, serial numbers, validity.
/// Where AWS changed something, the newest form is made. Only the hosts of the CRLs differ: they end in <c>local.invalid</c>, which no
/// resolver answers (RFC 2606), and are as long as AWS's.
/// </summary>
public static partial class AwsCertificateProfile
{
    /// <summary>The root's first second: that of AWS's root G1, so that its dates fit UTCTime and serve any clock since.</summary>
    public static readonly DateTimeOffset RootNotBefore = new(2019, 10, 28, 13, 28, 5, TimeSpan.Zero);

    /// <summary>The root's last second: 30 years and one hour later.</summary>
    public static readonly DateTimeOffset RootNotAfter = new(2049, 10, 28, 14, 28, 5, TimeSpan.Zero);

    /// <summary>Regional and zonal certificates are dated back by this.</summary>
    public static readonly TimeSpan AuthorityBackdating = TimeSpan.FromHours(1);

    /// <summary>From a regional certificate's issue to its end; 20 d 1 h in all.</summary>
    public static readonly TimeSpan RegionalLifetime = TimeSpan.FromDays(20);

    /// <summary>From a zonal certificate's issue to its end at least; up to 12 whole hours more; 5 d 13 h to 6 d 1 h in all.</summary>
    public static readonly TimeSpan ZonalShortestLifetime = TimeSpan.FromHours((5 * 24) + 12);

    /// <summary>An instance's certificate is valid from its issue and for this.</summary>
    public static readonly TimeSpan InstanceLifetime = TimeSpan.FromHours(24);

    /// <summary>Leaves are dated back by this since 2022.</summary>
    public static readonly TimeSpan LeafBackdating = TimeSpan.FromSeconds(3);

    /// <summary>From a leaf's issue to its end; 3 h 0 m 3 s in all.</summary>
    public static readonly TimeSpan LeafLifetime = TimeSpan.FromHours(3);

    /// <summary>
    /// The age since notBefore from which a certificate issues or signs no more and is replaced first. No genuine document shows an
    /// older one doing so: 4 d 21 h, 11 h 42 m, 11 h 37 m and 2 h 22 m were the most.
    /// </summary>
    /// <param name="level">Any but the root, which is not replaced.</param>
    public static TimeSpan RenewalAge(CertificateLevel level) => level switch
    {
        CertificateLevel.Regional => TimeSpan.FromDays(5),
        CertificateLevel.Zonal => TimeSpan.FromHours(12),
        CertificateLevel.Instance => TimeSpan.FromHours(12),
        CertificateLevel.Leaf => new TimeSpan(2, 22, 0),
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, "Only the levels below the root are renewed."),
    };

    /// <summary>Level 0, for a root that signs itself.</summary>
    /// <param name="publicKey">DER of its SubjectPublicKeyInfo.</param>
    /// <param name="random">For the serial number.</param>
    public static CertificateTemplate Root(ReadOnlyMemory<byte> publicKey, RandomSource random)
    {
        var name = RelativeDistinguishedName.EncodeName(
            RelativeDistinguishedName.Country("US"),
            RelativeDistinguishedName.Organization("Amazon"),
            RelativeDistinguishedName.OrganizationalUnit("AWS"),
            RelativeDistinguishedName.CommonName("aws.nitro-enclaves"));
        var serial = RandomSerial(random, 16);
        serial[0] |= 0x80;
        return new CertificateTemplate
        {
            SerialNumber = CertificateTemplate.PositiveSerial(serial),
            Issuer = name,
            NotBefore = RootNotBefore,
            NotAfter = RootNotAfter,
            Subject = name,
            SubjectPublicKeyInfo = publicKey,
            Extensions =
            [
                CertificateExtension.BasicConstraints(isAuthority: true),
                CertificateExtension.SubjectKeyIdentifier(publicKey),
                AuthorityKeyUsage,
            ],
        };
    }

    /// <summary>Level 1.</summary>
    /// <param name="issuer">The root.</param>
    /// <param name="publicKey">DER of the subject's SubjectPublicKeyInfo.</param>
    /// <param name="region">Such as <c>us-east-1</c>.</param>
    /// <param name="issuedAt">When it is issued; notBefore is an hour earlier.</param>
    /// <param name="random">For the serial number and the name.</param>
    public static CertificateTemplate Regional(
        IssuedCertificate issuer, ReadOnlyMemory<byte> publicKey, string region, DateTimeOffset issuedAt, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        CheckRegion(region);
        var issued = WholeSecond(issuedAt);
        return new CertificateTemplate
        {
            SerialNumber = CertificateTemplate.PositiveSerial(RandomSerial(random, 16)),
            Issuer = issuer.Subject,
            NotBefore = issued - AuthorityBackdating,
            NotAfter = issued + RegionalLifetime,
            Subject = RelativeDistinguishedName.EncodeName(
                RelativeDistinguishedName.Country("US"),
                RelativeDistinguishedName.Organization("Amazon"),
                RelativeDistinguishedName.OrganizationalUnit("AWS"),
                RelativeDistinguishedName.CommonName(Invariant($"{RandomNumber(random):x16}.{region}.aws.nitro-enclaves"))),
            SubjectPublicKeyInfo = publicKey,
            Extensions =
            [
                CertificateExtension.BasicConstraints(isAuthority: true, pathLength: 2),
                CertificateExtension.AuthorityKeyIdentifier(issuer.SubjectPublicKeyInfo),
                CertificateExtension.SubjectKeyIdentifier(publicKey),
                AuthorityKeyUsage,
                CertificateExtension.CrlDistributionPoint($"http://aws-nitro-enclaves-crl.s3.local.invalid/crl/{CrlName(issuer)}.crl"),
            ],
        };
    }

    /// <summary>Level 2.</summary>
    /// <param name="issuer">The regional authority.</param>
    /// <param name="publicKey">DER of the subject's SubjectPublicKeyInfo.</param>
    /// <param name="region">Such as <c>us-east-1</c>.</param>
    /// <param name="issuedAt">When it is issued; notBefore is an hour earlier.</param>
    /// <param name="random">For the serial number, the name and the validity.</param>
    public static CertificateTemplate Zonal(
        IssuedCertificate issuer, ReadOnlyMemory<byte> publicKey, string region, DateTimeOffset issuedAt, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        CheckRegion(region);
        var issued = WholeSecond(issuedAt);
        return new CertificateTemplate
        {
            SerialNumber = CertificateTemplate.PositiveSerial(RandomSerial(random, 16)),
            Issuer = issuer.Subject,
            NotBefore = issued - AuthorityBackdating,
            NotAfter = issued + ZonalShortestLifetime + TimeSpan.FromHours(RandomNumber(random) % 13),

            // Unlike the regional name's, this number loses its leading zeros.
            Subject = RelativeDistinguishedName.EncodeName(
                RelativeDistinguishedName.CommonName(Invariant($"{RandomNumber(random):x}.zonal.{region}.aws.nitro-enclaves")),
                RelativeDistinguishedName.OrganizationalUnit("AWS"),
                RelativeDistinguishedName.Organization("Amazon"),
                RelativeDistinguishedName.Country("US"),
                RelativeDistinguishedName.State("WA"),
                RelativeDistinguishedName.Locality("Seattle")),
            SubjectPublicKeyInfo = publicKey,
            Extensions =
            [
                CertificateExtension.BasicConstraints(isAuthority: true, pathLength: 1),
                CertificateExtension.AuthorityKeyIdentifier(issuer.SubjectPublicKeyInfo),
                CertificateExtension.SubjectKeyIdentifier(publicKey),
                AuthorityKeyUsage,
                CertificateExtension.CrlDistributionPoint(
                    $"http://crl-{region}-aws-nitro-enclaves.s3.{region}.local.invalid/crl/{CrlName(issuer)}.crl"),
            ],
        };
    }

    /// <summary>Level 3.</summary>
    /// <param name="issuer">The zonal authority.</param>
    /// <param name="publicKey">DER of the subject's SubjectPublicKeyInfo.</param>
    /// <param name="region">Such as <c>us-east-1</c>.</param>
    /// <param name="moduleId">The NSM's module id; the part before <c>-enc</c> is the instance's.</param>
    /// <param name="issuedAt">When it is issued, also its notBefore.</param>
    /// <param name="random">For the serial number.</param>
    public static CertificateTemplate Instance(
        IssuedCertificate issuer,
        ReadOnlyMemory<byte> publicKey,
        string region,
        string moduleId,
        DateTimeOffset issuedAt,
        RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        CheckRegion(region);
        var issued = WholeSecond(issuedAt);
        return new CertificateTemplate
        {
            SerialNumber = CertificateTemplate.PositiveSerial(RandomSerial(random, 20)),
            Issuer = issuer.Subject,
            NotBefore = issued,
            NotAfter = issued + InstanceLifetime,
            Subject = SeattleName($"{InstanceId(moduleId)}.{region}.aws.nitro-enclaves"),
            SubjectPublicKeyInfo = publicKey,
            Extensions =
            [
                CertificateExtension.BasicConstraints(isAuthority: true, pathLength: 0),
                CertificateExtension.KeyUsage(X509KeyUsageFlags.KeyCertSign, critical: true),
                CertificateExtension.SubjectKeyIdentifier(publicKey),
                CertificateExtension.AuthorityKeyIdentifier(issuer.SubjectPublicKeyInfo),
            ],
        };
    }

    /// <summary>Level 4. Its serial number is the enclave's 64-bit id and the second of its issue, 64 bits.</summary>
    /// <param name="issuer">The instance's authority.</param>
    /// <param name="publicKey">DER of the subject's SubjectPublicKeyInfo.</param>
    /// <param name="region">Such as <c>us-east-1</c>.</param>
    /// <param name="moduleId">The NSM's module id.</param>
    /// <param name="issuedAt">When it is issued; notBefore is three seconds earlier.</param>
    public static CertificateTemplate Leaf(
        IssuedCertificate issuer, ReadOnlyMemory<byte> publicKey, string region, string moduleId, DateTimeOffset issuedAt)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        CheckRegion(region);
        CheckModuleId(moduleId);
        var issued = WholeSecond(issuedAt);
        var serial = Convert.FromHexString(Invariant($"{moduleId[^16..]}{issued.ToUnixTimeSeconds():x16}"));
        return new CertificateTemplate
        {
            SerialNumber = CertificateTemplate.PositiveSerial(serial),
            Issuer = issuer.Subject,
            NotBefore = issued - LeafBackdating,
            NotAfter = issued + LeafLifetime,
            Subject = SeattleName($"{moduleId}.{region}.aws"),
            SubjectPublicKeyInfo = publicKey,
            Extensions =
            [
                CertificateExtension.BasicConstraints(isAuthority: false),
                CertificateExtension.KeyUsage(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation, critical: false),
            ],
        };
    }

    /// <summary>A module id of AWS's shape: a random instance's, and an enclave's that begins with its start in milliseconds.</summary>
    /// <param name="startedAt">When the enclave started.</param>
    /// <param name="random">For the rest.</param>
    public static string NewModuleId(DateTimeOffset startedAt, RandomSource random)
    {
        var instance = RandomNumber(random);
        var enclave = RandomNumber(random) & 0xffff;
        return Invariant($"i-0{instance:x16}-enc{startedAt.ToUnixTimeMilliseconds():x12}{enclave:x4}");
    }

    /// <summary>The instance's id, the part of a module id before <c>-enc</c>.</summary>
    /// <exception cref="ArgumentException">The module id has not AWS's shape.</exception>
    public static string InstanceId(string moduleId)
    {
        CheckModuleId(moduleId);
        return moduleId[..moduleId.IndexOf("-enc", StringComparison.Ordinal)];
    }

    internal static void CheckModuleId(string moduleId)
    {
        ArgumentNullException.ThrowIfNull(moduleId);
        if (!ModuleIdPattern().IsMatch(moduleId))
        {
            throw new ArgumentException(
                $"The module id \"{moduleId}\" is not i- and 17 hexadecimal digits, -enc and 16 more, in lower case.", nameof(moduleId));
        }
    }

    internal static void CheckRegion(string region)
    {
        ArgumentNullException.ThrowIfNull(region);
        if (!RegionPattern().IsMatch(region))
        {
            throw new ArgumentException($"\"{region}\" is no region's name; expected one such as us-east-1.", nameof(region));
        }
    }

    private static CertificateExtension AuthorityKeyUsage => CertificateExtension.KeyUsage(
        X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true);

    private static byte[] SeattleName(string commonName) => RelativeDistinguishedName.EncodeName(
        RelativeDistinguishedName.Country("US"),
        RelativeDistinguishedName.State("Washington"),
        RelativeDistinguishedName.Locality("Seattle"),
        RelativeDistinguishedName.Organization("Amazon"),
        RelativeDistinguishedName.OrganizationalUnit("AWS"),
        RelativeDistinguishedName.CommonName(commonName));

    /// <summary>AWS names a CRL by a version 4 UUID that stays for its issuer's life; this one is drawn from the issuer's key.</summary>
    private static string CrlName(IssuedCertificate issuer)
    {
        var bytes = CertificateExtension.KeyIdentifier(issuer.SubjectPublicKeyInfo).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString("D");
    }

    private static byte[] RandomSerial(RandomSource random, int length)
    {
        ArgumentNullException.ThrowIfNull(random);
        var serial = new byte[length];
        random(serial);

        // So that the length is always this, or one more where the first bit is high, as in every genuine one.
        serial[0] = serial[0] == 0 ? (byte)1 : serial[0];
        return serial;
    }

    private static ulong RandomNumber(RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        random(bytes);
        return BitConverter.ToUInt64(bytes);
    }

    private static DateTimeOffset WholeSecond(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^i-[0-9a-f]{17}-enc[0-9a-f]{16}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ModuleIdPattern();

    // 22 characters at most keep the zonal name within 64 (RFC 5280, appendix A.1, ub-common-name).
    [GeneratedRegex(@"^(?=.{1,22}\z)[a-z]{2}(-[a-z]+)+-[0-9]\z", RegexOptions.CultureInvariant)]
    private static partial Regex RegionPattern();
}

using System.Security.Cryptography.X509Certificates;
using Nitro.Nsm.Simulator;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.Fuzz.Simulation;

/// <summary>
/// A chain of AWS's shape below a root of the fuzzer's own, the same in every run: the simulator's templates with fixed keys, names and
/// serial numbers. Immutable, thread-safe.
/// </summary>
public sealed class FuzzChain
{
    public const int Regional = 1, Zonal = 2, Instance = 3, Leaf = 4, Levels = 5;

    /// <summary>When the chains were issued.</summary>
    public static readonly DateTimeOffset IssuedAt = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private FuzzChain(string name, string region, string moduleId, bool early)
    {
        ModuleId = moduleId;
        Keys = [RootKey, .. Enumerable.Range(1, Leaf).Select(level => FixedKey.P384(FormattableString.Invariant($"{name} level {level}")))];
        string[] names =
        [
            "aws.nitro-enclaves",
            $"0123456789abcdef.{region}.aws.nitro-enclaves",
            $"123456789abcdef0.zonal.{region}.aws.nitro-enclaves",
            $"{moduleId[..moduleId.IndexOf("-enc", StringComparison.Ordinal)]}.{region}.aws.nitro-enclaves",
            $"{moduleId}.{region}.aws",
        ];
        Templates = [.. Enumerable.Range(0, Levels).Select(level => Template(level, names, early))];
        Certificates = [.. Enumerable.Range(0, Levels).Select(level => KeyAbove(level).Issue(Templates[level]))];
    }

    public static FixedKey RootKey { get; } = FixedKey.P384("root");

    /// <summary>Several enclaves under one root: two of one instance's region, one elsewhere, one as AWS's were before 2024-07.</summary>
    public static IReadOnlyList<FuzzChain> All { get; } =
    [
        new("first", "us-east-1", "i-0123456789abcdef0-enc0123456789abcdef", early: false),
        new("second", "us-east-1", "i-0fedcba9876543210-enc0fedcba987654321", early: false),
        new("third", "eu-central-1", "i-0aaaaaaaaaaaaaaaa-enc0bbbbbbbbbbbbbbb", early: false),
        new("fourth", "ap-south-1", "i-01111111111111111-enc0222222222222222", early: true),
    ];

    /// <summary>The root that they all lead to.</summary>
    public static TrustAnchor Anchor { get; } = TrustAnchor.FromCertificate("fuzz", All[0].Certificates[0]);

    public string ModuleId { get; }

    /// <summary>By level, the root first.</summary>
    public IReadOnlyList<FixedKey> Keys { get; }

    public IReadOnlyList<CertificateTemplate> Templates { get; }

    public IReadOnlyList<byte[]> Certificates { get; }

    /// <summary>The key that signs a level's certificate.</summary>
    public FixedKey KeyAbove(int level) => Keys[Math.Max(0, level - 1)];

    private CertificateTemplate Template(int level, string[] names, bool early)
    {
        (TimeSpan Before, TimeSpan After)[] lives =
        [
            (TimeSpan.FromDays(1000), TimeSpan.FromDays(7000)), (TimeSpan.FromHours(1), TimeSpan.FromDays(20)),
            (TimeSpan.FromHours(1), TimeSpan.FromDays(5)),
            (TimeSpan.Zero, TimeSpan.FromHours(24)), (TimeSpan.FromSeconds(3), TimeSpan.FromHours(3)),
        ];
        return new CertificateTemplate
        {
            SerialNumber = new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, (byte)level },
            Issuer = Name(names[Math.Max(0, level - 1)]),
            NotBefore = IssuedAt - lives[level].Before,
            NotAfter = IssuedAt + lives[level].After,
            Subject = Name(names[level]),
            SubjectPublicKeyInfo = Keys[level].SubjectPublicKeyInfo,
            Extensions = [.. Extensions(level, early)],
        };
    }

    private IEnumerable<CertificateExtension> Extensions(int level, bool early)
    {
        const X509KeyUsageFlags Signs = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign;
        if (level == Leaf)
        {
            yield return CertificateExtension.BasicConstraints(isAuthority: false);
            yield return CertificateExtension.KeyUsage(
                X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation, critical: false);
            yield break;
        }

        yield return CertificateExtension.BasicConstraints(isAuthority: true, level == 0 ? null : Instance - level);
        yield return CertificateExtension.KeyUsage(level == Instance ? X509KeyUsageFlags.KeyCertSign : Signs, critical: true);
        if (level == Instance && early)
        {
            yield break;
        }

        yield return CertificateExtension.SubjectKeyIdentifier(Keys[level].SubjectPublicKeyInfo);
        if (level > 0)
        {
            yield return CertificateExtension.AuthorityKeyIdentifier(Keys[level - 1].SubjectPublicKeyInfo);
        }

        if (level is Regional or Zonal)
        {
            yield return CertificateExtension.CrlDistributionPoint("http://crl.local.invalid/crl/0.crl");
        }
    }

    private static byte[] Name(string commonName) => RelativeDistinguishedName.EncodeName(
        RelativeDistinguishedName.Country("US"),
        RelativeDistinguishedName.Organization("Amazon"),
        RelativeDistinguishedName.OrganizationalUnit("AWS"),
        RelativeDistinguishedName.CommonName(commonName));
}

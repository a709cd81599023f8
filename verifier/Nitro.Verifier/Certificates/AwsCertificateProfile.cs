using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Nitro.Verifier.Certificates;

/// <summary>
/// Version 1 of what AWS's chains keep beyond RFC 5280, measured over 144 genuine documents from 2021-03 to 2026-06. It applies to
/// levels 1 to 4; the root is pinned by its bytes.
/// <list type="bullet">
/// <item>Level 1: basicConstraints critical with pathlen 2; keyUsage critical digitalSignature, keyCertSign, cRLSign; both key
/// identifiers; cRLDistributionPoints. CN <c>{label}.{region}.aws.nitro-enclaves</c>.</item>
/// <item>Level 2: as level 1 with pathlen 1. CN <c>{label}.zonal.{region}.aws.nitro-enclaves</c>.</item>
/// <item>Level 3: basicConstraints critical with pathlen 0; keyUsage critical keyCertSign; both key identifiers (from 2024-07 on) or
/// neither (before). CN <c>{instance id}.{region}.aws.nitro-enclaves</c>.</item>
/// <item>Level 4: basicConstraints critical and empty; keyUsage non-critical digitalSignature, nonRepudiation; nothing else.
/// CN <c>{module id}.{region}.aws</c>.</item>
/// <item>One region in all four, and the module id is the instance id, a hyphen, and more.</item>
/// </list>
/// Not in it: how long certificates are valid (20 d 0:59:59 or 1:00:00, 5 d 12:59:59 to 6 d 1 h, 24 h, and 3 h 0 m 0 s or 3 s), the order
/// of extensions and of name attributes, and the attributes beside the common name. Those are AWS's to tune, and nothing rests on them.
/// </summary>
internal static class AwsCertificateProfile
{
    /// <summary>Root, regional, zonal and instance certificate: 144 of 144.</summary>
    public const int BundleLength = 4;

    private const X509KeyUsageFlags SignsCertificatesAndLists =
        X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign;

    private const X509KeyUsageFlags SignsData = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation;

    private const ExtensionKinds Minimum = ExtensionKinds.BasicConstraints | ExtensionKinds.KeyUsage;

    private const ExtensionKinds WithKeyIdentifiers =
        Minimum | ExtensionKinds.SubjectKeyIdentifier | ExtensionKinds.AuthorityKeyIdentifier;

    private const ExtensionKinds WithRevocation = WithKeyIdentifiers | ExtensionKinds.CrlDistributionPoints;

    /// <summary>Levels 1 to 4.</summary>
    private static readonly Shape[] Shapes =
    [
        new(Authority(2), new KeyUsage(Critical: true, SignsCertificatesAndLists), WithRevocation, WithRevocation),
        new(Authority(1), new KeyUsage(Critical: true, SignsCertificatesAndLists), WithRevocation, WithRevocation),
        new(Authority(0), new KeyUsage(Critical: true, X509KeyUsageFlags.KeyCertSign), WithKeyIdentifiers, Minimum),
        new(new BasicConstraints(Critical: true, IsAuthority: false, null), new KeyUsage(Critical: false, SignsData), Minimum, Minimum),
    ];

    /// <summary>Of region names and hexadecimal labels.</summary>
    private static readonly SearchValues<byte> LabelCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-"u8);

    private static ReadOnlySpan<byte> Aws => "aws"u8;

    private static ReadOnlySpan<byte> AwsUsGov => "aws-us-gov"u8;

    private static ReadOnlySpan<byte> NitroEnclaves => ".nitro-enclaves"u8;

    /// <summary>Checks levels 1 to 4 of a path of five certificates that all other rules have passed.</summary>
    /// <param name="nodes">The five certificates, root first.</param>
    /// <param name="moduleId">The document's module id.</param>
    /// <param name="anchor">The trust anchor that the root is.</param>
    /// <returns>What is wrong, or null.</returns>
    public static CertificateDefect? Check(ReadOnlySpan<CertificateNode> nodes, string moduleId, TrustAnchor anchor)
    {
        for (var level = 1; level < nodes.Length; level++)
        {
            if (CheckShape(level, nodes[level].Extensions) is { } defect)
            {
                return defect;
            }
        }

        return CheckNames(nodes, moduleId, anchor);
    }

    private static CertificateDefect? CheckShape(int level, CertificateExtensions extensions)
    {
        var shape = Shapes[level - 1];
        if (extensions.BasicConstraints != shape.BasicConstraints)
        {
            return Defect(level, $"basicConstraints {shape.BasicConstraints}", extensions.BasicConstraints?.ToString() ?? "none");
        }

        if (extensions.KeyUsage != shape.KeyUsage)
        {
            return Defect(level, $"keyUsage {shape.KeyUsage}", extensions.KeyUsage?.ToString() ?? "none");
        }

        return extensions.Kinds == shape.Extensions || extensions.Kinds == shape.EarlierExtensions
            ? null
            : Defect(level, $"exactly the extensions {shape.Extensions}", $"{extensions.Kinds}");
    }

    /// <summary>
    /// The region and the partition are read from level 1, under the root's signature, and the levels below must have the same.
    /// AWS's root for GovCloud names its partition (aws-us-gov), but no document of it is public, so both spellings pass under that root.
    /// </summary>
    private static CertificateDefect? CheckNames(ReadOnlySpan<CertificateNode> nodes, string moduleId, TrustAnchor anchor)
    {
        var partition = Aws;
        if (!TryGetRegion(CommonName(nodes[1]), partition, out var region))
        {
            partition = AwsUsGov;
            if (anchor.Fingerprint != TrustAnchors.AwsUsGovFingerprint || !TryGetRegion(CommonName(nodes[1]), partition, out region))
            {
                return WrongName(1, "{label}.{region}.aws.nitro-enclaves", nodes[1]);
            }
        }

        var zone = CommonName(nodes[2]);
        if (!TryStripPlace(ref zone, region, partition, NitroEnclaves) || !TryStrip(ref zone, ".zonal"u8) || !IsLabel(zone))
        {
            return WrongName(2, $"{{label}}.zonal.{Text(region)}.{Text(partition)}.nitro-enclaves", nodes[2]);
        }

        Span<byte> module = stackalloc byte[Encoding.UTF8.GetMaxByteCount(moduleId.Length)];
        module = module[..Encoding.UTF8.GetBytes(moduleId, module)];
        var instance = CommonName(nodes[3]);
        if (!TryStripPlace(ref instance, region, partition, NitroEnclaves)
            || !IsLabel(instance)
            || !module.StartsWith(instance)
            || module.Length == instance.Length
            || module[instance.Length] != (byte)'-')
        {
            return WrongName(3, $"{{instance id of {moduleId}}}.{Text(region)}.{Text(partition)}.nitro-enclaves", nodes[3]);
        }

        var leaf = CommonName(nodes[4]);
        return TryStripPlace(ref leaf, region, partition, default) && leaf.SequenceEqual(module)
            ? null
            : WrongName(4, $"{moduleId}.{Text(region)}.{Text(partition)}", nodes[4]);
    }

    private static bool TryGetRegion(ReadOnlySpan<byte> regional, ReadOnlySpan<byte> partition, out ReadOnlySpan<byte> region)
    {
        region = default;
        var dot = -1;
        if (TryStrip(ref regional, NitroEnclaves) && TryStrip(ref regional, partition) && TryStrip(ref regional, "."u8))
        {
            dot = regional.IndexOf((byte)'.');
            region = regional[(dot + 1)..];
        }

        return dot >= 0 && IsLabel(regional[..dot]) && IsLabel(region);
    }

    /// <summary>Takes ".{region}.{partition}" and what follows it off the end of a name.</summary>
    private static bool TryStripPlace(ref ReadOnlySpan<byte> name, ReadOnlySpan<byte> region, ReadOnlySpan<byte> partition, ReadOnlySpan<byte> rest) =>
        TryStrip(ref name, rest) && TryStrip(ref name, partition) && TryStrip(ref name, "."u8) && TryStrip(ref name, region) && TryStrip(ref name, "."u8);

    private static bool TryStrip(ref ReadOnlySpan<byte> name, ReadOnlySpan<byte> end)
    {
        var ends = name.EndsWith(end);
        name = ends ? name[..^end.Length] : name;
        return ends;
    }

    private static bool IsLabel(ReadOnlySpan<byte> text) => text.Length > 0 && !text.ContainsAnyExcept(LabelCharacters);

    /// <summary>The characters as they are: UTF-8 that has been checked, empty where there is not exactly one common name.</summary>
    private static ReadOnlySpan<byte> CommonName(CertificateNode node) => node.Certificate.SubjectCommonName;

    private static string Text(ReadOnlySpan<byte> name) => Encoding.UTF8.GetString(name);

    private static CertificateDefect WrongName(int level, string expected, CertificateNode found) =>
        Defect(level, $"CN {ByteText.Printable(expected)}", $"CN {ByteText.Printable(Text(CommonName(found)))}");

    private static CertificateDefect Defect(int level, string expected, string found) =>
        new(CertificateRule.CertificateProfile, level, expected, found);

    private static BasicConstraints Authority(int pathLength) => new(Critical: true, IsAuthority: true, pathLength);

    /// <summary>What one level's extensions are.</summary>
    /// <param name="BasicConstraints">basicConstraints, exactly.</param>
    /// <param name="KeyUsage">keyUsage, exactly.</param>
    /// <param name="Extensions">Which extensions there are.</param>
    /// <param name="EarlierExtensions">Which there were until 2024-07.</param>
    private sealed record Shape(
        BasicConstraints BasicConstraints, KeyUsage KeyUsage, ExtensionKinds Extensions, ExtensionKinds EarlierExtensions);
}

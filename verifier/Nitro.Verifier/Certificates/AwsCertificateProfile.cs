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
    private static readonly SearchValues<char> LabelCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

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
        var regional = CommonName(nodes[1].Certificate);
        var partition = "aws";
        if (!TryGetRegion(regional, partition, out var region))
        {
            partition = "aws-us-gov";
            if (anchor.Fingerprint != TrustAnchors.AwsUsGovFingerprint || !TryGetRegion(regional, partition, out region))
            {
                return WrongName(1, "{label}.{region}.aws.nitro-enclaves", regional);
            }
        }

        var place = $"{region}.{partition}";
        var zonal = CommonName(nodes[2].Certificate);
        if (!TryStripEnd(zonal, $".zonal.{place}.nitro-enclaves", out var zone) || !IsLabel(zone))
        {
            return WrongName(2, $"{{label}}.zonal.{place}.nitro-enclaves", zonal);
        }

        var instance = CommonName(nodes[3].Certificate);
        if (!TryStripEnd(instance, $".{place}.nitro-enclaves", out var instanceId)
            || !IsLabel(instanceId)
            || !moduleId.StartsWith($"{instanceId}-", StringComparison.Ordinal))
        {
            return WrongName(3, $"{{instance id of {moduleId}}}.{place}.nitro-enclaves", instance);
        }

        var leaf = CommonName(nodes[4].Certificate);
        return leaf == $"{moduleId}.{place}" ? null : WrongName(4, $"{moduleId}.{place}", leaf);
    }

    private static bool TryGetRegion(string regional, string partition, out string region)
    {
        var found = TryStripEnd(regional, $".{partition}.nitro-enclaves", out var rest);
        var dot = rest.IndexOf('.', StringComparison.Ordinal);
        region = rest[(dot + 1)..];
        return found && dot >= 0 && IsLabel(rest[..dot]) && IsLabel(region);
    }

    private static bool TryStripEnd(string name, string end, out string rest)
    {
        var ends = name.EndsWith(end, StringComparison.Ordinal);
        rest = ends ? name[..^end.Length] : "";
        return ends;
    }

    private static bool IsLabel(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(LabelCharacters);

    /// <summary>The characters as they are: UTF-8 that has been checked, empty where there is not exactly one common name.</summary>
    private static string CommonName(Certificate certificate) => Encoding.UTF8.GetString(certificate.SubjectCommonName);

    private static CertificateDefect WrongName(int level, string expected, string found) =>
        Defect(level, $"CN {ByteText.Printable(expected)}", $"CN {ByteText.Printable(found)}");

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

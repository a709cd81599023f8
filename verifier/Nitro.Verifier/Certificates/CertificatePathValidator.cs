using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Nitro.Verifier.Caching;

namespace Nitro.Verifier.Certificates;

/// <summary>
/// Validates the one path there is: a document's cabundle, root first, and its leaf (RFC 5280 6.1, without path building, policies and
/// name constraints). Everything it looks at is an argument: no clock, no network, no file, no store of the operating system, no culture.
/// Immutable and thread-safe; make it once.
/// </summary>
internal sealed class CertificatePathValidator
{
    /// <summary>
    /// The budget: one signature is verified per certificate. AWS uses 4, and its pathlen constraints allow no more below its root;
    /// its attestation_process.md names no limit, so this leaves other roots twice that.
    /// </summary>
    public const int MaximumBundleLength = 8;

    private readonly TrustAnchor[] _anchors;
    private readonly CertificateProfile _profile;
    private readonly IssuerCache? _cache;
    private readonly SignatureEngine _engine;

    /// <summary>A validator.</summary>
    /// <param name="anchors">The roots that are trusted, at least one.</param>
    /// <param name="profile">The invariants beyond RFC 5280.</param>
    /// <param name="engine">What verifies signatures.</param>
    /// <param name="cache">Certificates verified before; null for none. The results are the same.</param>
    /// <exception cref="ArgumentException">There is no anchor.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such profile.</exception>
    public CertificatePathValidator(ReadOnlySpan<TrustAnchor> anchors, CertificateProfile profile, SignatureEngine engine, IssuerCache? cache = null)
    {
        if (anchors.IsEmpty)
        {
            throw new ArgumentException("Without a trust anchor no path can be valid: name at least one.", nameof(anchors));
        }

        if (!Enum.IsDefined(profile))
        {
            throw new ArgumentOutOfRangeException(nameof(profile), profile, "There is no such certificate profile.");
        }

        _anchors = anchors.ToArray();
        _profile = profile;
        _cache = cache;
        _engine = engine;
    }

    /// <summary>Validates a path, rule by rule in the order of <see cref="CertificateRule"/>. No bytes make it throw.</summary>
    /// <param name="bundle">The document's cabundle, the root first. The bytes must not change while the path is in use.</param>
    /// <param name="leaf">The document's certificate. The same holds for its bytes.</param>
    /// <param name="moduleId">The document's module id, which the profile compares with names.</param>
    /// <param name="milliseconds">The time to validate at, milliseconds since 1970: the document's own timestamp.</param>
    /// <param name="path">The path, with the leaf's key; the caller disposes it.</param>
    /// <param name="defect">The first rule that does not hold, and where.</param>
    /// <returns>Whether all rules hold.</returns>
    public bool TryValidate(
        ReadOnlySpan<ReadOnlyMemory<byte>> bundle,
        ReadOnlyMemory<byte> leaf,
        string moduleId,
        long milliseconds,
        [NotNullWhen(true)] out ValidatedPath? path,
        [NotNullWhen(false)] out CertificateDefect? defect)
    {
        ArgumentNullException.ThrowIfNull(moduleId);
        TrustAnchor? anchor = null;
        CertificateNode[] nodes = [];

        defect = CheckBundleLength(bundle.Length)
            ?? CheckTrustAnchor(bundle[0].Span, out anchor)
            ?? CheckEncodings(anchor!, bundle, leaf, out nodes)
            ?? CheckAlgorithms(nodes)
            ?? CheckExtensions(nodes)
            ?? CheckBasicConstraints(nodes)
            ?? CheckKeyUsage(nodes)
            ?? CheckNameChaining(nodes)
            ?? CheckKeyIdentifiers(nodes)
            ?? CheckValidityPeriod(nodes, milliseconds)
            ?? CheckSignatures(nodes)
            ?? CheckProfile(anchor!, nodes, moduleId);

        if (defect is not null)
        {
            foreach (var node in nodes)
            {
                // Null where reading stopped above it.
                node?.Dispose();
            }

            path = null;
            return false;
        }

        Remember(nodes);
        path = new ValidatedPath(anchor!, nodes);
        return true;
    }

    private void Remember(ReadOnlySpan<CertificateNode> nodes)
    {
        for (var level = 1; _cache is not null && level < nodes.Length; level++)
        {
            if (!nodes[level].IsShared)
            {
                _cache.Add(nodes[level - 1], nodes[level]);
            }
        }
    }

    private CertificateDefect? CheckBundleLength(int length)
    {
        var (least, most) = _profile == CertificateProfile.AwsV1
            ? (AwsCertificateProfile.BundleLength, AwsCertificateProfile.BundleLength)
            : (1, MaximumBundleLength);
        if (length >= least && length <= most)
        {
            return null;
        }

        var expected = least == most ? $"{least} certificates in cabundle" : $"{least} to {most} certificates in cabundle";
        return new(CertificateRule.BundleLength, CertificateDefect.NoLevel, expected, $"{length}");
    }

    /// <summary>The bytes are compared before anything in them is read: a certificate cannot say of itself that it is trusted.</summary>
    private CertificateDefect? CheckTrustAnchor(ReadOnlySpan<byte> root, out TrustAnchor? anchor)
    {
        foreach (var candidate in _anchors)
        {
            if (root.SequenceEqual(candidate.Der.Span))
            {
                anchor = candidate;
                return null;
            }
        }

        anchor = null;
        var expected = string.Join(" or ", _anchors.Select(candidate => $"{candidate.Name} with SHA-256 {candidate.Fingerprint}"));
        var found = $"a certificate of {root.Length} bytes with SHA-256 {Convert.ToHexString(SHA256.HashData(root))}";
        return new(CertificateRule.TrustAnchor, 0, expected, found);
    }

    /// <summary>A certificate that is remembered under the node above it has been read already, and so has every rule on it alone been applied.</summary>
    private CertificateDefect? CheckEncodings(
        TrustAnchor anchor, ReadOnlySpan<ReadOnlyMemory<byte>> bundle, ReadOnlyMemory<byte> leaf, out CertificateNode[] nodes)
    {
        nodes = new CertificateNode[bundle.Length + 1];
        nodes[0] = anchor.Root;
        for (var level = 1; level < nodes.Length; level++)
        {
            var der = level < bundle.Length ? bundle[level] : leaf;
            if (_cache is not null && nodes[level - 1].IsShared && _cache.TryGet(nodes[level - 1], der, out var known))
            {
                nodes[level] = known;
                continue;
            }

            // What may be kept must not hold on to the whole document.
            ReadOnlyMemory<byte> own = _cache is null ? der : der.ToArray();
            if (CertificateChecks.CheckEncoding(level, own, out var certificate) is { } defect)
            {
                return defect;
            }

            nodes[level] = new CertificateNode(certificate!);
        }

        return null;
    }

    private static CertificateDefect? CheckAlgorithms(ReadOnlySpan<CertificateNode> nodes)
    {
        for (var level = 1; level < nodes.Length; level++)
        {
            if (!nodes[level].IsShared && CertificateChecks.CheckAlgorithms(level, nodes[level].Certificate) is { } defect)
            {
                return defect;
            }
        }

        return null;
    }

    private static CertificateDefect? CheckExtensions(ReadOnlySpan<CertificateNode> nodes)
    {
        for (var level = 1; level < nodes.Length; level++)
        {
            if (nodes[level].IsShared)
            {
                continue;
            }

            if (CertificateChecks.CheckExtensions(level, nodes[level].Certificate, out var read) is { } defect)
            {
                return defect;
            }

            nodes[level].Extensions = read!;
        }

        return null;
    }

    private static CertificateDefect? CheckBasicConstraints(ReadOnlySpan<CertificateNode> nodes)
    {
        var leaf = nodes.Length - 1;
        for (var level = 0; level < leaf; level++)
        {
            if (CertificateChecks.CheckIssuerConstraints(level, nodes[level].Extensions, leaf - 1 - level) is { } defect)
            {
                return defect;
            }
        }

        return CertificateChecks.CheckLeafConstraints(leaf, nodes[leaf].Extensions);
    }

    private static CertificateDefect? CheckKeyUsage(ReadOnlySpan<CertificateNode> nodes)
    {
        var leaf = nodes.Length - 1;
        for (var level = 0; level < leaf; level++)
        {
            if (CertificateChecks.CheckIssuerKeyUsage(level, nodes[level].Extensions) is { } defect)
            {
                return defect;
            }
        }

        return CertificateChecks.CheckLeafKeyUsage(leaf, nodes[leaf].Extensions);
    }

    private static CertificateDefect? CheckNameChaining(ReadOnlySpan<CertificateNode> nodes)
    {
        for (var level = 1; level < nodes.Length; level++)
        {
            var (above, certificate) = (nodes[level - 1].Certificate, nodes[level].Certificate);
            if (!certificate.Issuer.SequenceEqual(above.Subject))
            {
                return new(CertificateRule.NameChaining, level, $"issuer {above.SubjectText}", certificate.IssuerText);
            }

            if (certificate.Issuer.SequenceEqual(certificate.Subject))
            {
                return new(CertificateRule.NameChaining, level, "an issuer other than its subject below the root", certificate.IssuerText);
            }
        }

        return null;
    }

    private static CertificateDefect? CheckKeyIdentifiers(ReadOnlySpan<CertificateNode> nodes)
    {
        for (var level = 1; level < nodes.Length; level++)
        {
            var above = nodes[level - 1].Extensions.SubjectKeyIdentifier;
            var own = nodes[level].Extensions.AuthorityKeyIdentifier;
            if (!above.IsEmpty && !own.IsEmpty && !above.SequenceEqual(own))
            {
                return new(CertificateRule.KeyIdentifiers, level, $"authorityKeyIdentifier {ByteText.Hex(above)}", ByteText.Hex(own));
            }
        }

        return null;
    }

    private static CertificateDefect? CheckValidityPeriod(ReadOnlySpan<CertificateNode> nodes, long milliseconds)
    {
        for (var level = 0; level < nodes.Length; level++)
        {
            if (CertificateChecks.CheckValidityPeriod(level, nodes[level].Certificate, milliseconds) is { } defect)
            {
                return defect;
            }
        }

        return null;
    }

    /// <summary>
    /// From the root down, so that no key is used that the certificate above has not signed. The root's signature over
    /// itself is not verified: its bytes are the anchor's, and whoever could forge them there could forge the anchor.
    /// </summary>
    private CertificateDefect? CheckSignatures(ReadOnlySpan<CertificateNode> nodes)
    {
        for (var level = 1; level < nodes.Length; level++)
        {
            var (above, node) = (nodes[level - 1], nodes[level]);
            if (node.IsShared)
            {
                continue;
            }

            var certificate = node.Certificate;
            if (!above.Key!.VerifyDer(certificate.Signed, certificate.Signature, _engine))
            {
                var issuer = above.Certificate.SubjectText;
                return new(CertificateRule.CertificateSignature, level, $"a signature by the key of {issuer}", "one that does not verify");
            }

            node.Key = CertificateAlgorithms.PublicKey(certificate);
        }

        return null;
    }

    private CertificateDefect? CheckProfile(TrustAnchor anchor, ReadOnlySpan<CertificateNode> nodes, string moduleId) =>
        _profile == CertificateProfile.AwsV1 ? AwsCertificateProfile.Check(nodes, moduleId, anchor) : null;
}

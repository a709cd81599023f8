using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

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

    /// <summary>A validator.</summary>
    /// <param name="anchors">The roots that are trusted, at least one.</param>
    /// <param name="profile">The invariants beyond RFC 5280.</param>
    /// <exception cref="ArgumentException">There is no anchor.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such profile.</exception>
    public CertificatePathValidator(ReadOnlySpan<TrustAnchor> anchors, CertificateProfile profile)
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
        Certificate[] certificates = [];
        CertificateExtensions[] extensions = [];
        VerificationKey? leafKey = null;

        defect = CheckBundleLength(bundle.Length)
            ?? CheckTrustAnchor(bundle[0].Span, out anchor)
            ?? CheckEncodings(anchor!, bundle, leaf, out certificates)
            ?? CheckAlgorithms(certificates)
            ?? CheckExtensions(anchor!, certificates, out extensions)
            ?? CheckBasicConstraints(extensions)
            ?? CheckKeyUsage(extensions)
            ?? CheckNameChaining(certificates)
            ?? CheckKeyIdentifiers(extensions)
            ?? CheckValidityPeriod(certificates, milliseconds)
            ?? CheckSignatures(anchor!, certificates, out leafKey)
            ?? CheckProfile(anchor!, certificates, extensions, moduleId);

        if (defect is not null)
        {
            leafKey?.Dispose();
            path = null;
            return false;
        }

        path = new ValidatedPath(anchor!, certificates, leafKey!);
        return true;
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

    private static CertificateDefect? CheckEncodings(
        TrustAnchor anchor, ReadOnlySpan<ReadOnlyMemory<byte>> bundle, ReadOnlyMemory<byte> leaf, out Certificate[] certificates)
    {
        certificates = new Certificate[bundle.Length + 1];
        certificates[0] = anchor.Certificate;
        for (var level = 1; level < certificates.Length; level++)
        {
            var der = level < bundle.Length ? bundle[level] : leaf;
            if (CertificateChecks.CheckEncoding(level, der, out var certificate) is { } defect)
            {
                return defect;
            }

            certificates[level] = certificate!;
        }

        return null;
    }

    private static CertificateDefect? CheckAlgorithms(ReadOnlySpan<Certificate> certificates)
    {
        // Level 0 was checked when the anchor was made.
        for (var level = 1; level < certificates.Length; level++)
        {
            if (CertificateChecks.CheckAlgorithms(level, certificates[level]) is { } defect)
            {
                return defect;
            }
        }

        return null;
    }

    private static CertificateDefect? CheckExtensions(
        TrustAnchor anchor, ReadOnlySpan<Certificate> certificates, out CertificateExtensions[] extensions)
    {
        extensions = new CertificateExtensions[certificates.Length];
        extensions[0] = anchor.Extensions;
        for (var level = 1; level < certificates.Length; level++)
        {
            if (CertificateChecks.CheckExtensions(level, certificates[level], out var read) is { } defect)
            {
                return defect;
            }

            extensions[level] = read!;
        }

        return null;
    }

    private static CertificateDefect? CheckBasicConstraints(ReadOnlySpan<CertificateExtensions> extensions)
    {
        var leaf = extensions.Length - 1;
        for (var level = 0; level < leaf; level++)
        {
            if (CertificateChecks.CheckIssuerConstraints(level, extensions[level], leaf - 1 - level) is { } defect)
            {
                return defect;
            }
        }

        return CertificateChecks.CheckLeafConstraints(leaf, extensions[leaf]);
    }

    private static CertificateDefect? CheckKeyUsage(ReadOnlySpan<CertificateExtensions> extensions)
    {
        var leaf = extensions.Length - 1;
        for (var level = 0; level < leaf; level++)
        {
            if (CertificateChecks.CheckIssuerKeyUsage(level, extensions[level]) is { } defect)
            {
                return defect;
            }
        }

        return CertificateChecks.CheckLeafKeyUsage(leaf, extensions[leaf]);
    }

    private static CertificateDefect? CheckNameChaining(ReadOnlySpan<Certificate> certificates)
    {
        for (var level = 1; level < certificates.Length; level++)
        {
            var (above, certificate) = (certificates[level - 1], certificates[level]);
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

    private static CertificateDefect? CheckKeyIdentifiers(ReadOnlySpan<CertificateExtensions> extensions)
    {
        for (var level = 1; level < extensions.Length; level++)
        {
            var above = extensions[level - 1].SubjectKeyIdentifier;
            var own = extensions[level].AuthorityKeyIdentifier;
            if (!above.IsEmpty && !own.IsEmpty && !above.SequenceEqual(own))
            {
                return new(CertificateRule.KeyIdentifiers, level, $"authorityKeyIdentifier {ByteText.Hex(above)}", ByteText.Hex(own));
            }
        }

        return null;
    }

    private static CertificateDefect? CheckValidityPeriod(ReadOnlySpan<Certificate> certificates, long milliseconds)
    {
        for (var level = 0; level < certificates.Length; level++)
        {
            if (CertificateChecks.CheckValidityPeriod(level, certificates[level], milliseconds) is { } defect)
            {
                return defect;
            }
        }

        return null;
    }

    /// <summary>
    /// From the root down, so that the platform never gets a key that the certificate above has not signed. The root's signature over
    /// itself is not verified: its bytes are the anchor's, and whoever could forge them there could forge the anchor.
    /// </summary>
    private static CertificateDefect? CheckSignatures(
        TrustAnchor anchor, ReadOnlySpan<Certificate> certificates, out VerificationKey? leafKey)
    {
        leafKey = null;
        VerificationKey? key = null;
        for (var level = 1; level < certificates.Length; level++)
        {
            var certificate = certificates[level];
            var verified = key is null ? anchor.HasSigned(certificate) : key.VerifyDer(certificate.Signed, certificate.Signature);
            key?.Dispose();
            if (!verified)
            {
                var issuer = certificates[level - 1].SubjectText;
                return new(CertificateRule.CertificateSignature, level, $"a signature by the key of {issuer}", "one that does not verify");
            }

            if (!VerificationKey.TryLoad(CertificateAlgorithms.PublicPoint(certificate), out key))
            {
                return new(CertificateRule.CertificateSignature, level, "a key that this platform can use", "a key that it refuses");
            }
        }

        leafKey = key;
        return null;
    }

    private CertificateDefect? CheckProfile(
        TrustAnchor anchor, ReadOnlySpan<Certificate> certificates, ReadOnlySpan<CertificateExtensions> extensions, string moduleId) =>
        _profile == CertificateProfile.AwsV1 ? AwsCertificateProfile.Check(certificates, extensions, moduleId, anchor) : null;
}

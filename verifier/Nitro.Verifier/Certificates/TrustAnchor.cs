using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Nitro.Verifier.Certificates;

/// <summary>
/// A root certificate that the caller trusts. A document's chain must start with exactly its bytes. Immutable and thread-safe; make it
/// once and keep it.
/// </summary>
public sealed class TrustAnchor
{
    /// <summary>Characters of a name. Names are shown beside every result.</summary>
    public const int MaximumNameLength = 64;

    private readonly byte[] _der;

    private TrustAnchor(string name, byte[] der, string fingerprint, CertificateNode root)
    {
        Name = name;
        _der = der;
        Fingerprint = fingerprint;
        Root = root;
        IsAws = IsFingerprintOfAws(fingerprint);
    }

    /// <summary>"aws" or "aws-us-gov", AWS's partitions, for those in <see cref="TrustAnchors"/>; for others the caller's.</summary>
    public string Name { get; }

    /// <summary>The certificate, DER.</summary>
    public ReadOnlyMemory<byte> Der => _der;

    /// <summary>SHA-256 of <see cref="Der"/>, 64 upper-case hex digits, as AWS prints it.</summary>
    public string Fingerprint { get; }

    /// <summary>
    /// Whether the certificate is one of AWS's that <see cref="TrustAnchors"/> pins, wherever it was read from. A document that chains
    /// to any other root is not AWS's word.
    /// </summary>
    public bool IsAws { get; }

    /// <summary>The certificate, read, with its key.</summary>
    internal CertificateNode Root { get; }

    /// <summary>An anchor from a certificate.</summary>
    /// <param name="name">
    /// What results call it: 1 to <see cref="MaximumNameLength"/> printable ASCII characters. "aws" and "aws-us-gov" are kept for the
    /// certificates that AWS publishes under them.
    /// </param>
    /// <param name="der">
    /// One DER certificate of an authority, 1 to 1024 bytes, that keeps every rule an issuer must keep: X.509 v3, a P-384 key,
    /// ecdsa-with-SHA384, critical basicConstraints with cA, keyUsage with keyCertSign.
    /// </param>
    /// <exception cref="ArgumentException">The name or the certificate is not such; the message says what is wrong.</exception>
    public static TrustAnchor FromCertificate(string name, ReadOnlySpan<byte> der)
    {
        ArgumentNullException.ThrowIfNull(name);
        return TryCreate(name, der, out var anchor, out var problem) ? anchor : throw new ArgumentException(problem, nameof(der));
    }

    /// <summary>An anchor from PEM text (RFC 7468) that holds one block, a CERTIFICATE; text around it is ignored.</summary>
    /// <param name="name">As for <see cref="FromCertificate"/>.</param>
    /// <param name="pem">The text.</param>
    /// <exception cref="ArgumentException">There is not exactly one such block, or as for <see cref="FromCertificate"/>.</exception>
    public static TrustAnchor FromPem(string name, ReadOnlySpan<char> pem)
    {
        ArgumentNullException.ThrowIfNull(name);
        return TryCreateFromPem(name, pem, out var anchor, out var problem) ? anchor : throw new ArgumentException(problem, nameof(pem));
    }

    /// <summary>As <see cref="FromPem"/>, with what is wrong as a text, one line.</summary>
    internal static bool TryCreateFromPem(
        string name, ReadOnlySpan<char> pem, [NotNullWhen(true)] out TrustAnchor? anchor, [NotNullWhen(false)] out string? problem)
    {
        anchor = null;
        var shown = ByteText.Printable(name);
        if (!PemEncoding.TryFind(pem, out var block) || !pem[block.Label].SequenceEqual("CERTIFICATE"))
        {
            problem = $"Trust anchor \"{shown}\": expected PEM text with a block -----BEGIN CERTIFICATE----- and found none.";
            return false;
        }

        // Counted rather than searched: a search passes over a block that is damaged.
        if (pem.Count("-----BEGIN") > 1)
        {
            problem = $"Trust anchor \"{shown}\": expected one PEM block and found several. Give each anchor its own text.";
            return false;
        }

        // PemEncoding has checked the base64.
        return TryCreate(name, Convert.FromBase64String(pem[block.Base64Data].ToString()), out anchor, out problem);
    }

    /// <summary>As <see cref="FromCertificate"/>, with what is wrong as a text, one line.</summary>
    internal static bool TryCreate(
        string name, ReadOnlySpan<byte> der, [NotNullWhen(true)] out TrustAnchor? anchor, [NotNullWhen(false)] out string? problem)
    {
        anchor = null;
        if (name.Length is 0 or > MaximumNameLength || name.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            problem = $"A trust anchor's name must be 1 to {MaximumNameLength} printable ASCII characters; this one has {name.Length}"
                + (name.Length is 0 or > MaximumNameLength ? "." : ", and others among them.");
            return false;
        }

        var copy = der.ToArray();
        if (!TryCheck(copy, out var certificate, out var extensions, out var defect))
        {
            problem = $"Trust anchor \"{name}\" breaks the rule {defect.Rule}: expected {defect.Expected}, found {defect.Found}.";
            return false;
        }

        var fingerprint = Convert.ToHexString(SHA256.HashData(copy));
        if (FingerprintReservedFor(name) is { } reserved && reserved != fingerprint)
        {
            problem = $"The name \"{name}\" is kept for AWS's root with SHA-256 {reserved}; "
                + $"this certificate has {fingerprint}. Choose another name.";
            return false;
        }

        anchor = new TrustAnchor(name, copy, fingerprint, new CertificateNode(certificate) { Extensions = extensions, Key = CertificateAlgorithms.PublicKey(certificate), IsShared = true });
        problem = null;
        return true;
    }

    private static bool TryCheck(
        byte[] der,
        [NotNullWhen(true)] out Certificate? certificate,
        [NotNullWhen(true)] out CertificateExtensions? extensions,
        [NotNullWhen(false)] out CertificateDefect? defect)
    {
        extensions = null;
        defect = CertificateChecks.CheckEncoding(0, der, out certificate)
            ?? CertificateChecks.CheckAlgorithms(0, certificate!)
            ?? CertificateChecks.CheckExtensions(0, certificate!, out extensions)
            ?? CertificateChecks.CheckIssuerConstraints(0, extensions!, 0)
            ?? CertificateChecks.CheckIssuerKeyUsage(0, extensions!);
        return defect is null;
    }

    private static bool IsFingerprintOfAws(string fingerprint) =>
        fingerprint is TrustAnchors.AwsNitroEnclavesG1Fingerprint or TrustAnchors.AwsUsGovFingerprint;

    private static string? FingerprintReservedFor(string name) => name switch
    {
        TrustAnchors.AwsName => TrustAnchors.AwsNitroEnclavesG1Fingerprint,
        TrustAnchors.AwsUsGovName => TrustAnchors.AwsUsGovFingerprint,
        _ => null,
    };
}

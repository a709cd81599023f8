using Rule = Nitro.Verifier.Certificates.CertificateRule;

namespace Nitro.Verifier.Tests.Certificates;

/// <summary>
/// Every disagreement with X509Chain and BouncyCastle that has been found and judged to be right. docs/oracles.md prints the same two
/// tables. A disagreement that is not here fails the tests.
/// </summary>
internal static class OracleDisagreements
{
    private const string Typed =
        "RFC 5280 4.1: the field has one type, and nothing after its last part. The others skip what they do not need, or keep it "
        + "unread.";

    private const string ExtensionForm =
        "RFC 5280 4.2.1 gives the extension one form. The others read it late or not at all, so that a malformed one passes.";

    private const string Shortest =
        "X.690 10.1: a length has one encoding, the shortest. With two, one certificate would be two to whoever compares bytes.";

    /// <summary>What the product refuses and another accepts, without AWS's profile.</summary>
    public static IReadOnlyList<OracleDisagreement> Stricter { get; } =
    [
        new(
            Rule.TrustAnchor,
            null,
            Oracles.Both,
            "AWS's bundle begins with the root, so its first certificate must be the pinned one, byte for byte. The others are handed "
            + "the root and do not miss it."),
        new(Rule.CertificateEncoding, "any length", Oracles.Both, Shortest),
        new(
            Rule.CertificateEncoding,
            "certificate",
            Oracles.Both,
            "AWS allows 1 to 1024 bytes, and a certificate is all of its bytes. The others ignore what follows it."),
        new(
            Rule.CertificateEncoding,
            "version",
            Oracles.Both,
            "RFC 5280 4.1.2.1: certificates with extensions are version 3, in DER's encoding."),
        new(
            Rule.CertificateEncoding,
            "serialNumber",
            Oracles.Both,
            "RFC 5280 4.1.2.2: positive, not zero, at most 20 octets (21 with a leading zero, which AWS's have)."),
        new(
            Rule.CertificateEncoding,
            "names",
            Oracles.Both,
            "RFC 5280 4.1.2.4: SETs of PrintableString or UTF8String, ascending and not empty."),
        new(Rule.CertificateEncoding, "validity", Oracles.BouncyCastle, Typed),
        new(
            Rule.CertificateEncoding,
            "times",
            Oracles.Both,
            "RFC 5280 4.1.2.5: UTCTime with seconds and Z through 2049, GeneralizedTime from 2050 on, and a date that exists."),
        new(
            Rule.CertificateEncoding,
            "extensions",
            Oracles.Both,
            "RFC 5280 4.1.2.8: authorities write no unique identifiers. And where there is a list of extensions, it has at least one."),
        new(
            Rule.CertificateEncoding,
            "extension",
            Oracles.Both,
            "X.690 11.1 and 11.5: a critical extension's TRUE is FF, and FALSE, the default, is not written; identifiers are in their "
            + "shortest form."),
        new(
            Rule.CertificateAlgorithms,
            "signature algorithms",
            Oracles.Both,
            "Only ecdsa-with-SHA384, without parameters: there is nothing for an attacker to choose."),
        new(
            Rule.CertificateAlgorithms,
            "signatureValue",
            Oracles.X509Chain,
            "X509Chain does not look at certificates that its path does not need. Here every certificate of a bundle counts."),
        new(Rule.CertificateAlgorithms, "subjectPublicKeyInfo", Oracles.Both, "Only P-384, by name, in the one encoding of RFC 5480."),
        new(Rule.CertificateAlgorithms, "subjectPublicKey", Oracles.Both, "RFC 5480 2.2 knows no hybrid form of a point."),
        new(Rule.CertificateExtensions, "any length", Oracles.Both, Shortest),
        new(
            Rule.CertificateExtensions,
            "extensions",
            Oracles.Both,
            "An extension that limits what a certificate may be used for is not ignored because it is not critical, nor taken by a "
            + "verifier that does not apply it."),
        new(
            Rule.CertificateExtensions,
            "basicConstraints",
            Oracles.Both,
            "X.690 11.1 and RFC 5280 4.2.1.9: TRUE is FF, and a path length is not negative, in its shortest form and only beside cA."),
        new(
            Rule.CertificateExtensions,
            "keyUsage",
            Oracles.Both,
            "X.690 11.2.2: named bits have no trailing zeros. RFC 5280 4.2.1.3: at least one is set, and there are nine."),
        new(Rule.CertificateExtensions, "subjectKeyIdentifier", Oracles.Both, ExtensionForm),
        new(
            Rule.CertificateExtensions,
            "authorityKeyIdentifier",
            Oracles.Both,
            "RFC 5280 4.2.1.1: not critical, and with a keyIdentifier. An issuer's name and serial number beside it occur in no "
            + "document, and nothing here would compare them."),
        new(Rule.CertificateExtensions, "cRLDistributionPoints", Oracles.Both, ExtensionForm),
        new(Rule.CertificateExtensions, "distributionPoint", Oracles.Both, ExtensionForm),
        new(Rule.CertificateExtensions, "fullName", Oracles.BouncyCastle, ExtensionForm),
        new(Rule.CertificateExtensions, "uniformResourceIdentifier", Oracles.Both, ExtensionForm),
        new(
            Rule.BasicConstraints,
            null,
            Oracles.Both,
            "RFC 5280 4.2.1.9: an authority says so critically, the leaf is none, and every certificate of the bundle counts for the "
            + "path length. X509Chain leaves out what its path does not need."),
        new(
            Rule.KeyUsage,
            null,
            Oracles.Both,
            "RFC 5280 4.2.1.3 asks authorities for keyCertSign. The leaf signs data, and neither certificates nor lists. The others "
            + "take an absent extension for leave to do anything."),
        new(
            Rule.NameChaining,
            null,
            Oracles.Both,
            "Names are compared by their bytes, in the bundle's order. X509Chain looks for a path among whatever it is given, and both "
            + "fold case and string types, as RFC 5280 7.1 lets them."),
        new(
            Rule.KeyIdentifiers,
            null,
            Oracles.BouncyCastle,
            "RFC 5280 4.2.1.1: the identifiers say which key has signed. BouncyCastle leaves them to whoever builds the path."),
        new(
            Rule.ValidityPeriod,
            null,
            Oracles.BouncyCastle,
            "RFC 5280 6.1 leaves the anchor's own period to the caller. Here the root expires like everything else."),
    ];

    /// <summary>What the product accepts and another refuses, without AWS's profile.</summary>
    public static IReadOnlyList<OracleLeniency> MoreLenient { get; } =
    [
        new(
            "the last second of a certificate's period",
            Oracles.X509Chain,
            OracleLeniency.IsInLastSecond,
            "RFC 5280 4.1.2.5: the period runs through notAfter, inclusive. OpenSSL takes the time that equals notAfter for one after "
            + "it (X509_cmp_time)."),
        new(
            "a malformed extension that is neither critical nor one of the five that are read",
            Oracles.Both,
            OracleLeniency.HasUnreadExtension,
            "RFC 5280 4.2: a non-critical extension may be ignored when it is not recognized. The others recognize more of them. AWS's "
            + "profile, which is on unless a policy gives it up, refuses every one."),
    ];
}

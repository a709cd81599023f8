using System.Security.Cryptography.X509Certificates;
using Nitro.Attestation;

namespace Nitro.Verifier.Certificates;

/// <summary>
/// The extensions of one certificate (RFC 5280 4.2), read strictly. The five that AWS writes are known. An unknown one is refused when
/// critical; when not, RFC 5280 lets it be ignored, and it is only noted, for the profile to refuse. Those that narrow what a certificate
/// may be used for (extendedKeyUsage, nameConstraints, and those on policies) are refused either way: to ignore a limit is to trust more
/// than the issuer said. Immutable, thread-safe.
/// </summary>
internal sealed class CertificateExtensions
{
    private readonly Certificate _certificate;
    private DerValue _subjectKeyIdentifier;
    private DerValue _authorityKeyIdentifier;

    private CertificateExtensions(Certificate certificate)
    {
        _certificate = certificate;
    }

    /// <summary>Which extensions there are.</summary>
    public ExtensionKinds Kinds { get; private set; }

    /// <summary>basicConstraints, null when absent.</summary>
    public BasicConstraints? BasicConstraints { get; private set; }

    /// <summary>keyUsage, null when absent.</summary>
    public KeyUsage? KeyUsage { get; private set; }

    /// <summary>subjectKeyIdentifier, empty when absent; it is never empty when present.</summary>
    public ReadOnlySpan<byte> SubjectKeyIdentifier => _subjectKeyIdentifier.Content(_certificate.Der);

    /// <summary>keyIdentifier of authorityKeyIdentifier, empty when absent; it is never empty when present.</summary>
    public ReadOnlySpan<byte> AuthorityKeyIdentifier => _authorityKeyIdentifier.Content(_certificate.Der);

    /// <summary>Reads all extensions.</summary>
    /// <param name="certificate">The certificate that has them.</param>
    /// <param name="extensions">What they say, null when something is wrong.</param>
    /// <param name="error">What is wrong, null when nothing is. Offsets count from the start of the certificate.</param>
    public static bool TryRead(Certificate certificate, out CertificateExtensions? extensions, out FormatError? error)
    {
        error = null;
        var result = new CertificateExtensions(certificate);
        var reader = new DerReader(certificate.Der, ref error);
        for (var i = 0; i < certificate.Extensions.Length; i++)
        {
            if (!result.TryRefuseRepeated(ref reader, i) || !result.TryReadOne(ref reader, certificate.Extensions[i]))
            {
                extensions = null;
                return false;
            }
        }

        extensions = result;
        return true;
    }

    private bool TryRefuseRepeated(ref DerReader reader, int index)
    {
        var all = _certificate.Extensions;
        var identifier = all[index].Identifier.Content(_certificate.Der);
        foreach (var earlier in all[..index])
        {
            if (earlier.Identifier.Content(_certificate.Der).SequenceEqual(identifier))
            {
                var found = $"{Name(all[index])} again";
                return reader.Fail("extensions", all[index].Identifier.Start, "each extension once (RFC 5280 4.2)", found);
            }
        }

        return true;
    }

    private bool TryReadOne(ref DerReader reader, CertificateExtension extension)
    {
        var value = reader.Inside(extension.Value);
        var kind = Kind(extension.Identifier.Content(_certificate.Der));
        Kinds |= kind;
        switch (kind)
        {
            case ExtensionKinds.BasicConstraints:
                return TryReadBasicConstraints(value, extension.Critical);
            case ExtensionKinds.KeyUsage:
                return TryReadKeyUsage(value, extension.Critical);
            case ExtensionKinds.SubjectKeyIdentifier:
                return TryRefuseCritical(ref reader, extension, "subjectKeyIdentifier", "4.2.1.2")
                    && TryReadSubjectKeyIdentifier(value);
            case ExtensionKinds.AuthorityKeyIdentifier:
                return TryRefuseCritical(ref reader, extension, "authorityKeyIdentifier", "4.2.1.1")
                    && TryReadAuthorityKeyIdentifier(value, out _authorityKeyIdentifier);
            case ExtensionKinds.CrlDistributionPoints:
                return TryRefuseCritical(ref reader, extension, "cRLDistributionPoints", "4.2.1.13")
                    && TryReadCrlDistributionPoints(value);
            case ExtensionKinds.Others when !extension.Critical:
                return true;
            default:
                var expected = kind == ExtensionKinds.Others
                    ? "no critical extension but those this verifier knows (RFC 5280 4.2)"
                    : "no extension that limits the certificate in a way this verifier does not apply";
                return reader.Fail("extensions", extension.Identifier.Start, expected, Name(extension));
        }
    }

    /// <summary>The kind, <see cref="ExtensionKinds.None"/> for one that may not be ignored whether or not it is critical.</summary>
    private static ExtensionKinds Kind(ReadOnlySpan<byte> identifier) => identifier switch
    {
        _ when identifier.SequenceEqual(ObjectIdentifiers.BasicConstraints) => ExtensionKinds.BasicConstraints,
        _ when identifier.SequenceEqual(ObjectIdentifiers.KeyUsage) => ExtensionKinds.KeyUsage,
        _ when identifier.SequenceEqual(ObjectIdentifiers.SubjectKeyIdentifier) => ExtensionKinds.SubjectKeyIdentifier,
        _ when identifier.SequenceEqual(ObjectIdentifiers.AuthorityKeyIdentifier) => ExtensionKinds.AuthorityKeyIdentifier,
        _ when identifier.SequenceEqual(ObjectIdentifiers.CrlDistributionPoints) => ExtensionKinds.CrlDistributionPoints,
        _ when identifier.SequenceEqual(ObjectIdentifiers.ExtendedKeyUsage)
            || identifier.SequenceEqual(ObjectIdentifiers.NameConstraints)
            || identifier.SequenceEqual(ObjectIdentifiers.PolicyConstraints)
            || identifier.SequenceEqual(ObjectIdentifiers.PolicyMappings)
            || identifier.SequenceEqual(ObjectIdentifiers.InhibitAnyPolicy) => ExtensionKinds.None,
        _ => ExtensionKinds.Others,
    };

    /// <summary>BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER (0..MAX) OPTIONAL }.</summary>
    private bool TryReadBasicConstraints(DerReader value, bool critical)
    {
        const string Where = "basicConstraints";
        if (!value.TryRead(DerTag.Sequence, Where, out var sequence) || !value.TryEnd(Where))
        {
            return false;
        }

        var fields = value.Inside(sequence);
        var authority = fields.NextIs(DerTag.Boolean);
        if (authority && !fields.TryReadTrue("basicConstraints.cA"))
        {
            return false;
        }

        int? pathLength = null;
        if (fields.NextIs(DerTag.Integer))
        {
            if (!TryReadPathLength(ref fields, authority, out var limit))
            {
                return false;
            }

            pathLength = limit;
        }

        BasicConstraints = new BasicConstraints(critical, authority, pathLength);
        return fields.TryEnd(Where);
    }

    private bool TryReadPathLength(ref DerReader fields, bool authority, out int limit)
    {
        const string Where = "basicConstraints.pathLenConstraint";
        limit = 0;
        if (!fields.TryReadUnsigned(Where, out var number))
        {
            return false;
        }

        var octets = number.Content(_certificate.Der);
        if (!authority)
        {
            return fields.Fail(Where, number.Start, "none, as cA is FALSE (RFC 5280 4.2.1.9)", ByteText.Hex(octets));
        }

        if (octets.Length > sizeof(int))
        {
            return fields.Fail(Where, number.Start, $"at most {int.MaxValue}", ByteText.Hex(octets));
        }

        foreach (var octet in octets)
        {
            limit = (limit << 8) | octet;
        }

        return true;
    }

    /// <summary>KeyUsage ::= BIT STRING of the named bits digitalSignature (0) to decipherOnly (8).</summary>
    private bool TryReadKeyUsage(DerReader value, bool critical)
    {
        const string Where = "keyUsage";
        if (!value.TryReadNamedBits(Where, out var octets) || !value.TryEnd(Where))
        {
            return false;
        }

        // .NET's flags are the first octet as it is and the second one above it.
        var bits = octets.Content(_certificate.Der);
        if (bits.Length > 2 || (bits.Length == 2 && bits[1] != 0x80))
        {
            return value.Fail(Where, octets.Start, "no bits after the ninth, decipherOnly", ByteText.Hex(bits));
        }

        KeyUsage = new KeyUsage(critical, (X509KeyUsageFlags)(bits[0] | (bits.Length == 2 ? bits[1] << 8 : 0)));
        return true;
    }

    /// <summary>SubjectKeyIdentifier ::= OCTET STRING.</summary>
    private bool TryReadSubjectKeyIdentifier(DerReader value)
    {
        const string Where = "subjectKeyIdentifier";
        return value.TryRead(DerTag.OctetString, Where, out _subjectKeyIdentifier)
            && value.TryEnd(Where)
            && TryRefuseEmpty(ref value, Where, _subjectKeyIdentifier);
    }

    /// <summary>
    /// AuthorityKeyIdentifier with its keyIdentifier [0] and nothing else. RFC 5280 4.2.1.1 asks for the keyIdentifier; the issuer's name
    /// and serial number, which may stand beside it, occur in no genuine certificate, and nothing here would compare them.
    /// </summary>
    public static bool TryReadAuthorityKeyIdentifier(DerReader value, out DerValue identifier)
    {
        const string Where = "authorityKeyIdentifier";
        identifier = default;
        if (!value.TryRead(DerTag.Sequence, Where, out var sequence) || !value.TryEnd(Where))
        {
            return false;
        }

        var fields = value.Inside(sequence);
        return fields.TryRead(DerTag.Context0, Where, out identifier)
            && fields.TryEnd(Where)
            && TryRefuseEmpty(ref value, Where, identifier);
    }

    /// <summary>
    /// One or more DistributionPoint (RFC 5280 4.2.1.13), each a fullName of URIs. Names of other kinds, reasons and cRLIssuer, which
    /// would make for partial and indirect lists, occur in no genuine certificate.
    /// </summary>
    private bool TryReadCrlDistributionPoints(DerReader value)
    {
        const string Where = "cRLDistributionPoints";
        if (!value.TryRead(DerTag.Sequence, Where, out var sequence) || !value.TryEnd(Where))
        {
            return false;
        }

        var points = value.Inside(sequence);
        do
        {
            if (!TryReadDistributionPoint(ref points))
            {
                return false;
            }
        }
        while (!points.AtEnd);
        return true;
    }

    /// <summary>DistributionPoint ::= SEQUENCE { distributionPoint [0] { fullName [0] GeneralNames } }.</summary>
    private bool TryReadDistributionPoint(ref DerReader points)
    {
        const string Where = "distributionPoint";
        if (!points.TryRead(DerTag.Sequence, Where, out var point))
        {
            return false;
        }

        var fields = points.Inside(point);
        if (!fields.TryRead(DerTag.Context0Constructed, Where, out var name) || !fields.TryEnd(Where))
        {
            return false;
        }

        var choice = fields.Inside(name);
        if (!choice.TryRead(DerTag.Context0Constructed, "fullName", out var fullName) || !choice.TryEnd("fullName"))
        {
            return false;
        }

        var names = choice.Inside(fullName);
        do
        {
            if (!TryReadUri(ref names))
            {
                return false;
            }
        }
        while (!names.AtEnd);
        return true;
    }

    /// <summary>uniformResourceIdentifier [6] IA5String; a URI has no spaces and no control characters (RFC 3986 2).</summary>
    private bool TryReadUri(ref DerReader names)
    {
        const string Where = "uniformResourceIdentifier";
        if (!names.TryRead(DerTag.Context6, Where, out var uri))
        {
            return false;
        }

        var characters = uri.Content(_certificate.Der);
        return (!characters.IsEmpty && !characters.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E))
            || names.Fail(Where, uri.Start, "one or more printable ASCII characters", ByteText.Hex(characters));
    }

    private static bool TryRefuseCritical(ref DerReader reader, CertificateExtension extension, string name, string section) =>
        !extension.Critical || reader.Fail(name, extension.Identifier.Start, $"not critical (RFC 5280 {section})", "critical");

    private static bool TryRefuseEmpty(ref DerReader reader, string where, DerValue identifier) =>
        identifier.ContentLength > 0 || reader.Fail(where, identifier.Start, "an identifier of at least one octet", "none");

    private string Name(CertificateExtension extension)
    {
        var identifier = ByteText.Hex(extension.Identifier.Content(_certificate.Der));
        return $"{(extension.Critical ? "critical " : "")}extension with identifier {identifier}";
    }
}

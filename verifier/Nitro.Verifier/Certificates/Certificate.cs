using Nitro.Attestation;

namespace Nitro.Verifier.Certificates;

/// <summary>
/// One X.509 v3 certificate in strict DER, read to its last byte (RFC 5280 4.1). What its algorithm identifiers, its key, its signature
/// and its extensions hold inside is left to <see cref="CertificateAlgorithms"/> and <see cref="CertificateExtensions"/>; with them every
/// byte has been held to the one encoding there is. Nothing in it is trusted. Immutable as long as the bytes it was made from are left
/// alone; thread-safe.
/// </summary>
internal sealed class Certificate
{
    /// <summary>AWS's attestation_process.md: <c>cert = bytes .size (1..1024)</c>. Genuine ones have 533 to 814 bytes.</summary>
    public const int MaximumLength = 1024;

    /// <summary>
    /// RFC 5280 4.1.2.2 says 20. 68 of 144 genuine instance certificates have 21: a random 160-bit number whose top bit is set needs a
    /// leading zero octet to be positive, and DER counts it.
    /// </summary>
    public const int MaximumSerialLength = 21;

    /// <summary>Version ::= INTEGER { v1(0), v2(1), v3(2) }.</summary>
    private const byte Version3 = 2;

    private readonly ReadOnlyMemory<byte> _der;
    private readonly Fields _fields;

    private Certificate(ReadOnlyMemory<byte> der, Fields fields)
    {
        _der = der;
        _fields = fields;
    }

    /// <summary>The certificate's bytes.</summary>
    public ReadOnlySpan<byte> Der => _der.Span;

    /// <summary>The certificate's bytes, to keep.</summary>
    public ReadOnlyMemory<byte> Memory => _der;

    /// <summary>The bytes the issuer signed: the whole of tbsCertificate.</summary>
    public ReadOnlySpan<byte> Signed => _fields.Signed.Whole(Der);

    /// <summary>Content octets of serialNumber: positive, 1 to <see cref="MaximumSerialLength"/> bytes.</summary>
    public ReadOnlySpan<byte> SerialNumber => _fields.SerialNumber.Content(Der);

    /// <summary>The AlgorithmIdentifier inside what is signed, whole.</summary>
    public ReadOnlySpan<byte> InnerAlgorithm => _fields.InnerAlgorithm.Whole(Der);

    /// <summary>The AlgorithmIdentifier beside the signature, whole.</summary>
    public ReadOnlySpan<byte> OuterAlgorithm => _fields.OuterAlgorithm.Whole(Der);

    /// <summary>The issuer's name, raw DER.</summary>
    public ReadOnlySpan<byte> Issuer => _fields.Issuer.Value.Whole(Der);

    /// <summary>The issuer's name for people.</summary>
    public string IssuerText => _fields.Issuer.Text(Der);

    /// <summary>The subject's name, raw DER.</summary>
    public ReadOnlySpan<byte> Subject => _fields.Subject.Value.Whole(Der);

    /// <summary>The subject's name for people.</summary>
    public string SubjectText => _fields.Subject.Text(Der);

    /// <summary>The subject's only commonName, its characters; empty when it has none or several.</summary>
    public ReadOnlySpan<byte> SubjectCommonName => _fields.Subject.CommonName.Content(Der);

    /// <summary>The first instant of the validity period, milliseconds since 1970.</summary>
    public long NotBefore => _fields.NotBefore;

    /// <summary>The last instant of the validity period, milliseconds since 1970.</summary>
    public long NotAfter => _fields.NotAfter;

    /// <summary>SubjectPublicKeyInfo, whole.</summary>
    public ReadOnlySpan<byte> SubjectPublicKeyInfo => _fields.SubjectPublicKeyInfo.Whole(Der);

    /// <summary>The octets of signatureValue.</summary>
    public ReadOnlySpan<byte> Signature => _fields.Signature.Content(Der);

    /// <summary>Offset of <see cref="Signature"/>, for errors about it.</summary>
    public int SignatureOffset => _fields.Signature.ContentStart;

    /// <summary>The extensions in their order, values not looked into.</summary>
    public ReadOnlySpan<CertificateExtension> Extensions => _fields.Extensions;

    /// <summary>Reads a certificate.</summary>
    /// <param name="der">1 to <see cref="MaximumLength"/> bytes. They are kept, not copied, and must not change afterwards.</param>
    /// <param name="certificate">The certificate, null when the bytes are not one.</param>
    /// <param name="error">What is wrong, null when nothing is. Offsets count from the start of <paramref name="der"/>.</param>
    public static bool TryRead(ReadOnlyMemory<byte> der, out Certificate? certificate, out FormatError? error)
    {
        certificate = null;
        error = null;
        if (der.Length is 0 or > MaximumLength)
        {
            error = new FormatError("certificate", -1, $"1 to {MaximumLength} bytes", $"{der.Length} bytes");
            return false;
        }

        var fields = default(Fields);
        if (!TryReadCertificate(der.Span, ref fields, ref error))
        {
            return false;
        }

        certificate = new Certificate(der, fields);
        return true;
    }

    /// <summary>Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue BIT STRING }.</summary>
    private static bool TryReadCertificate(ReadOnlySpan<byte> bytes, ref Fields fields, ref FormatError? error)
    {
        var outside = new DerReader(bytes, ref error);
        if (!outside.TryRead(DerTag.Sequence, "certificate", out var certificate) || !outside.TryEnd("certificate"))
        {
            return false;
        }

        var reader = outside.Inside(certificate);
        return reader.TryRead(DerTag.Sequence, "tbsCertificate", out fields.Signed)
            && reader.TryRead(DerTag.Sequence, "signatureAlgorithm", out fields.OuterAlgorithm)
            && reader.TryReadOctetsAsBits("signatureValue", out fields.Signature)
            && reader.TryEnd("certificate")
            && TryReadSigned(reader.Inside(fields.Signed), bytes, ref fields);
    }

    /// <summary>
    /// TBSCertificate (RFC 5280 4.1.2). issuerUniqueID [1] and subjectUniqueID [2] have no place: RFC 5280 4.1.2.8 forbids
    /// authorities to write them.
    /// </summary>
    private static bool TryReadSigned(DerReader reader, ReadOnlySpan<byte> bytes, ref Fields fields)
    {
        return TryReadVersion(ref reader, bytes)
            && TryReadSerialNumber(ref reader, bytes, out fields.SerialNumber)
            && reader.TryRead(DerTag.Sequence, "signature", out fields.InnerAlgorithm)
            && DistinguishedName.TryRead(ref reader, bytes, "issuer", out fields.Issuer)
            && TryReadValidity(ref reader, bytes, ref fields)
            && DistinguishedName.TryRead(ref reader, bytes, "subject", out fields.Subject)
            && reader.TryRead(DerTag.Sequence, "subjectPublicKeyInfo", out fields.SubjectPublicKeyInfo)
            && TryReadExtensions(ref reader, bytes, out fields.Extensions)
            && reader.TryEnd("tbsCertificate");
    }

    /// <summary>RFC 5280 4.1.2.1. DER does not encode the default, v1, so a v1 certificate has no such field.</summary>
    private static bool TryReadVersion(ref DerReader reader, ReadOnlySpan<byte> bytes)
    {
        const string Where = "version";
        if (!reader.NextIs(DerTag.Context0Constructed))
        {
            return reader.Fail(Where, reader.Position, "X.509 v3", "no version field, which means v1");
        }

        if (!reader.TryRead(DerTag.Context0Constructed, Where, out var field))
        {
            return false;
        }

        var inside = reader.Inside(field);
        if (!inside.TryReadUnsigned(Where, out var version) || !inside.TryEnd(Where))
        {
            return false;
        }

        var content = version.Content(bytes);
        return content is [Version3] || inside.Fail(Where, version.Start, "X.509 v3 (2)", ByteText.Hex(content));
    }

    /// <summary>RFC 5280 4.1.2.2: positive and not zero.</summary>
    private static bool TryReadSerialNumber(ref DerReader reader, ReadOnlySpan<byte> bytes, out DerValue serialNumber)
    {
        const string Where = "serialNumber";
        if (!reader.TryReadUnsigned(Where, out serialNumber))
        {
            return false;
        }

        var content = serialNumber.Content(bytes);
        if (content.Length > MaximumSerialLength)
        {
            return reader.Fail(Where, serialNumber.Start, $"at most {MaximumSerialLength} octets", $"{content.Length} octets");
        }

        return content is not [0] || reader.Fail(Where, serialNumber.Start, "a number above zero", "0");
    }

    private static bool TryReadValidity(ref DerReader reader, ReadOnlySpan<byte> bytes, ref Fields fields)
    {
        if (!reader.TryRead(DerTag.Sequence, "validity", out var validity))
        {
            return false;
        }

        var inside = reader.Inside(validity);
        return CertificateTime.TryRead(ref inside, bytes, "notBefore", out fields.NotBefore)
            && CertificateTime.TryRead(ref inside, bytes, "notAfter", out fields.NotAfter)
            && inside.TryEnd("validity");
    }

    /// <summary>extensions [3] EXPLICIT SEQUENCE SIZE (1..MAX) OF Extension, which may be absent.</summary>
    private static bool TryReadExtensions(ref DerReader reader, ReadOnlySpan<byte> bytes, out CertificateExtension[] extensions)
    {
        const string Where = "extensions";
        extensions = [];
        if (reader.AtEnd)
        {
            return true;
        }

        if (!reader.TryRead(DerTag.Context3Constructed, Where, out var field))
        {
            return false;
        }

        var inside = reader.Inside(field);
        if (!inside.TryRead(DerTag.Sequence, Where, out var list) || !inside.TryEnd(Where))
        {
            return false;
        }

        if (list.ContentLength == 0)
        {
            return inside.Fail(Where, list.Start, "at least one extension where the field is present", "an empty list");
        }

        var count = 0;
        for (var counter = inside.Inside(list); !counter.AtEnd; count++)
        {
            if (!TryReadExtension(ref counter, out _))
            {
                return false;
            }
        }

        extensions = new CertificateExtension[count];
        var items = inside.Inside(list);
        for (var i = 0; i < count; i++)
        {
            TryReadExtension(ref items, out extensions[i]);
        }

        return true;
    }

    /// <summary>Extension ::= SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }.</summary>
    public static bool TryReadExtension(ref DerReader reader, out CertificateExtension extension)
    {
        const string Where = "extension";
        extension = default;
        if (!reader.TryRead(DerTag.Sequence, Where, out var sequence))
        {
            return false;
        }

        var inside = reader.Inside(sequence);
        if (!inside.TryReadObjectIdentifier(Where, out var identifier))
        {
            return false;
        }

        var critical = inside.NextIs(DerTag.Boolean);
        if (critical && !inside.TryReadTrue("extension.critical"))
        {
            return false;
        }

        if (!inside.TryRead(DerTag.OctetString, "extension.value", out var value) || !inside.TryEnd(Where))
        {
            return false;
        }

        extension = new CertificateExtension(identifier, critical, value);
        return true;
    }

    /// <summary>Where each field lies, filled as the certificate is read.</summary>
    private struct Fields
    {
        public DerValue Signed;
        public DerValue OuterAlgorithm;
        public DerValue Signature;
        public DerValue SerialNumber;
        public DerValue InnerAlgorithm;
        public DistinguishedName Issuer;
        public long NotBefore;
        public long NotAfter;
        public DistinguishedName Subject;
        public DerValue SubjectPublicKeyInfo;
        public CertificateExtension[] Extensions;
    }
}

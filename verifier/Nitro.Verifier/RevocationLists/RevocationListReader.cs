using Nitro.Attestation;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.RevocationLists;

/// <summary>
/// Reads a revocation list from strict DER (RFC 5280 section 5.1), to its last byte: version 2, ecdsa-with-SHA384, with nextUpdate. What restricts a list
/// to some certificates or some reasons, and what makes it a delta or an indirect list, is refused rather than passed over.
/// </summary>
internal ref struct RevocationListReader
{
    /// <summary>Version ::= INTEGER { v1(0), v2(1) }.</summary>
    private const byte Version2 = 1;

    /// <summary>RFC 5280 5.2.3 and 5.3: 20 octets, and one more for the sign (as for serial numbers).</summary>
    private const int MaximumNumberLength = Certificate.MaximumSerialLength;

    private readonly byte[] _array;
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly ref FormatError? _error;
    private bool _extensionsAtFault;

    public DerValue Signed;
    public DerValue Signature;
    public DistinguishedName Issuer;
    public long ThisUpdate;
    public long NextUpdate;
    public DerValue Number;
    public DerValue AuthorityKeyIdentifier;
    public List<RevocationListEntry> Entries;

    public RevocationListReader(byte[] bytes, ref FormatError? error)
    {
        _array = bytes;
        _bytes = bytes;
        _error = ref error;
        Entries = [];
    }

    /// <summary>Which check the error belongs to.</summary>
    public readonly Check FailedCheck => _extensionsAtFault ? Check.RevocationListExtensions : Check.RevocationListEncoding;

    /// <summary>CertificateList ::= SEQUENCE { tbsCertList, signatureAlgorithm, signatureValue BIT STRING }.</summary>
    public bool TryRead()
    {
        var outside = new DerReader(_bytes, ref _error);
        if (!outside.TryRead(DerTag.Sequence, "certificateList", out var whole) || !outside.TryEnd("certificateList"))
        {
            return false;
        }

        var reader = outside.Inside(whole);
        return reader.TryRead(DerTag.Sequence, "tbsCertList", out Signed)
            && TryReadAlgorithm(ref reader, "signatureAlgorithm")
            && reader.TryReadOctetsAsBits("signatureValue", out Signature)
            && reader.TryEnd("certificateList")
            && TryReadSignatureForm(ref reader)
            && TryReadSigned(reader.Inside(Signed));
    }

    private readonly bool TryReadAlgorithm(ref DerReader reader, string where)
    {
        if (!reader.TryRead(DerTag.Sequence, where, out var algorithm))
        {
            return false;
        }

        var found = algorithm.Whole(_bytes);
        return found.SequenceEqual(CertificateAlgorithms.EcdsaWithSha384)
            || reader.Fail(where, algorithm.Start, $"ecdsa-with-SHA384 without parameters ({Convert.ToHexString(CertificateAlgorithms.EcdsaWithSha384)})", ByteText.Hex(found));
    }

    private readonly bool TryReadSignatureForm(ref DerReader reader) =>
        EcdsaSignatureValue.Check(Signature.Content(_bytes)) is not { } error
        || reader.Fail(error.Where, error.Offset + Signature.ContentStart, error.Expected, error.Found);

    /// <summary>TBSCertList (RFC 5280 5.1.2).</summary>
    private bool TryReadSigned(DerReader reader)
    {
        return TryReadVersion(ref reader)
            && TryReadAlgorithm(ref reader, "tbsCertList.signature")
            && DistinguishedName.TryRead(ref reader, _bytes, "issuer", out Issuer)
            && CertificateTime.TryRead(ref reader, _bytes, "thisUpdate", out ThisUpdate)
            && TryReadNextUpdate(ref reader)
            && TryReadEntries(ref reader)
            && TryReadExtensions(ref reader)
            && reader.TryEnd("tbsCertList");
    }

    private readonly bool TryReadVersion(ref DerReader reader)
    {
        const string Where = "version";
        if (!reader.NextIs(DerTag.Integer))
        {
            return reader.Fail(Where, reader.Position, "a version 2 list", "no version field, which means version 1");
        }

        return reader.TryReadUnsigned(Where, out var version)
            && (version.Content(_bytes) is [Version2] || reader.Fail(Where, version.Start, "a version 2 list (1)", ByteText.Hex(version.Content(_bytes))));
    }

    /// <summary>RFC 5280 5.1.2.5: conforming issuers include it in every list; without it no list would ever be too old.</summary>
    private bool TryReadNextUpdate(ref DerReader reader)
    {
        const string Where = "nextUpdate";
        if (!reader.NextIs(DerTag.UtcTime) && !reader.NextIs(DerTag.GeneralizedTime))
        {
            return reader.Fail(Where, reader.Position, "a time (RFC 5280 5.1.2.5)", "none");
        }

        var start = reader.Position;
        return CertificateTime.TryRead(ref reader, _bytes, Where, out NextUpdate)
            && (NextUpdate >= ThisUpdate || reader.Fail(Where, start, $"a time not before thisUpdate {CertificateTime.Text(ThisUpdate)}", CertificateTime.Text(NextUpdate)));
    }

    private bool TryReadEntries(ref DerReader reader)
    {
        const string Where = "revokedCertificates";
        if (!reader.NextIs(DerTag.Sequence))
        {
            return true;
        }

        if (!reader.TryRead(DerTag.Sequence, Where, out var list))
        {
            return false;
        }

        if (list.ContentLength == 0)
        {
            return reader.Fail(Where, list.Start, "no such field when no certificate is revoked (RFC 5280 5.1.2.6)", "an empty list");
        }

        var entries = reader.Inside(list);
        while (!entries.AtEnd)
        {
            if (!TryReadEntry(ref entries))
            {
                return false;
            }
        }

        return TrySortEntries(ref reader);
    }

    private bool TryReadEntry(ref DerReader entries)
    {
        const string Where = "revokedCertificate";
        if (!entries.TryRead(DerTag.Sequence, Where, out var sequence))
        {
            return false;
        }

        var fields = entries.Inside(sequence);
        if (!fields.TryReadUnsigned("userCertificate", out var serial))
        {
            return false;
        }

        if (serial.ContentLength > MaximumNumberLength)
        {
            return fields.Fail("userCertificate", serial.Start, $"at most {MaximumNumberLength} octets", $"{serial.ContentLength} octets");
        }

        if (!CertificateTime.TryRead(ref fields, _bytes, "revocationDate", out var revokedAt))
        {
            return false;
        }

        var entry = new RevocationListEntry(serial, revokedAt, RevocationListEntry.NotStated, CertificateRevocationReason.Unspecified);
        if (!fields.AtEnd && !TryReadEntryExtensions(ref fields, ref entry))
        {
            return false;
        }

        Entries.Add(entry);
        return fields.TryEnd(Where);
    }

    private readonly bool TrySortEntries(ref DerReader reader)
    {
        // Sorted by place first, so that of two entries for one certificate the second one is named.
        var bytes = _array;
        Entries.Sort((a, b) => a.SerialNumber.Content(bytes).SequenceCompareTo(b.SerialNumber.Content(bytes)) is var order && order != 0
            ? order
            : a.SerialNumber.Start.CompareTo(b.SerialNumber.Start));
        for (var i = 1; i < Entries.Count; i++)
        {
            var serial = Entries[i].SerialNumber;
            if (serial.Content(_bytes).SequenceEqual(Entries[i - 1].SerialNumber.Content(_bytes)))
            {
                return reader.Fail("userCertificate", serial.Start, "each certificate once", $"{ByteText.Hex(serial.Content(_bytes))} again");
            }
        }

        return true;
    }

    private bool TryReadEntryExtensions(ref DerReader fields, ref RevocationListEntry entry)
    {
        const string Where = "crlEntryExtensions";
        if (!fields.TryRead(DerTag.Sequence, Where, out var list))
        {
            return false;
        }

        if (list.ContentLength == 0)
        {
            return fields.Fail(Where, list.Start, "at least one extension where the field is present", "an empty list");
        }

        var seen = new List<DerValue>();
        var extensions = fields.Inside(list);
        while (!extensions.AtEnd)
        {
            if (!Certificate.TryReadExtension(ref extensions, out var extension))
            {
                return false;
            }

            _extensionsAtFault = true;
            if (!TryRefuseRepeated(ref extensions, extension, seen) || !TryReadEntryExtension(ref extensions, extension, ref entry))
            {
                return false;
            }

            _extensionsAtFault = false;
        }

        return true;
    }

    private readonly bool TryReadEntryExtension(ref DerReader reader, CertificateExtension extension, ref RevocationListEntry entry)
    {
        var identifier = extension.Identifier.Content(_bytes);
        var value = reader.Inside(extension.Value);
        if (identifier.SequenceEqual(ObjectIdentifiers.ReasonCode))
        {
            return TryReadReason(ref value, ref entry);
        }

        if (identifier.SequenceEqual(ObjectIdentifiers.InvalidityDate))
        {
            if (!CertificateTime.TryReadGeneralized(ref value, _bytes, "invalidityDate", out var since) || !value.TryEnd("invalidityDate"))
            {
                return false;
            }

            entry = entry with { InvalidSince = since };
            return true;
        }

        if (identifier.SequenceEqual(ObjectIdentifiers.CertificateIssuer))
        {
            return reader.Fail("certificateIssuer", extension.Identifier.Start, "a list of its issuer's own certificates", "an entry of an indirect list");
        }

        return TryPassOver(ref reader, extension, "crlEntryExtensions");
    }

    /// <summary>CRLReason ::= ENUMERATED (RFC 5280 5.3.1); 7 is not used.</summary>
    private readonly bool TryReadReason(ref DerReader value, ref RevocationListEntry entry)
    {
        const string Where = "reasonCode";
        const byte RemoveFromList = 8;
        if (!value.TryRead(DerTag.Enumerated, Where, out var reason) || !value.TryEnd(Where))
        {
            return false;
        }

        var octets = reason.Content(_bytes);
        if (octets is [RemoveFromList])
        {
            return value.Fail(Where, reason.Start, "a reason of a complete list", "removeFromCRL, which stands in delta lists only");
        }

        if (octets.Length != 1 || !Enum.IsDefined((CertificateRevocationReason)octets[0]))
        {
            return value.Fail(Where, reason.Start, "a reason of RFC 5280 5.3.1: 0 to 6, 9 or 10", ByteText.Hex(octets));
        }

        entry = entry with { Reason = (CertificateRevocationReason)octets[0] };
        return true;
    }

    /// <summary>crlExtensions [0] EXPLICIT Extensions.</summary>
    private bool TryReadExtensions(ref DerReader reader)
    {
        const string Where = "crlExtensions";
        if (reader.AtEnd)
        {
            return true;
        }

        if (!reader.TryRead(DerTag.Context0Constructed, Where, out var field))
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

        var seen = new List<DerValue>();
        var extensions = inside.Inside(list);
        while (!extensions.AtEnd)
        {
            if (!Certificate.TryReadExtension(ref extensions, out var extension))
            {
                return false;
            }

            _extensionsAtFault = true;
            if (!TryRefuseRepeated(ref extensions, extension, seen) || !TryReadExtension(ref extensions, extension))
            {
                return false;
            }

            _extensionsAtFault = false;
        }

        return true;
    }

    private bool TryReadExtension(ref DerReader reader, CertificateExtension extension)
    {
        var identifier = extension.Identifier.Content(_bytes);
        var value = reader.Inside(extension.Value);
        if (identifier.SequenceEqual(ObjectIdentifiers.AuthorityKeyIdentifier))
        {
            return CertificateExtensions.TryReadAuthorityKeyIdentifier(value, out AuthorityKeyIdentifier);
        }

        if (identifier.SequenceEqual(ObjectIdentifiers.CrlNumber))
        {
            return value.TryReadUnsigned("cRLNumber", out Number)
                && value.TryEnd("cRLNumber")
                && (Number.ContentLength <= MaximumNumberLength
                    || value.Fail("cRLNumber", Number.Start, $"at most {MaximumNumberLength} octets", $"{Number.ContentLength} octets"));
        }

        if (identifier.SequenceEqual(ObjectIdentifiers.DeltaCrlIndicator))
        {
            return reader.Fail("deltaCRLIndicator", extension.Identifier.Start, "a complete list", "a delta list, which says only what changed");
        }

        if (identifier.SequenceEqual(ObjectIdentifiers.IssuingDistributionPoint))
        {
            return reader.Fail(
                "issuingDistributionPoint", extension.Identifier.Start, "a list of all that its issuer revoked", "one limited to a part, or an indirect one");
        }

        return TryPassOver(ref reader, extension, "crlExtensions");
    }

    private readonly bool TryPassOver(ref DerReader reader, CertificateExtension extension, string where) => !extension.Critical
        || reader.Fail(
            where,
            extension.Identifier.Start,
            "no critical extension but those this verifier knows (RFC 5280 5.2)",
            $"critical extension with identifier {ByteText.Hex(extension.Identifier.Content(_bytes))}");

    private readonly bool TryRefuseRepeated(ref DerReader reader, CertificateExtension extension, List<DerValue> seen)
    {
        var identifier = extension.Identifier.Content(_bytes);
        foreach (var earlier in seen)
        {
            if (earlier.Content(_bytes).SequenceEqual(identifier))
            {
                return reader.Fail("extensions", extension.Identifier.Start, "each extension once (RFC 5280 4.2)", $"identifier {ByteText.Hex(identifier)} again");
            }
        }

        seen.Add(extension.Identifier);
        return true;
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Nitro.Attestation;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.RevocationLists;

/// <summary>
/// An X.509 version 2 certificate revocation list (RFC 5280 section 5) in strict DER. Reading one verifies nothing: a verifier holds its signature against
/// the issuer in a document's own chain before anything in it counts. Immutable and thread-safe.
/// </summary>
public sealed class CertificateRevocationList
{
    /// <summary>The most bytes of a list: 1 MiB, room for some 25,000 entries. AWS publishes no size.</summary>
    public const int MaximumLength = 1024 * 1024;

    /// <summary>The most bytes of PEM text that are looked into: base64, line ends, and room for text around it.</summary>
    public const int MaximumPemLength = 2 * MaximumLength;

    private const string PemLabel = "X509 CRL";

    private readonly byte[] _der;
    private readonly DistinguishedName _issuer;
    private readonly DerValue _signed;
    private readonly DerValue _signature;
    private readonly DerValue _number;
    private readonly DerValue _authorityKeyIdentifier;
    private readonly RevocationListEntry[] _entries;

    // The last key under which the signature verified. A key it was not verified under is verified again, so a race costs time and nothing else.
    private volatile byte[]? _verifiedPoint;

    private CertificateRevocationList(byte[] der, in RevocationListReader read)
    {
        _der = der;
        _issuer = read.Issuer;
        _signed = read.Signed;
        _signature = read.Signature;
        _number = read.Number;
        _authorityKeyIdentifier = read.AuthorityKeyIdentifier;
        _entries = [.. read.Entries];
        ThisUpdateMs = read.ThisUpdate;
        NextUpdateMs = read.NextUpdate;
    }

    /// <summary>The list's bytes, DER.</summary>
    public ReadOnlyMemory<byte> Der => _der;

    /// <summary>The issuer's name for people; printable ASCII.</summary>
    public string IssuerText => _issuer.Text(_der);

    /// <summary>When it was issued.</summary>
    public DateTimeOffset ThisUpdate => DateTimeOffset.FromUnixTimeMilliseconds(ThisUpdateMs);

    /// <summary>When the next one will have been issued.</summary>
    public DateTimeOffset NextUpdate => DateTimeOffset.FromUnixTimeMilliseconds(NextUpdateMs);

    /// <summary>cRLNumber, upper-case hex; empty when it has none.</summary>
    public string Number => Convert.ToHexString(_number.Content(_der));

    /// <summary>The key identifier of its issuer (authorityKeyIdentifier), upper-case hex; empty when it has none.</summary>
    public string IssuerKeyIdentifier => Convert.ToHexString(_authorityKeyIdentifier.Content(_der));

    /// <summary>What it revokes, by serial number; identity is the pair of this list's issuer and the serial number.</summary>
    public IEnumerable<RevokedCertificate> Entries => _entries.Select(entry => entry.ToPublic(_der));

    /// <summary>How many certificates it revokes.</summary>
    public int Count => _entries.Length;

    internal ReadOnlySpan<byte> Issuer => _issuer.Value.Whole(_der);

    internal ReadOnlySpan<byte> AuthorityKeyIdentifier => _authorityKeyIdentifier.Content(_der);

    internal long ThisUpdateMs { get; }

    internal long NextUpdateMs { get; }

    /// <summary>Reads one list. Never throws, whatever the bytes; nothing is fetched.</summary>
    /// <param name="bytes">DER, or PEM text with one block X509 CRL.</param>
    /// <param name="list">The list, null when the bytes are not one.</param>
    /// <param name="error">What is wrong, null when nothing is.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out CertificateRevocationList? list, [NotNullWhen(false)] out RevocationListError? error)
    {
        list = null;
        byte[] der;
        if (bytes.IsEmpty || bytes[0] == DerTag.Sequence)
        {
            der = bytes.Length <= MaximumLength ? bytes.ToArray() : [];
            error = Sized(bytes.Length);
        }
        else
        {
            error = FromPem(bytes, out der) ?? Sized(der.Length);
        }

        if (error is not null)
        {
            return false;
        }

        FormatError? format = null;
        var reader = new RevocationListReader(der, ref format);
        if (!reader.TryRead())
        {
            error = new RevocationListError(reader.FailedCheck, format!);
            return false;
        }

        list = new CertificateRevocationList(der, in reader);
        return true;
    }

    /// <summary>The entry for a serial number, given by its content octets.</summary>
    internal bool TryFind(ReadOnlySpan<byte> serialNumber, out RevocationListEntry entry)
    {
        var (low, high) = (0, _entries.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = _entries[middle].SerialNumber.Content(_der).SequenceCompareTo(serialNumber);
            if (order == 0)
            {
                entry = _entries[middle];
                return true;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        entry = default;
        return false;
    }

    /// <summary>Whether the list is signed by a key.</summary>
    internal bool IsSignedBy(VerificationKey key, SignatureEngine engine)
    {
        if (_verifiedPoint is { } point && key.Point.SequenceEqual(point))
        {
            return true;
        }

        if (!key.VerifyDer(_signed.Whole(_der), _signature.Content(_der), engine))
        {
            return false;
        }

        _verifiedPoint = key.Point.ToArray();
        return true;
    }

    private static RevocationListError? Sized(int length) =>
        length is > 0 and <= MaximumLength ? null : Fault($"1 to {MaximumLength} bytes", $"{length} bytes");

    private static RevocationListError? FromPem(ReadOnlySpan<byte> bytes, out byte[] der)
    {
        const string Expected = $"DER, or PEM text with one block -----BEGIN {PemLabel}-----";
        der = [];
        if (bytes.Length > MaximumPemLength)
        {
            return Fault($"at most {MaximumPemLength} bytes of PEM text", $"{bytes.Length} bytes");
        }

        ReadOnlySpan<char> text = Encoding.Latin1.GetString(bytes);
        if (!PemEncoding.TryFind(text, out var block))
        {
            return Fault(Expected, $"{bytes.Length} bytes that are neither");
        }

        if (!text[block.Label].SequenceEqual(PemLabel))
        {
            return Fault(Expected, $"a block {ByteText.Printable(text[block.Label].ToString())}");
        }

        if (text.Count("-----BEGIN") > 1)
        {
            return Fault(Expected, "several blocks");
        }

        // PemEncoding has checked the base64.
        der = Convert.FromBase64String(text[block.Base64Data].ToString());
        return null;
    }

    private static RevocationListError Fault(string expected, string found) => new(Check.RevocationListEncoding, new FormatError("revocation list", -1, expected, found));
}

using System.Formats.Cbor;
using System.Security.Cryptography;

namespace Nitro.Nsm.Simulator;

/// <summary>
/// Everything of an attestation document but its signature: a COSE_Sign1 (RFC 9052, section 4.2) as AWS makes it, and with <c>with</c>
/// as AWS never would, for a verifier's tests.
/// </summary>
/// <remarks>Immutable. Byte fields are written as they are.</remarks>
public sealed record AttestationDocumentTemplate
{
    /// <summary>AWS's protected header: {1: -35}, ES384.</summary>
    public static readonly ReadOnlyMemory<byte> Es384Header = new byte[] { 0xa1, 0x01, 0x38, 0x22 };

    /// <summary>The protected header, as it stands in its byte string.</summary>
    public ReadOnlyMemory<byte> ProtectedHeader { get; init; } = Es384Header;

    /// <summary>The unprotected header, one CBOR item; AWS's is an empty map.</summary>
    public ReadOnlyMemory<byte> UnprotectedHeader { get; init; } = new byte[] { 0xa0 };

    /// <summary>The payload, as it stands in its byte string; see <see cref="AttestationPayload.Encode"/>.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>A CBOR tag before the array. AWS writes none and allows 18.</summary>
    public ulong? Tag { get; init; }

    /// <summary>The hash that <see cref="Sign"/> signs.</summary>
    public HashAlgorithmName SignatureHash { get; init; } = HashAlgorithmName.SHA384;

    /// <summary>The document, signed by ECDSA: r‖s (RFC 9053, section 2.1).</summary>
    /// <param name="key">The key that signs, of any curve.</param>
    public byte[] Sign(ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Assemble(key.SignData(EncodeToBeSigned(), SignatureHash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
    }

    /// <summary>The Sig_structure, without external data (RFC 9052, section 4.4).</summary>
    public byte[] EncodeToBeSigned()
    {
        var writer = new CborWriter();
        writer.WriteStartArray(4);
        writer.WriteTextString("Signature1");
        writer.WriteByteString(ProtectedHeader.Span);
        writer.WriteByteString([]);
        writer.WriteByteString(Payload.Span);
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>The document with any signature.</summary>
    /// <param name="signature">What its byte string holds.</param>
    public byte[] Assemble(ReadOnlySpan<byte> signature)
    {
        var writer = new CborWriter(CborConformanceMode.Lax);
        if (Tag is { } tag)
        {
            writer.WriteTag((CborTag)tag);
        }

        writer.WriteStartArray(4);
        writer.WriteByteString(ProtectedHeader.Span);
        writer.WriteEncodedValue(UnprotectedHeader.Span);
        writer.WriteByteString(Payload.Span);
        writer.WriteByteString(signature);
        writer.WriteEndArray();
        return writer.Encode();
    }
}

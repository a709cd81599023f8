using System.Formats.Cbor;
using System.Security.Cryptography;
using Nitro.Attestation.Cose;

namespace Nitro.Attestation.Claims;

/// <summary>
/// A claim signed by a session key: an untagged COSE_Sign1 whose protected header is exactly {1: algorithm, 3: content type} and whose unprotected
/// header is empty. Reading one verifies nothing. Immutable.
/// </summary>
public sealed class Receipt
{
    /// <summary>The content type in the protected header: nothing else that a session key signs has it.</summary>
    public const string ContentType = "application/vnd.nitro.claim+cbor";

    /// <summary>The most bytes of a receipt: the largest claim under ES384, and 144 bytes of heads, headers and signature.</summary>
    public const int MaximumSize = Claim.MaximumSize + 144;

    private static readonly byte[] Es256Header = EncodeHeader(CoseAlgorithm.Es256);
    private static readonly byte[] Es384Header = EncodeHeader(CoseAlgorithm.Es384);

    private Receipt(ReadOnlyMemory<byte> bytes, CoseAlgorithm algorithm, Claim claim, CoseSign1 envelope)
    {
        Bytes = bytes;
        Algorithm = algorithm;
        Claim = claim;
        Envelope = envelope;
    }

    /// <summary>The receipt's bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>What the protected header says the signature is made with.</summary>
    public CoseAlgorithm Algorithm { get; }

    /// <summary>The claim, as yet unverified.</summary>
    public Claim Claim { get; }

    /// <summary>The COSE_Sign1 around it.</summary>
    public CoseSign1 Envelope { get; }

    /// <summary>The protected header for an algorithm.</summary>
    public static ReadOnlyMemory<byte> ProtectedHeader(CoseAlgorithm algorithm) => algorithm switch
    {
        CoseAlgorithm.Es256 => Es256Header,
        CoseAlgorithm.Es384 => Es384Header,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "Neither ES256 nor ES384."),
    };

    /// <summary>Signs an encoded claim.</summary>
    /// <param name="key">The session's private key, on the algorithm's curve.</param>
    /// <param name="algorithm">What to sign with.</param>
    /// <param name="claim">The encoded claim.</param>
    /// <returns>The receipt's bytes.</returns>
    /// <exception cref="ArgumentException">The key is of another size than the algorithm's curve.</exception>
    public static byte[] Sign(ECDsa key, CoseAlgorithm algorithm, ReadOnlySpan<byte> claim)
    {
        ArgumentNullException.ThrowIfNull(key);
        var header = ProtectedHeader(algorithm).Span;
        var keySize = algorithm.SignatureSize() * 4;
        if (key.KeySize != keySize)
        {
            throw new ArgumentException(Text($"{algorithm.Name()} signs with a key of {keySize} bits, not {key.KeySize}."), nameof(key));
        }

        Span<byte> hash = stackalloc byte[Sha384Digest.Size];
        hash = hash[..CoseSign1.HashToBeSigned(algorithm.HashName(), header, claim, hash)];
        return CoseSign1.Encode(header, claim, key.SignHash(hash.ToArray(), DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
    }

    /// <summary>Reads a receipt. Never throws, whatever the bytes.</summary>
    /// <param name="data">The whole receipt.</param>
    /// <param name="receipt">The receipt, when its form is right.</param>
    /// <param name="error">What is wrong, when it is not.</param>
    public static bool TryParse(ReadOnlySpan<byte> data, out Receipt? receipt, out FormatError? error)
    {
        receipt = null;
        if (data.Length is 0 or > MaximumSize)
        {
            error = new("receipt", -1, Text($"1 to {MaximumSize} bytes"), Text($"{data.Length}"));
            return false;
        }

        ReadOnlyMemory<byte> bytes = data.ToArray();
        if (!CoseSign1.TryParse(bytes, MaximumSize, out var cose, out error))
        {
            return false;
        }

        var algorithm = cose!.ProtectedHeader.Span.SequenceEqual(Es256Header) ? CoseAlgorithm.Es256 : CoseAlgorithm.Es384;
        error = (cose.IsTagged, cose.ProtectedHeader.Span.SequenceEqual(ProtectedHeader(algorithm).Span), cose.UnprotectedCount) switch
        {
            (true, _, _) => new("receipt", 0, "an untagged COSE_Sign1", "tag 18"),
            (_, false, _) => new("protected header", -1, $"{{1: -7 or -35, 3: \"{ContentType}\"}}", Text($"{cose.ProtectedHeader.Length} other bytes")),
            (_, _, > 0) => new("unprotected header", -1, "an empty map", Text($"{cose.UnprotectedCount} entries")),
            _ when cose.Signature.Length != algorithm.SignatureSize() => new("signature", -1, Text($"{algorithm.SignatureSize()} bytes"), Text($"{cose.Signature.Length}")),
            _ => null,
        };
        if (error is not null || !Claim.TryParse(cose.Payload.Span, cose.PayloadOffset, out var claim, out error))
        {
            return false;
        }

        receipt = new Receipt(bytes, algorithm, claim!, cose);
        return true;
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);

    private static byte[] EncodeHeader(CoseAlgorithm algorithm)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartMap(2);
        writer.WriteInt32(1);
        writer.WriteInt32((int)algorithm);
        writer.WriteInt32(3);
        writer.WriteTextString(ContentType);
        writer.WriteEndMap();
        return writer.Encode();
    }
}

using Nitro.Attestation;

namespace Nitro.Verifier.Certificates;

/// <summary>
/// The form of a signature in a certificate: Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER } (RFC 3279 2.2.3), strict DER, each
/// number positive and of at most 48 octets. That both are below the order is left to the verification. High s is as good as low s: half
/// of all genuine signatures have it.
/// </summary>
internal static class EcdsaSignatureValue
{
    /// <summary>The most octets of a signature by a P-384 key: two numbers of 48, each with a sign octet, and three heads. All lengths take one octet.</summary>
    public const int MaximumLength = 2 + (2 * (2 + 1 + P384.FieldLength));

    private const string Where = "signatureValue";

    /// <summary>Reads a signature by a P-384 key.</summary>
    /// <param name="signature">The DER.</param>
    /// <param name="numbers">Receives r and s, 48 octets each.</param>
    /// <returns>What is wrong, with an offset into the signature, or null.</returns>
    public static FormatError? Read(ReadOnlySpan<byte> signature, Span<byte> numbers)
    {
        FormatError? error = null;
        var outside = new DerReader(signature, ref error);
        if (outside.TryRead(DerTag.Sequence, Where, out var sequence) && outside.TryEnd(Where))
        {
            var content = outside.Inside(sequence);
            _ = TryReadNumber(ref content, signature, "signatureValue.r", numbers[..P384.FieldLength])
                && TryReadNumber(ref content, signature, "signatureValue.s", numbers[P384.FieldLength..])
                && content.TryEnd(Where);
        }

        return error;
    }

    /// <summary>Checks the form of a signature by a P-384 key.</summary>
    /// <returns>What is wrong, with an offset into the signature, or null.</returns>
    public static FormatError? Check(ReadOnlySpan<byte> signature) => Read(signature, stackalloc byte[2 * P384.FieldLength]);

    /// <summary>
    /// Writes r and s, one after the other at full length, as an Ecdsa-Sig-Value. The platform does so too, but with a writer that costs more than a
    /// microsecond and a kilobyte.
    /// </summary>
    /// <param name="signature">r and s, each of at most <see cref="P384.FieldLength"/> octets.</param>
    /// <param name="destination">At least <see cref="MaximumLength"/> octets.</param>
    /// <returns>The octets written.</returns>
    public static int Write(ReadOnlySpan<byte> signature, Span<byte> destination)
    {
        var half = signature.Length / 2;
        var length = WriteNumber(signature[..half], destination[2..]);
        length += WriteNumber(signature[half..], destination[(2 + length)..]);
        (destination[0], destination[1]) = (DerTag.Sequence, (byte)length);
        return 2 + length;
    }

    private static int WriteNumber(ReadOnlySpan<byte> number, Span<byte> destination)
    {
        number = number.TrimStart((byte)0);
        var sign = number.IsEmpty || number[0] >= 0x80 ? 1 : 0;
        (destination[0], destination[1], destination[2]) = (DerTag.Integer, (byte)(number.Length + sign), 0);
        number.CopyTo(destination[(2 + sign)..]);
        return 2 + sign + number.Length;
    }

    private static bool TryReadNumber(ref DerReader reader, ReadOnlySpan<byte> signature, string where, Span<byte> destination)
    {
        if (!reader.TryReadUnsigned(where, out var number))
        {
            return false;
        }

        var octets = number.Content(signature).TrimStart((byte)0);
        if (octets.Length is < 1 or > P384.FieldLength)
        {
            return reader.Fail(where, number.Start, $"a number above zero of at most {P384.FieldLength} octets", $"{octets.Length} octets");
        }

        destination[..^octets.Length].Clear();
        octets.CopyTo(destination[^octets.Length..]);
        return true;
    }
}

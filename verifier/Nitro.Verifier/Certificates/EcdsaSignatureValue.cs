using Nitro.Attestation;

namespace Nitro.Verifier.Certificates;

/// <summary>
/// The form of a signature in a certificate: Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER } (RFC 3279 2.2.3), strict DER, each
/// number positive and of at most 48 octets. That both are below the order is left to the verification. High s is as good as low s: half
/// of all genuine signatures have it.
/// </summary>
internal static class EcdsaSignatureValue
{
    private const string Where = "signatureValue";

    /// <summary>Checks the form of a signature by a P-384 key.</summary>
    /// <returns>What is wrong, with an offset into the signature, or null.</returns>
    public static FormatError? Check(ReadOnlySpan<byte> signature)
    {
        FormatError? error = null;
        var outside = new DerReader(signature, ref error);
        if (outside.TryRead(DerTag.Sequence, Where, out var sequence) && outside.TryEnd(Where))
        {
            var numbers = outside.Inside(sequence);
            _ = TryReadNumber(ref numbers, signature, "signatureValue.r")
                && TryReadNumber(ref numbers, signature, "signatureValue.s")
                && numbers.TryEnd(Where);
        }

        return error;
    }

    private static bool TryReadNumber(ref DerReader reader, ReadOnlySpan<byte> signature, string where)
    {
        if (!reader.TryReadUnsigned(where, out var number))
        {
            return false;
        }

        var octets = number.Content(signature).TrimStart((byte)0);
        return octets.Length is >= 1 and <= P384.FieldLength
            || reader.Fail(where, number.Start, $"a number above zero of at most {P384.FieldLength} octets", $"{octets.Length} octets");
    }
}

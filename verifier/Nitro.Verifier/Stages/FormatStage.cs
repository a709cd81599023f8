using Nitro.Attestation.Documents;

namespace Nitro.Verifier.Stages;

/// <summary>Bytes → a document whose form is right. Checks 101 to 212.</summary>
internal static class FormatStage
{
    /// <summary>The check for each rule: the fields stand in any order in a document, so a failure in one says nothing about those that stand behind it.</summary>
    private static readonly Check[] Order =
    [
        Check.DocumentSize, Check.CoseStructure, Check.ProtectedHeader, Check.UnprotectedHeader, Check.SignatureLength,
        Check.PayloadStructure, Check.EnclaveDocument, Check.MandatoryKeys, Check.ModuleId, Check.DigestAlgorithm, Check.Timestamp, Check.Pcrs,
        Check.CertificateLength, Check.Cabundle, Check.PublicKeyLength, Check.UserDataLength, Check.NonceLength,
    ];

    /// <summary>The envelope's rules are looked at one after the other, so those before a failure have passed.</summary>
    private const int EnvelopeRules = 5;

    /// <summary>Reads a document, unless the same bytes were read before.</summary>
    public static UnverifiedDocument? Run(ReadOnlySpan<byte> bytes, UnverifiedDocument? known, CheckList checks)
    {
        if (known is not null)
        {
            checks.PassAll(Order);
            return known;
        }

        if (UnverifiedDocument.TryParse(bytes, out var document, out var error))
        {
            checks.PassAll(Order);
            return document;
        }

        var failed = (int)error!.Rule - (int)DocumentRule.Size;
        checks.PassAll(Order.AsSpan(0, Math.Min(failed, EnvelopeRules)));
        var place = error.Error.Offset < 0 ? error.Error.Where : FormattableString.Invariant($"{error.Error.Where} at byte {error.Error.Offset}");
        checks.Fail(Order[failed], $"{place}: {error.Error.Expected}", error.Error.Found);
        return null;
    }
}

using Nitro.Attestation;
using Nitro.Attestation.Claims;
using Nitro.Attestation.EvidenceFiles;

namespace Nitro.Verifier.Stages;

/// <summary>The members of evidence whose form can be judged before any signature. Checks 702 to 704.</summary>
internal static class EvidenceFormatStage
{
    /// <summary>Reads the three. Manifest and configuration are the same for every receipt of a session: the same bytes are not read again.</summary>
    public static EvidenceParts? Run(Evidence evidence, EvidenceParts? before, CheckList checks)
    {
        Receipt? receipt = null;
        if (evidence.Kind == EvidenceKind.Direct)
        {
            checks.Skip(Check.ReceiptStructure);
        }
        else if (!Require(Receipt.TryParse(evidence.Receipt.Span, out receipt, out var receiptError), Check.ReceiptStructure, receiptError, checks))
        {
            return null;
        }

        if (before is not null && before.HasSameMembers(evidence))
        {
            checks.Pass(Check.ManifestStructure);
            checks.Pass(Check.ConfigurationStructure);
            return before with { Receipt = receipt };
        }

        return Require(ModelManifest.TryParse(evidence.Manifest.Span, out var manifest, out var manifestError), Check.ManifestStructure, manifestError, checks)
            && Require(EnclaveConfiguration.TryParse(evidence.Configuration.Span, out var configuration, out var configurationError), Check.ConfigurationStructure, configurationError, checks)
                ? new EvidenceParts(receipt, manifest!, configuration!, evidence.Manifest, evidence.Configuration)
                : null;
    }

    /// <summary>Passes a check, or fails it with what a format's reader found.</summary>
    public static bool Require(bool parsed, Check check, FormatError? error, CheckList checks)
    {
        if (parsed)
        {
            checks.Pass(check);
            return true;
        }

        var place = error!.Offset < 0 ? error.Where : FormattableString.Invariant($"{error.Where} at byte {error.Offset}");
        checks.Fail(check, $"{place}: {error.Expected}", error.Found);
        return false;
    }
}

// An auditor verifies a folder of saved evidence on a machine without network: what lies there is all that is read. Revocation lists are files too, archived with the
// evidence or added later; a newer list is better evidence.
using Nitro.Attestation.EvidenceFiles;
using Nitro.Verifier;
using Nitro.Verifier.RevocationLists;

namespace Nitro.Examples;

/// <summary>One line a file, and a sum.</summary>
public static class Auditor
{
    /// <summary>Verifies evidence/*.json under policy.json with lists/*.crl.</summary>
    /// <returns>Whether everything is verified.</returns>
    public static bool Run(string folder, TextWriter report)
    {
        var policy = VerificationPolicy.Parse(
            File.ReadAllBytes(Path.Combine(folder, "policy.json")), name => File.ReadAllBytes(Path.Combine(folder, name)));
        var lists = new List<CertificateRevocationList>();
        foreach (var file in Files(Path.Combine(folder, "lists"), "*.crl"))
        {
            // A list that cannot be read protects nobody: better no audit than one that passed it over.
            lists.Add(CertificateRevocationList.TryRead(File.ReadAllBytes(file), out var list, out var error)
                ? list
                : throw new InvalidDataException($"{file}: {error}"));
        }

        var verifier = new AttestationVerifier(policy, new VerifierOptions { RevocationLists = lists });
        var expected = new EvidenceExpectations
        {
            Model = ModelExpectation.AnyAllowedUnsafe,                  // any that the policy allows
            Input = InputExpectation.InEvidence,
            Output = OutputExpectation.InEvidence,
            Nonce = ByteExpectation.AnyUnsafe,                          // freshness is not asked of an archive
        };
        var (good, bad) = (0, 0);
        foreach (var file in Files(Path.Combine(folder, "evidence"), "*.json"))
        {
            var verdict = Evidence.TryParse(File.ReadAllBytes(file), out var evidence, out var error)
                ? Describe(verifier.VerifyEvidence(evidence!, expected, ValidationTime.Archive), out var verified)
                : (verified = false, Text: $"unreadable  {error}").Text;
            report.WriteLine($"{Path.GetFileName(file),-24} {verdict}");
            (good, bad) = verified ? (good + 1, bad) : (good, bad + 1);
        }

        report.WriteLine($"{good} verified, {bad} not");
        return bad == 0;
    }

    private static string Describe(EvidenceResult result, out bool verified)
    {
        verified = result.IsVerified;
        return result.Inference is { } inference
            ? $"verified    {inference.SignedBy}, {inference.Models[0].Name} {inference.Models[0].Version}, {inference.IssuedAt:yyyy-MM-dd HH:mm:ss} UTC"
            : $"refused     {result.Failure}";
    }

    private static string[] Files(string folder, string pattern) =>
        Directory.Exists(folder) ? [.. Directory.GetFiles(folder, pattern).Order(StringComparer.Ordinal)] : [];
}

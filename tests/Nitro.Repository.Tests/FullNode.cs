// README example begins
using Nitro.Attestation.EvidenceFiles;
using Nitro.Verifier;
// README example pauses

namespace Nitro.Repository.Tests;

/// <summary>The README's example, compiled and run as it stands there.</summary>
internal static class FullNode
{
    public static void Run()
    {
        // README example goes on
        var verifier = new AttestationVerifier(VerificationPolicy.Parse(File.ReadAllBytes("policy.json")));   // once per process, thread-safe
        if (Evidence.TryParse(File.ReadAllBytes("answer.json"), out var evidence, out _))
        {
            var expected = new EvidenceExpectations
            {
                Model = ModelExpectation.Named("digits", "1"),
                Input = InputExpectation.InEvidence,
                Output = OutputExpectation.InEvidence,
                Nonce = ByteExpectation.AnyUnsafe,                                        // or Exactly(the nonce you sent)
            };
            var result = verifier.VerifyEvidence(evidence!, expected, ValidationTime.Archive);   // or Live(the block's time)
            Console.WriteLine(result.IsVerified ? $"{result.Inference!.SignedBy}: {result.Inference.Models[0].Name}" : $"refused by {result.Failure}");
        }
        // README example ends
    }
}

// A full node verifies a block's proofs: all at once, on all cores, without re-running anything. The block's time is the witness: whoever made the evidence could
// have written any time into it, but not have put it into a block before the block was there.
using Nitro.Attestation.EvidenceFiles;
using Nitro.Verifier;

namespace Nitro.Examples;

/// <summary>Made once per process: it remembers the issuers and sessions that it has seen.</summary>
public sealed class FullNode(byte[] policy)
{
    private readonly AttestationVerifier _verifier = new(VerificationPolicy.Parse(policy));

    /// <summary>The number of the check that refused each proof, 0 where it is good. Nodes persist the numbers: they never change.</summary>
    public int[] VerifyBlock(DateTimeOffset blockTime, IReadOnlyList<(byte[] File, string Model, string Version)> proofs, CancellationToken cancellation)
    {
        var time = ValidationTime.Archive.WitnessedAt(blockTime);
        var read = new List<EvidenceToVerify>();
        var places = new List<int>();
        var verdicts = new int[proofs.Count];
        for (var i = 0; i < proofs.Count; i++)
        {
            if (!Evidence.TryParse(proofs[i].File, out var evidence, out _))
            {
                verdicts[i] = -1;                                       // not even an evidence file
                continue;
            }

            places.Add(i);
            read.Add(new EvidenceToVerify(evidence!, new EvidenceExpectations
            {
                Model = ModelExpectation.Named(proofs[i].Model, proofs[i].Version),
                Input = InputExpectation.InEvidence,                    // or Exactly(what the transaction asked)
                Output = OutputExpectation.InEvidence,
                Nonce = ByteExpectation.AnyUnsafe,                      // or Exactly(the transaction's nonce)
            }));
        }

        var results = _verifier.VerifyMany(read, time, cancellation);
        for (var i = 0; i < results.Length; i++)
        {
            verdicts[places[i]] = (int?)results[i].Failure?.Check ?? 0;
        }

        return verdicts;
    }
}

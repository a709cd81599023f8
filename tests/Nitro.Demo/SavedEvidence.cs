using Nitro.Attestation.EvidenceFiles;
using Nitro.OpenInference;
using Nitro.Verifier;

namespace Nitro.Demo;

/// <summary>An evidence file together with what the caller remembers: the question, the nonce and the answer.</summary>
internal sealed record SavedEvidence(string File, Evidence Evidence, EvidenceExpectations Expected)
{
    public static SavedEvidence Read(string file, InferRequest request, InferResponse response)
    {
        if (!Evidence.TryParse(System.IO.File.ReadAllBytes(file), out var evidence, out var error))
        {
            throw new DemoException($"{file} is no evidence file: {error}");
        }

        return new SavedEvidence(file, evidence!, new EvidenceExpectations
        {
            Model = ModelExpectation.Named(response.ModelName, response.ModelVersion),
            Input = InputExpectation.Exactly(request.ToInput()),
            Output = OutputExpectation.Exactly(response.ToOutput()),
            Nonce = ByteExpectation.Exactly(request.Nonce.Span),
        });
    }

    public EvidenceResult Verify(AttestationVerifier verifier) => verifier.VerifyEvidence(Evidence, Expected, ValidationTime.Archive);
}

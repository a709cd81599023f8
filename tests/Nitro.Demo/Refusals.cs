using System.Text.Json;
using Nitro.Attestation;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Harness;
using Nitro.Verifier;

namespace Nitro.Demo;

/// <summary>What a forger might try with one genuine piece of evidence, and what becomes of it.</summary>
internal sealed class Refusals(AttestationVerifier verifier, string policyFile)
{
    public async Task<IReadOnlyList<(string What, Check Expected, EvidenceResult Result)>> AllAsync(
        SavedEvidence saved,
        EnclaveProcess other,
        EnclaveProcess debug,
        CancellationToken cancel)
    {
        var evidence = saved.Evidence;
        var disclosed = saved.Expected with { Input = InputExpectation.InEvidence, Output = OutputExpectation.InEvidence };
        return
        [
            ("one bit of the input changed", Check.InputDigest, Verify(verifier, evidence with { Input = FlipLastBit(evidence.Input!.Value) }, disclosed)),
            ("one bit of the output changed", Check.OutputDigest, Verify(verifier, evidence with { Output = FlipLastBit(evidence.Output!.Value) }, disclosed)),
            ("another model's digest in the policy", Check.ModelAllowed, Verify(WithPolicy(settings => settings with { Models = [Sha384Digest.Of("another model"u8)] }), evidence, saved.Expected)),
            ("another PCR0 in the policy", Check.Measurements, Verify(WithPolicy(WithOtherPcr0), evidence, saved.Expected)),
            ("the receipt under another session's document", Check.SessionKeyDigest, Verify(verifier, evidence with { Document = await SessionDocumentAsync(other, cancel) }, saved.Expected)),
            ("the document of an enclave in debug mode", Check.DebugMode, Verify(verifier, evidence with { Document = await SessionDocumentAsync(debug, cancel) }, saved.Expected)),
        ];
    }

    private static EvidenceResult Verify(AttestationVerifier verifier, Evidence evidence, EvidenceExpectations expected) =>
        verifier.VerifyEvidence(evidence, expected, ValidationTime.Archive);

    private AttestationVerifier WithPolicy(Func<PolicySettings, PolicySettings> change) =>
        new(new VerificationPolicy(change(PolicyFile.Load(policyFile).Policy.Settings)));

    private static PolicySettings WithOtherPcr0(PolicySettings settings)
    {
        var release = settings.Releases.Single();
        var measurements = release.Measurements.ToDictionary();
        var pcr0 = measurements[0].ToArray();

        // The first: what is printed of a digest is its beginning.
        pcr0[0] ^= 1;
        measurements[0] = Sha384Digest.FromBytes(pcr0);
        return settings with { Releases = [new Release(release.Name, measurements)] };
    }

    private static async Task<ReadOnlyMemory<byte>> SessionDocumentAsync(EnclaveProcess enclave, CancellationToken cancel)
    {
        using var http = enclave.CreateClient();
        using var session = JsonDocument.Parse(await http.GetByteArrayAsync(new Uri("v2/session", UriKind.Relative), cancel));
        return session.RootElement.GetProperty("document").GetBytesFromBase64();
    }

    private static byte[] FlipLastBit(ReadOnlyMemory<byte> bytes)
    {
        var changed = bytes.ToArray();
        changed[^1] ^= 1;
        return changed;
    }
}

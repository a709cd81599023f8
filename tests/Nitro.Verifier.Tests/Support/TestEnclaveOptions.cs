using Nitro.Attestation;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Cose;
using Nitro.Nsm.Simulator;

namespace Nitro.Verifier.Tests.Support;

/// <summary>What a <see cref="TestEnclave"/> does otherwise than a good one.</summary>
internal sealed record TestEnclaveOptions
{
    public bool DebugMode { get; init; }

    public PayloadForm Form { get; init; } = PayloadForm.Indefinite;

    /// <summary>The algorithm that statement and receipts name.</summary>
    public CoseAlgorithm Algorithm { get; init; } = CoseAlgorithm.Es256;

    /// <summary>The algorithm whose curve the session key lies on.</summary>
    public CoseAlgorithm KeyAlgorithm { get; init; } = CoseAlgorithm.Es256;

    /// <summary>What PCR16 is extended with; null for the manifest's digest, once.</summary>
    public Sha384Digest[]? ManifestExtensions { get; init; }

    /// <summary>What PCR17 is extended with; null for the real configuration.</summary>
    public EnclaveConfiguration? MeasuredConfiguration { get; init; }

    /// <summary>Whether PCR16 and PCR17 are locked: a document lists locked ones alone.</summary>
    public bool LockPcrs { get; init; } = true;
}

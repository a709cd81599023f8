using Nitro.Attestation;

namespace Nitro.Eif;

/// <summary>
/// What an attestation document shows of an image: each PCR is SHA384(48 zero bytes ‖ SHA384(content)), section headers left out. Immutable.
/// </summary>
/// <remarks>
/// The contents are concatenated without their lengths, so bytes can move across a border between sections without a change of PCR0:
/// a policy has to name PCR0, PCR1 and PCR2.
/// </remarks>
/// <param name="Pcr0">The whole: kernel, command line and every ramdisk.</param>
/// <param name="Pcr1">What boots: kernel, command line and the first ramdisk.</param>
/// <param name="Pcr2">What runs: every ramdisk but the first; that of no bytes when there is only one.</param>
/// <param name="Pcr8">The DER of the certificate that the image is signed with, or null for an image that is not.</param>
public sealed record EifMeasurements(Sha384Digest Pcr0, Sha384Digest Pcr1, Sha384Digest Pcr2, Sha384Digest? Pcr8)
{
    /// <summary>What nitro-cli prints as the hash algorithm, word for word: the name of a Rust object's debug form.</summary>
    public const string HashAlgorithm = "Sha384 { ... }";
}

namespace Nitro.Attestation.Tests.Support;

/// <summary>Digests that are easy to tell apart in a dump.</summary>
internal static class Digests
{
    public static Sha384Digest Filled(byte value) => Sha384Digest.FromBytes(Enumerable.Repeat(value, Sha384Digest.Size).ToArray());
}

using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Nitro.Attestation;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier;

/// <summary>The PCRs that say who started an enclave and who signed its image, computed from what an operator knows. Thread-safe.</summary>
public static class ComputedPcr
{
    /// <summary>The PCR of the parent instance's IAM role.</summary>
    public const int ParentRole = 3;

    /// <summary>The PCR of the parent instance.</summary>
    public const int ParentInstance = 4;

    /// <summary>The PCR of the certificate that signed the image.</summary>
    public const int SigningCertificate = 8;

    /// <summary>The most bytes of a role's ARN, and of a signing certificate (AWS's EIF format bounds its section at 32,768).</summary>
    public const int MaximumLength = 32 * 1024;

    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    /// <summary>PCR3: SHA384(0⁴⁸ ‖ ARN) (AWS, "Using cryptographic attestation with KMS": the role's ARN, not the instance profile's).</summary>
    /// <param name="arn">Such as <c>arn:aws:iam::123456789012:role/enclave</c>.</param>
    /// <exception cref="PolicyException">It is no ARN of a role.</exception>
    public static Sha384Digest OfParentRole(string arn)
    {
        ArgumentNullException.ThrowIfNull(arn);
        var parts = arn.Split(':', 6);
        return parts is ["arn", _, "iam", "", _, var resource] && resource.StartsWith("role/", StringComparison.Ordinal) && !arn.AsSpan().ContainsAnyExceptInRange('!', '~') && arn.Length <= MaximumLength
            ? Extend(Encoding.ASCII.GetBytes(arn))
            : throw new PolicyException($"{ByteText.Quote(arn)} is no role's ARN like arn:aws:iam::123456789012:role/name");
    }

    /// <summary>PCR4: SHA384(0⁴⁸ ‖ instance id).</summary>
    /// <param name="instanceId">Such as <c>i-0123456789abcdef0</c>.</param>
    /// <exception cref="PolicyException">It is no instance id.</exception>
    public static Sha384Digest OfParentInstance(string instanceId)
    {
        ArgumentNullException.ThrowIfNull(instanceId);
        return instanceId.Length is 10 or 19 && instanceId.StartsWith("i-", StringComparison.Ordinal) && !instanceId.AsSpan(2).ContainsAnyExcept(Hexadecimal)
            ? Extend(Encoding.ASCII.GetBytes(instanceId))
            : throw new PolicyException($"{ByteText.Quote(instanceId)} is no instance id like i-0123456789abcdef0");
    }

    /// <summary>PCR8: SHA384(0⁴⁸ ‖ SHA384(DER of the certificate)).</summary>
    /// <param name="certificate">The certificate that <c>nitro-cli build-enclave --signing-certificate</c> took, DER.</param>
    /// <exception cref="PolicyException">It is no DER.</exception>
    public static Sha384Digest OfSigningCertificate(ReadOnlySpan<byte> certificate)
    {
        FormatError? error = null;
        var reader = new DerReader(certificate, ref error);
        return certificate.Length <= MaximumLength && reader.TryRead(DerTag.Sequence, "signing certificate", out _) && reader.TryEnd("signing certificate")
            ? Sha384Digest.Of(certificate).ExtendFromZero()
            : throw new PolicyException($"the signing certificate is no DER of at most {MaximumLength} bytes{(error is null ? "" : $": {error}")}");
    }

    private static Sha384Digest Extend(byte[] data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA384);
        hash.AppendData(new byte[Sha384Digest.Size]);
        hash.AppendData(data);
        return Sha384Digest.FromBytes(hash.GetHashAndReset());
    }
}

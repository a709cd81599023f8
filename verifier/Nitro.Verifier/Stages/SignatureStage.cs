using System.Security.Cryptography;
using Nitro.Attestation;
using Nitro.Attestation.Cose;
using Nitro.Attestation.Documents;
using Nitro.Verifier.Caching;
using Nitro.Verifier.Certificates;

namespace Nitro.Verifier.Stages;

/// <summary>The document's own signature, by its leaf certificate's key. Check 401.</summary>
internal static class SignatureStage
{
    /// <summary>Verifies the signature, unless it was verified before under the same leaf in the same path.</summary>
    public static bool Run(UnverifiedDocument document, ValidatedPath chain, KnownSession? known, SignatureEngine engine, CheckList checks)
    {
        if (known is not null && ReferenceEquals(known.Leaf, chain.Nodes[^1]))
        {
            checks.Pass(Check.DocumentSignature);
            return true;
        }

        var envelope = document.Envelope;
        Span<byte> hash = stackalloc byte[Sha384Digest.Size];
        CoseSign1.HashToBeSigned(HashAlgorithmName.SHA384, envelope.ProtectedHeader.Span, envelope.Payload.Span, hash);
        return checks.Require(
            engine.VerifyHash(chain.LeafKey, hash, envelope.Signature.Span),
            Check.DocumentSignature,
            "a signature by the leaf certificate's key over the payload");
    }
}

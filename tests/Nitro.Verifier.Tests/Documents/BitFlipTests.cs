using System.Numerics;
using Nitro.Attestation.Cose;
using Nitro.Attestation.Documents;
using Nitro.Testing;
using Nitro.Verifier.Certificates;
using Nitro.Verifier.Tests.Support;

namespace Nitro.Verifier.Tests.Documents;

/// <summary>
/// Every single bit of a document matters. Two other changes leave what is signed as it was, and are accepted with the same content: the signature's
/// twin (r, n − s), since ECDSA is malleable, and CBOR tag 18 in front, which AWS's text allows.
/// </summary>
public sealed class BitFlipTests
{
    /// <summary>The order of P-384's group (FIPS 186-5, SP 800-186 section 3.2.1.4).</summary>
    private static readonly BigInteger Order = BigInteger.Parse(
        "0ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
        System.Globalization.NumberStyles.HexNumber,
        System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public void Every_bit_of_a_genuine_document_matters() =>
        RequireAllRefused(SharedFiles.Read("attestations", "prod-20260325-attestation-server-2410693a.bin"), TrustAnchors.AwsNitroEnclavesG1);

    [Fact]
    public void Every_bit_of_a_simulated_document_matters()
    {
        using var enclave = new TestEnclave();
        RequireAllRefused(enclave.SessionDocument(), TestEnclave.Anchor);
    }

    [Fact]
    public void The_twin_of_the_signature_and_a_tag_in_front_leave_the_same_content()
    {
        using var enclave = new TestEnclave();
        foreach (var (document, anchor) in new[]
        {
            (SharedFiles.Read("attestations", "prod-20260325-attestation-server-2410693a.bin"), TrustAnchors.AwsNitroEnclavesG1),
            (enclave.SessionDocument(), TestEnclave.Anchor),
        })
        {
            var twin = (byte[])document.Clone();
            var s = new BigInteger(twin.AsSpan(^48..), isUnsigned: true, isBigEndian: true);
            var other = (Order - s).ToByteArray(isUnsigned: true, isBigEndian: true);
            twin.AsSpan(^48..).Clear();
            other.CopyTo(twin.AsSpan(twin.Length - other.Length));
            byte[] tagged = [0xc0 | CoseSign1.Tag, .. document];
            Assert.True(UnverifiedDocument.TryParse(document, out var original, out _));
            foreach (var changed in new[] { twin, tagged })
            {
                Assert.NotEqual(document, changed);
                Assert.True(Verifier(anchor).Verify(changed, DocumentExpectations.AnyUnsafe, ValidationTime.Archive).IsVerified);
                Assert.True(UnverifiedDocument.TryParse(changed, out var read, out _));
                Assert.True(read!.Envelope.Payload.Span.SequenceEqual(original!.Envelope.Payload.Span));
                Assert.True(read.Envelope.ProtectedHeader.Span.SequenceEqual(original.Envelope.ProtectedHeader.Span));
            }
        }
    }

    private static void RequireAllRefused(byte[] document, TrustAnchor anchor)
    {
        var verifier = Verifier(anchor);
        Assert.True(verifier.Verify(document, DocumentExpectations.AnyUnsafe, ValidationTime.Archive).IsVerified);
        Parallel.For(0, document.Length * 8, bit =>
        {
            var flipped = (byte[])document.Clone();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(verifier.Verify(flipped, DocumentExpectations.AnyUnsafe, ValidationTime.Archive).IsVerified, $"bit {bit}");
        });
    }

    private static AttestationVerifier Verifier(TrustAnchor anchor) =>
        new(new VerificationPolicy(new PolicySettings { TrustAnchors = [anchor], AnyMeasurementsUnsafe = true }));
}

using Nitro.Attestation;
using Nitro.Attestation.Documents;
using Nitro.Testing;
using Nitro.Verifier.Certificates;
using Nitro.Verifier.Tests.Support;

namespace Nitro.Verifier.Tests.Documents;

/// <summary>Every collected document, signed by AWS's hardware but for the few that are not, gets exactly the verdict that it deserves.</summary>
public sealed class GenuineDocumentTests
{
    private static readonly PolicySettings AnyImage = new() { AnyMeasurementsUnsafe = true };

    [Fact]
    public void Every_document_gets_the_verdict_of_the_index()
    {
        foreach (var document in SharedFiles.Documents())
        {
            var bytes = document.Read();
            var (strict, debug) = (Verify(bytes, AnyImage), Verify(bytes, AnyImage with { DebugModeUnsafe = true }));
            switch (document.Expected)
            {
                case "valid":
                    Assert.True(strict.IsVerified, $"{document.File}: {strict.Failure}");
                    Assert.Equal(document.ModuleId, strict.Document!.ModuleId);
                    Assert.Equal(document.TimestampMs, strict.Document.TimestampMs);
                    Assert.True(strict.Document.TrustAnchor.IsAws);
                    break;
                case "valid-but-debug-mode":
                    Assert.Equal(Check.DebugMode, strict.Failure?.Check);
                    Assert.True(debug.IsVerified, $"{document.File}: {debug.Failure}");
                    Assert.Equal(CheckStatus.Waived, debug.Checks.Single(check => check.Check == Check.DebugMode).Status);
                    break;
                case "not-an-enclave-document":
                    Assert.Equal(Check.EnclaveDocument, strict.Failure?.Check);
                    Assert.Equal(Check.EnclaveDocument, debug.Failure?.Check);
                    break;
                case "malformed":
                    Assert.InRange((int)debug.Failure!.Check, (int)Check.DocumentSize, (int)Check.NonceLength);
                    break;
                case "chain-invalid":
                    Assert.InRange((int)debug.Failure!.Check, (int)Check.BundleLength, (int)Check.CertificateProfile);
                    break;
                default:
                    Assert.Fail($"{document.File}: the index says {document.Expected}");
                    break;
            }
        }
    }

    [Fact]
    public void With_its_own_measurements_as_release_a_document_verifies_and_with_any_of_them_changed_it_does_not()
    {
        foreach (var document in SharedFiles.Documents().Where(one => one.Expected == "valid"))
        {
            var bytes = document.Read();
            Assert.True(UnverifiedDocument.TryParse(bytes, out var read, out _));
            var measurements = read!.Pcrs.Indices.ToDictionary(index => index, index => read.Pcrs.TryGet(index, out var value) ? value : default);
            var present = measurements.Where(one => one.Value != default).ToDictionary();
            Assert.Null(Verify(bytes, new PolicySettings { Releases = [new Release("own", present)] }).Failure);
            var changed = present.ToDictionary();
            changed[present.Keys.Max()] = Sha384Digest.Of("another"u8);
            Assert.Equal(Check.Measurements, Verify(bytes, new PolicySettings { Releases = [new Release("changed", changed)] }).Failure?.Check);
        }
    }

    [Fact]
    public void Another_root_another_PCR_and_another_time_refuse_every_one()
    {
        var otherPcr = new PolicySettings { Releases = [new Release("other", TestEnclave.Pcrs)], DebugModeUnsafe = false };
        foreach (var document in SharedFiles.Documents().Where(one => one.TimestampMs is not null))
        {
            var bytes = document.Read();
            Assert.False(Verify(bytes, AnyImage with { DebugModeUnsafe = true, TrustAnchors = [TestEnclave.Anchor] }).IsVerified);
            Assert.False(Verify(bytes, AnyImage with { DebugModeUnsafe = true, TrustAnchors = [TrustAnchors.AwsUsGov] }).IsVerified);
            Assert.False(Verify(bytes, otherPcr).IsVerified);
            var own = DateTimeOffset.FromUnixTimeMilliseconds(document.TimestampMs!.Value);
            foreach (var days in new[] { -400, -1, 1, 400 })
            {
                Assert.False(Verify(bytes, AnyImage with { DebugModeUnsafe = true }, ValidationTime.Live(own.AddDays(days))).IsVerified, document.File);
            }
        }
    }

    [Fact]
    public void Live_at_its_own_time_a_valid_document_verifies()
    {
        foreach (var document in SharedFiles.Documents().Where(one => one.Expected == "valid"))
        {
            var own = DateTimeOffset.FromUnixTimeMilliseconds(document.TimestampMs!.Value);
            Assert.Null(Verify(document.Read(), AnyImage, ValidationTime.Live(own.AddSeconds(30))).Failure);
        }
    }

    private static VerificationResult Verify(byte[] bytes, PolicySettings settings, ValidationTime? time = null) =>
        new AttestationVerifier(new VerificationPolicy(settings)).Verify(bytes, DocumentExpectations.AnyUnsafe, time ?? ValidationTime.Archive);
}

using System.Diagnostics;
using System.Security.Cryptography;
using Nitro.Attestation;
using Nitro.Nsm.Simulator;
using Nitro.Testing;
using Nitro.Verifier.Certificates;
using Nitro.Verifier.Tests.Support;

namespace Nitro.Verifier.Tests.Documents;

/// <summary>What verifiers of Nitro attestation have got wrong in public, a test each. Where there is a CVE it is named.</summary>
public sealed class MistakesOfOthersTests
{
    private const string ModuleId = "i-0123456789abcdef0-enc0123456789abcdef";
    private const string Region = "eu-central-1";
    private static readonly DateTimeOffset Time = TestEnclave.Start;

    [Fact]
    public void A_bundle_with_an_attackers_self_signed_root_does_not_become_trusted()
    {
        using var attacker = SimulatedPki.Create();
        using var chain = attacker.IssueChain(Region, ModuleId, Time);
        var forged = Document(chain, payload => payload);
        Assert.Equal(Check.TrustAnchor, Failed(forged));

        // The genuine root in front, the attacker's behind it.
        ReadOnlyMemory<byte>[] bundle = [TestEnclave.Anchor.Der, .. chain.CaBundle.Skip(1)];
        Assert.Contains(
            Failed(Document(chain, payload => payload.With("cabundle", AttestationPayload.EncodeCaBundle(bundle)))),
            (Check?[])[Check.KeyIdentifiers, Check.CertificateSignature]);
        ReadOnlyMemory<byte>[] longer = [TestEnclave.Anchor.Der, .. chain.CaBundle];
        Assert.Equal(Check.BundleLength, Failed(Document(chain, payload => payload.With("cabundle", AttestationPayload.EncodeCaBundle(longer)))));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_document_that_omits_a_PCR_of_the_policy_is_refused_CVE_2025_64186(int omitted)
    {
        using var chain = Chain();
        var pcrs = Pcrs().Where(one => one.Key != omitted).ToDictionary();
        var result = Verify(Document(chain, payload => payload.With("pcrs", AttestationPayload.EncodePcrs(pcrs))));
        Assert.Equal(Check.Measurements, result.Failure?.Check);
        Assert.Contains($"no PCR{omitted} in the document", result.Failure!.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Debug_mode_is_seen_in_PCR0_to_2_although_other_PCRs_are_not_zero()
    {
        using var chain = Chain();
        var pcrs = Pcrs();
        for (var index = 0; index < 3; index++)
        {
            pcrs[index] = new byte[48];
        }

        pcrs[4] = Sha384Digest.Of("an instance"u8).ToArray();
        Assert.Equal(Check.DebugMode, Failed(Document(chain, payload => payload.With("pcrs", AttestationPayload.EncodePcrs(pcrs)))));
    }

    [Fact]
    public void An_unprotected_header_with_content_is_refused()
    {
        using var chain = Chain();
        var template = Template(chain, payload => payload) with { UnprotectedHeader = new byte[] { 0xa1, 0x01, 0x38, 0x22 } };
        Assert.Equal(Check.UnprotectedHeader, Failed(template.Sign(chain.Leaf.Key)));
    }

    [Fact]
    public void A_key_that_stands_there_twice_is_refused()
    {
        using var chain = Chain();
        var twice = Document(chain, payload => payload with { Entries = payload.Entries.Add(PayloadEntry.Named("nonce", PayloadEntry.Bytes(new byte[] { 1 }))) });
        Assert.Equal(Check.PayloadStructure, Failed(twice));
    }

    [Fact]
    public void A_PCR_of_index_32_is_refused()
    {
        using var chain = Chain();
        var pcrs = Pcrs();
        pcrs[32] = new byte[48];
        Assert.Equal(Check.Pcrs, Failed(Document(chain, payload => payload.With("pcrs", AttestationPayload.EncodePcrs(pcrs)))));
    }

    [Theory]
    [InlineData("nistP256")]
    [InlineData("nistP521")]
    public void The_algorithm_is_the_headers_and_not_whatever_the_leafs_key_is_of(string curve)
    {
        using var chain = TestEnclave.Pki.IssueChain(Region, ModuleId, Time, keys: level => ECDsa.Create(level == CertificateLevel.Leaf ? ECCurve.CreateFromFriendlyName(curve) : ECCurve.NamedCurves.nistP384));
        var payload = AttestationPayload.Create(ModuleId, Time, Pcrs(), chain.Leaf.Der, chain.CaBundle);
        var template = new AttestationDocumentTemplate { Payload = payload.Encode() };
        var length = Failed(template.Sign(chain.Leaf.Key));
        Assert.Contains(length, (Check?[])[Check.SignatureLength, Check.CertificateAlgorithms]);
        Assert.Equal(Check.CertificateAlgorithms, Failed(template.Assemble(new byte[96])));
    }

    [Fact]
    public void A_timestamp_in_milliseconds_is_not_compared_as_seconds()
    {
        using var chain = Chain();
        var writer = new System.Formats.Cbor.CborWriter();
        writer.WriteInt64(Time.ToUnixTimeSeconds());
        Assert.Equal(Check.ValidityPeriod, Failed(Document(chain, payload => payload.With("timestamp", writer.Encode()))));
    }

    [Fact]
    public void An_archived_document_is_judged_at_its_own_time_and_not_now()
    {
        foreach (var document in SharedFiles.Documents().Where(one => one.Expected == "valid").Take(3))
        {
            var verifier = new AttestationVerifier(new VerificationPolicy(new PolicySettings { AnyMeasurementsUnsafe = true }));
            Assert.True(verifier.Verify(document.Read(), DocumentExpectations.AnyUnsafe, ValidationTime.Archive).IsVerified);
        }

        // Its own time, not the leaf's notBefore plus a second: a document signed after the leaf's end is refused although the leaf once was valid.
        using var chain = Chain();
        Assert.Equal(Check.ValidityPeriod, Failed(Document(chain, payload => payload.With("timestamp", AttestationPayload.EncodeTimestamp(Time.AddHours(3).AddMinutes(1))))));
    }

    [Fact]
    public void A_second_verification_is_as_strict_as_the_first()
    {
        // No cache may let an ancestor's end be forgotten: the same issuers, met again at a later time, are judged again.
        using var chain = Chain();
        var verifier = TestEnclave.Verifier();
        var good = Document(chain, payload => payload);
        var late = Document(chain, payload => payload.With("timestamp", AttestationPayload.EncodeTimestamp(Time.AddDays(2))));
        for (var round = 0; round < 3; round++)
        {
            Assert.True(verifier.Verify(good, DocumentExpectations.AnyUnsafe, ValidationTime.Archive).IsVerified);
            Assert.Equal(Check.ValidityPeriod, verifier.Verify(late, DocumentExpectations.AnyUnsafe, ValidationTime.Archive).Failure?.Check);
        }
    }

    [Fact]
    public void Nothing_outside_the_arguments_reaches_a_verdict()
    {
        // The assemblies that decide reference neither the network nor X509Chain; the banned symbols break the build, and this holds the result to it.
        foreach (var assembly in new[] { typeof(AttestationVerifier).Assembly, typeof(Sha384Digest).Assembly })
        {
            Assert.DoesNotContain(assembly.GetReferencedAssemblies(), one => one.Name!.StartsWith("System.Net", StringComparison.Ordinal));
        }

        var text = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(typeof(AttestationVerifier).Assembly.Location));
        foreach (var banned in new[] { "X509Chain\0", "get_UtcNow\0", "X509Store\0", "FileStream\0", "GetEnvironmentVariable\0" })
        {
            Assert.DoesNotContain(banned, text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("another nonce")]
    [InlineData("")]
    public void The_nonce_is_compared_and_not_just_shown(string nonce)
    {
        using var chain = Chain();
        var document = Document(chain, payload => payload.With("nonce", PayloadEntry.Bytes("the nonce"u8.ToArray())));
        var expected = DocumentExpectations.AnyUnsafe with { Nonce = ByteExpectation.Exactly(System.Text.Encoding.ASCII.GetBytes(nonce)) };
        Assert.Equal(Check.ExpectedNonce, TestEnclave.Verifier().Verify(document, expected, ValidationTime.Archive).Failure?.Check);
        Assert.True(TestEnclave.Verifier().Verify(document, expected with { Nonce = ByteExpectation.Exactly("the nonce"u8) }, ValidationTime.Archive).IsVerified);
        Assert.Equal(Check.ExpectedNonce, TestEnclave.Verifier().Verify(document, expected with { Nonce = ByteExpectation.Absent }, ValidationTime.Archive).Failure?.Check);
    }

    [Fact]
    public void Live_verification_without_a_decision_about_the_nonce_is_misuse()
    {
        var verifier = TestEnclave.Verifier();
        var expected = DocumentExpectations.AnyUnsafe with { Nonce = ByteExpectation.Absent };
        Assert.Throws<ArgumentException>(() => verifier.Verify([1], expected, ValidationTime.Live(Time)));
        using var enclave = new TestEnclave();
        var evidence = enclave.SessionEvidence();
        Assert.Throws<ArgumentException>(() => verifier.VerifyEvidence(evidence, TestEnclave.Expected with { Nonce = ByteExpectation.Absent }, ValidationTime.Live(Time)));
    }

    [Fact]
    public void An_archive_verifies_years_later_with_the_same_policy()
    {
        using var enclave = new TestEnclave();
        var evidence = enclave.SessionEvidence();
        var file = evidence.ToJson();
        Assert.True(Attestation.EvidenceFiles.Evidence.TryParse(file, out var read, out _));
        Assert.True(TestEnclave.Verifier().VerifyEvidence(read!, TestEnclave.Expected, ValidationTime.Archive).IsVerified);
    }

    [Fact]
    public void A_document_of_QEMUs_emulated_NSM_is_refused()
    {
        // {1: -1}, a signature and certificates of zero bytes.
        using var chain = Chain();
        var payload = AttestationPayload.Create(ModuleId, Time, Pcrs(), ReadOnlyMemory<byte>.Empty, [ReadOnlyMemory<byte>.Empty]);
        var emulated = new AttestationDocumentTemplate { ProtectedHeader = new byte[] { 0xa1, 0x01, 0x20 }, Payload = payload.Encode() };
        Assert.Equal(Check.ProtectedHeader, Failed(emulated.Assemble([])));
        Assert.Equal(Check.SignatureLength, Failed((emulated with { ProtectedHeader = AttestationDocumentTemplate.Es384Header }).Assemble([])));
        Assert.Equal(Check.CertificateLength, Failed((emulated with { ProtectedHeader = AttestationDocumentTemplate.Es384Header }).Assemble(new byte[96])));
    }

    [Fact]
    public void A_NitroTPM_document_is_not_an_enclaves()
    {
        using var chain = Chain();
        Assert.Equal(Check.EnclaveDocument, Failed(Document(chain, payload => payload.With("nitrotpm_pcrs", AttestationPayload.EncodePcrs(Pcrs())))));
    }

    [Fact]
    public void No_bytes_make_the_verifier_throw_or_take_long()
    {
        using var chain = Chain();
        var seed = Document(chain, payload => payload);
        var verifier = TestEnclave.Verifier();
        var random = new Random(17);
        var watch = Stopwatch.StartNew();
        var beyondEnvelope = 0;
        for (var round = 0; round < 6_000; round++)
        {
            var bytes = (byte[])seed.Clone();
            for (var change = random.Next(1, 3); change > 0; change--)
            {
                var at = random.Next(bytes.Length);
                bytes = random.Next(5) switch
                {
                    0 => [.. bytes[..at], .. bytes[Math.Min(at + random.Next(1, 9), bytes.Length)..]],
                    1 => [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]],
                    2 => bytes[..at],
                    _ => Flip(bytes, at, random),
                };
            }

            var result = verifier.Verify(bytes, DocumentExpectations.AnyUnsafe, ValidationTime.Archive);
            beyondEnvelope += result.Failure is { Check: > Check.SignatureLength } ? 1 : 0;
            Assert.True(!result.IsVerified || bytes.AsSpan().SequenceEqual(seed));
        }

        Assert.InRange(beyondEnvelope, 1_000, 6_000);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromMinutes(2));
    }

    private static byte[] Flip(byte[] bytes, int at, Random random)
    {
        if (bytes.Length > 0)
        {
            bytes[Math.Min(at, bytes.Length - 1)] ^= (byte)(1 << random.Next(8));
        }

        return bytes;
    }

    private static SimulatedChain Chain() => TestEnclave.Pki.IssueChain(Region, ModuleId, Time);

    private static Dictionary<int, ReadOnlyMemory<byte>> Pcrs() => TestEnclave.Pcrs.ToDictionary(one => one.Key, one => (ReadOnlyMemory<byte>)one.Value.ToArray());

    private static AttestationDocumentTemplate Template(SimulatedChain chain, Func<AttestationPayload, AttestationPayload> change) =>
        new() { Payload = change(AttestationPayload.Create(ModuleId, Time, Pcrs(), chain.Leaf.Der, chain.CaBundle)).Encode() };

    private static byte[] Document(SimulatedChain chain, Func<AttestationPayload, AttestationPayload> change) => Template(chain, change).Sign(chain.Leaf.Key);

    private static VerificationResult Verify(byte[] document) => TestEnclave.Verifier().Verify(document, DocumentExpectations.AnyUnsafe, ValidationTime.Archive);

    private static Check? Failed(byte[] document) => Verify(document).Failure?.Check;
}

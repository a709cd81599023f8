using System.Formats.Cbor;
using Nitro.Attestation;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Cose;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Attestation.Inference;
using Nitro.Nsm.Simulator;
using Nitro.Verifier.Tests.Support;

namespace Nitro.Verifier.Tests.Evidences;

/// <summary>Every link between a claim and what vouches for it, each broken by itself.</summary>
public sealed class LinkTests
{
    private static readonly AttestationVerifier Verifier = TestEnclave.Verifier();

    [Theory]
    [InlineData(CoseAlgorithm.Es256, PayloadForm.Definite)]
    [InlineData(CoseAlgorithm.Es256, PayloadForm.Indefinite)]
    [InlineData(CoseAlgorithm.Es384, PayloadForm.Indefinite)]
    public void Good_session_evidence_is_verified_and_gives_what_it_proves(CoseAlgorithm algorithm, PayloadForm form)
    {
        using var enclave = new TestEnclave(new() { Algorithm = algorithm, KeyAlgorithm = algorithm, Form = form });
        var result = Verifier.VerifyEvidence(enclave.SessionEvidence(), TestEnclave.Expected, ValidationTime.Archive);
        Assert.Null(result.Failure);
        Assert.True(result.IsVerified);
        var inference = result.Inference!;
        Assert.Equal("signed by the session key", inference.SignedBy);
        Assert.Equal("test image", inference.Document.Release);
        Assert.False(inference.Document.TrustAnchor.IsAws);
        Assert.Equal("digits", Assert.Single(inference.Models).Name);
        Assert.Equal(TestEnclave.Input.Encode(), inference.Input!.Encode());
        Assert.Equal(TestEnclave.Output.Encode(), inference.Output!.Encode());
        Assert.DoesNotContain(result.Checks, check => check.Status is CheckStatus.Waived or CheckStatus.NotReached);
    }

    [Fact]
    public void Good_direct_evidence_is_verified()
    {
        using var enclave = new TestEnclave();
        var result = Verifier.VerifyEvidence(enclave.DirectEvidence(), TestEnclave.Expected, ValidationTime.Archive);
        Assert.Null(result.Failure);
        Assert.Equal("signed by the NSM", result.Inference!.SignedBy);
        Assert.Null(result.Inference.Session);
    }

    [Fact]
    public void A_malformed_receipt_manifest_or_configuration_is_refused_before_any_signature()
    {
        using var enclave = new TestEnclave();
        var good = enclave.SessionEvidence();
        Refused(Check.ReceiptStructure, good with { Receipt = new byte[] { 1 } });
        Refused(Check.ManifestStructure, good with { Manifest = new byte[] { 0x80 } });
        var result = Refused(Check.ConfigurationStructure, good with { Configuration = new byte[] { 0x80 } });
        Assert.Equal(CheckStatus.NotReached, result.Checks.Single(check => check.Check == Check.DocumentSize).Status);
    }

    [Fact]
    public void User_data_must_be_exactly_the_type_for_its_role()
    {
        using var enclave = new TestEnclave();
        Refused(Check.SessionStatement, enclave.SessionEvidence(enclave.Attest(enclave.Claim().Encode(), null, enclave.PublicKey)));
        Refused(Check.SessionStatement, enclave.SessionEvidence(enclave.Attest(Seal(enclave), null, enclave.PublicKey)));
        Refused(Check.SessionStatement, enclave.SessionEvidence(enclave.Attest(null, null, enclave.PublicKey)));
        Refused(Check.ClaimStructure, TestEnclave.Evidence(EvidenceKind.Direct, enclave.SessionDocument(), []));
        Refused(Check.ClaimStructure, TestEnclave.Evidence(EvidenceKind.Direct, enclave.Attest(null, TestEnclave.Nonce, enclave.PublicKey), []));
    }

    [Fact]
    public void The_document_must_carry_a_session_key_of_the_sessions_algorithm()
    {
        using var enclave = new TestEnclave();
        var statement = enclave.Statement().Encode();
        Refused(Check.SessionKey, enclave.SessionEvidence(enclave.Attest(statement)));
        Refused(Check.SessionKey, enclave.SessionEvidence(enclave.Attest(statement, null, new byte[91])));
        using var mixed = new TestEnclave(new() { Algorithm = CoseAlgorithm.Es384, KeyAlgorithm = CoseAlgorithm.Es256 });
        var document = mixed.SessionDocument();
        Refused(Check.SessionKey, TestEnclave.Evidence(EvidenceKind.Session, document, enclave.Receipt()));
        Refused(Check.SessionKey, TestEnclave.Evidence(EvidenceKind.Direct, enclave.Attest(enclave.Claim().Encode(), TestEnclave.Nonce), []));
    }

    [Fact]
    public void A_receipt_under_another_sessions_document_is_refused()
    {
        using var enclave = new TestEnclave();
        using var other = new TestEnclave();
        Refused(Check.SessionKeyDigest, enclave.SessionEvidence(other.SessionDocument()));
    }

    [Fact]
    public void A_direct_claim_of_another_session_is_refused()
    {
        using var enclave = new TestEnclave();
        using var other = new TestEnclave();
        Refused(Check.SessionKeyDigest, enclave.DirectEvidence(other.Claim()));
    }

    [Fact]
    public void The_receipts_algorithm_is_the_sessions()
    {
        using var enclave = new TestEnclave();
        var claim = enclave.Claim().Encode();
        using var p384 = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP384);
        var receipt = Receipt.Sign(p384, CoseAlgorithm.Es384, claim);
        Refused(Check.SessionAlgorithm, TestEnclave.Evidence(EvidenceKind.Session, enclave.SessionDocument(), receipt));
    }

    [Fact]
    public void A_receipt_signed_by_another_key_is_refused()
    {
        using var enclave = new TestEnclave();
        using var other = new TestEnclave();
        var receipt = Receipt.Sign(other.Key, CoseAlgorithm.Es256, enclave.Claim().Encode());
        Refused(Check.ReceiptSignature, TestEnclave.Evidence(EvidenceKind.Session, enclave.SessionDocument(), receipt));
    }

    [Fact]
    public void A_session_key_that_is_no_point_of_its_curve_is_refused_and_does_not_throw()
    {
        using var enclave = new TestEnclave();
        var key = enclave.PublicKey;
        key[^1] ^= 1;
        var claim = WithSession(enclave.Claim(), Sha384Digest.Of(key));
        Refused(Check.ReceiptSignature, TestEnclave.Evidence(EvidenceKind.Session, enclave.Attest(enclave.Statement().Encode(), null, key), enclave.Receipt(claim)));
    }

    [Fact]
    public void A_direct_documents_nonce_is_the_claims()
    {
        using var enclave = new TestEnclave();
        var claim = enclave.Claim().Encode();
        Refused(Check.DocumentNonce, TestEnclave.Evidence(EvidenceKind.Direct, enclave.Attest(claim, [1, 2, 3], enclave.PublicKey), []));
        Refused(Check.DocumentNonce, TestEnclave.Evidence(EvidenceKind.Direct, enclave.Attest(claim, null, enclave.PublicKey), []));
    }

    [Fact]
    public void The_manifest_is_the_sessions_and_that_of_PCR16()
    {
        using var enclave = new TestEnclave();
        var other = ModelManifest.Create([new("digits", "1", TestEnclave.Model)]);
        Refused(Check.ManifestDigest, enclave.SessionEvidence() with { Manifest = other.Encode() });
        Refused(Check.ManifestPcr, enclave.DirectEvidence() with { Manifest = other.Encode() });
        using var twice = new TestEnclave(new() { ManifestExtensions = [TestEnclave.Manifest.Digest, TestEnclave.Manifest.Digest] });
        Refused(Check.ManifestPcr, twice.SessionEvidence());
        using var never = new TestEnclave(new() { ManifestExtensions = [] });
        Refused(Check.ManifestPcr, never.SessionEvidence());
        using var unlocked = new TestEnclave(new() { LockPcrs = false });
        Refused(Check.ManifestPcr, unlocked.SessionEvidence());
    }

    [Fact]
    public void The_configuration_is_the_sessions_and_that_of_PCR17()
    {
        using var enclave = new TestEnclave();
        var other = EnclaveConfiguration.Create([new("runtime", "other")]);
        Refused(Check.ConfigurationDigest, enclave.SessionEvidence() with { Configuration = other.Encode() });
        Refused(Check.ConfigurationPcr, enclave.DirectEvidence() with { Configuration = other.Encode() });
        using var measured = new TestEnclave(new() { MeasuredConfiguration = other });
        Refused(Check.ConfigurationPcr, measured.SessionEvidence());
    }

    [Fact]
    public void The_model_is_in_the_manifest_under_the_name_and_version_asked_for()
    {
        using var enclave = new TestEnclave();
        var evidence = enclave.SessionEvidence();
        Refused(Check.ModelInManifest, evidence, TestEnclave.Expected with { Model = ModelExpectation.Named("digits", "2") });
        Refused(Check.ModelInManifest, evidence, TestEnclave.Expected with { Model = ModelExpectation.Named("Digits", "1") });
        Refused(Check.ModelInManifest, evidence, TestEnclave.Expected with { Model = ModelExpectation.WithDigest(Sha384Digest.Of("x"u8)) });
        Refused(Check.ModelInManifest, enclave.SessionEvidence(claim: WithModel(enclave.Claim(), Sha384Digest.Of("x"u8))), TestEnclave.Expected with { Model = ModelExpectation.AnyAllowedUnsafe });
        Assert.True(Verifier.VerifyEvidence(evidence, TestEnclave.Expected with { Model = ModelExpectation.WithDigest(TestEnclave.Model) }, ValidationTime.Archive).IsVerified);
        var waived = Verifier.VerifyEvidence(evidence, TestEnclave.Expected with { Model = ModelExpectation.AnyAllowedUnsafe }, ValidationTime.Archive);
        Assert.Equal(CheckStatus.Waived, waived.Checks.Single(check => check.Check == Check.ModelInManifest).Status);
    }

    [Fact]
    public void The_policy_must_allow_the_model_and_the_configuration()
    {
        using var enclave = new TestEnclave();
        var evidence = enclave.SessionEvidence();
        Refused(Check.ModelAllowed, evidence, verifier: TestEnclave.Verifier(settings => settings with { Models = [Sha384Digest.Of("x"u8)] }));
        Refused(Check.ConfigurationAllowed, evidence, verifier: TestEnclave.Verifier(settings => settings with { Configurations = [Sha384Digest.Of("x"u8)] }));
        var open = TestEnclave.Verifier(settings => settings with { Models = [], AnyModelUnsafe = true, Configurations = [], AnyConfigurationUnsafe = true });
        var result = open.VerifyEvidence(evidence, TestEnclave.Expected, ValidationTime.Archive);
        Assert.True(result.IsVerified);
        Assert.Equal([Check.ModelAllowed, Check.ConfigurationAllowed], result.Checks.Where(check => check.Status == CheckStatus.Waived).Select(check => check.Check));
    }

    [Fact]
    public void Input_and_output_are_those_of_the_claim()
    {
        using var enclave = new TestEnclave();
        var good = enclave.SessionEvidence();
        Refused(Check.InputDigest, good with { Input = Changed(good.Input!.Value) });
        Refused(Check.OutputDigest, good with { Output = Changed(good.Output!.Value) });
        Refused(Check.InputDigest, good with { InputSalt = TestEnclave.Salt(9) });
        Refused(Check.OutputDigest, good with { OutputSalt = TestEnclave.Salt(9) });
        Refused(Check.InputDigest, good with { Input = null });
        Refused(Check.OutputDigest, good with { Output = null });
        Refused(Check.InputDigest, good with { InputSalt = null });
        Refused(Check.InputDigest, good with { InputSalt = new byte[31] });
        Refused(Check.InputDigest, good with { Input = new byte[] { 0xff } });
        Refused(Check.InputDigest, good with { Input = ReadOnlyMemory<byte>.Empty });
        Refused(Check.InputDigest, good with { Input = good.Output, InputSalt = good.OutputSalt });

        var otherInput = InferenceInput.Create(TestEnclave.Input.Tensors, ["y"]);
        Refused(Check.InputDigest, good, TestEnclave.Expected with { Input = InputExpectation.Exactly(otherInput) });
        var callers = TestEnclave.Expected with { Input = InputExpectation.Exactly(TestEnclave.Input), Output = OutputExpectation.Exactly(TestEnclave.Output) };
        Assert.True(Verifier.VerifyEvidence(good with { Input = null, Output = null }, callers, ValidationTime.Archive).IsVerified);
        var waived = TestEnclave.Expected with { Input = InputExpectation.UncheckedUnsafe, Output = OutputExpectation.UncheckedUnsafe };
        var result = Verifier.VerifyEvidence(good with { Input = null, Output = null, InputSalt = null, OutputSalt = null }, waived, ValidationTime.Archive);
        Assert.True(result.IsVerified);
        Assert.Null(result.Inference!.Input);
    }

    [Fact]
    public void The_claims_nonce_is_the_callers()
    {
        using var enclave = new TestEnclave();
        foreach (var evidence in new[] { enclave.SessionEvidence(), enclave.DirectEvidence() })
        {
            Refused(Check.ClaimNonce, evidence, TestEnclave.Expected with { Nonce = ByteExpectation.Exactly("another"u8) });
            Refused(Check.ClaimNonce, evidence, TestEnclave.Expected with { Nonce = ByteExpectation.Absent });
            Refused(Check.ClaimNonce, evidence, TestEnclave.Expected with { Nonce = ByteExpectation.Exactly([]) });
        }

        var without = enclave.SessionEvidence(claim: WithNonce(enclave.Claim(), []));
        Assert.True(Verifier.VerifyEvidence(without, TestEnclave.Expected with { Nonce = ByteExpectation.Absent }, ValidationTime.Archive).IsVerified);
        Assert.True(Verifier.VerifyEvidence(without, TestEnclave.Expected with { Nonce = ByteExpectation.Exactly([]) }, ValidationTime.Archive).IsVerified);
        Refused(Check.ClaimNonce, without);
    }

    [Fact]
    public void A_kind_below_the_least_or_not_accepted_is_refused()
    {
        using var enclave = new TestEnclave();
        var direct = TestEnclave.Verifier(settings => settings with { LeastEvidence = EvidenceKind.Direct });
        Refused(Check.EvidenceKind, enclave.SessionEvidence(), verifier: direct);
        Assert.True(direct.VerifyEvidence(enclave.DirectEvidence(), TestEnclave.Expected, ValidationTime.Archive).IsVerified);
        Refused(Check.EvidenceKind, enclave.SessionEvidence(), TestEnclave.Expected with { Kinds = [EvidenceKind.Direct] });
        Refused(Check.EvidenceKind, enclave.SessionEvidence() with { Kind = (EvidenceKind)7 });
        Refused(Check.EvidenceKind, enclave.SessionEvidence(), TestEnclave.Expected with { Kinds = [] });
    }

    [Fact]
    public void A_document_of_debug_mode_is_refused_and_verifies_with_the_unsafe_opt_out_alone()
    {
        using var enclave = new TestEnclave(new() { DebugMode = true });
        Refused(Check.DebugMode, enclave.SessionEvidence());
        Refused(Check.DebugMode, enclave.DirectEvidence());
        var open = TestEnclave.Verifier(settings => settings with { DebugModeUnsafe = true });
        var result = open.VerifyEvidence(enclave.SessionEvidence(), TestEnclave.Expected, ValidationTime.Archive);
        Assert.True(result.IsVerified);
        Assert.True(result.Inference!.Document.IsDebugMode);
    }

    [Fact]
    public void Every_single_bit_flip_in_a_receipt_is_refused()
    {
        using var enclave = new TestEnclave();
        var document = enclave.SessionDocument();
        var receipt = enclave.Receipt();
        for (var bit = 0; bit < receipt.Length * 8; bit++)
        {
            var flipped = (byte[])receipt.Clone();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            var result = Verifier.VerifyEvidence(TestEnclave.Evidence(EvidenceKind.Session, document, flipped), TestEnclave.Expected, ValidationTime.Archive);
            Assert.False(result.IsVerified, $"bit {bit}");
        }
    }

    private static EvidenceResult Refused(Check check, Evidence evidence, EvidenceExpectations? expected = null, AttestationVerifier? verifier = null)
    {
        var result = (verifier ?? Verifier).VerifyEvidence(evidence, expected ?? TestEnclave.Expected, ValidationTime.Archive);
        Assert.Equal(check, result.Failure?.Check);
        Assert.Null(result.Inference);
        Assert.False(string.IsNullOrEmpty(result.Failure!.Expected));
        var failed = result.Checks.Select((one, index) => (one, index)).Single(pair => pair.one.Status == CheckStatus.Failed);
        Assert.DoesNotContain(result.Checks.Take(failed.index), one => one.Status == CheckStatus.NotReached);
        return result;
    }

    private static byte[] Seal(TestEnclave enclave)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartMap(9);
        writer.WriteInt32(1);
        writer.WriteInt32(1);
        writer.WriteInt32(2);
        writer.WriteTextString("seal");
        writer.WriteInt32(3);
        writer.WriteByteString(new byte[48]);
        writer.WriteInt32(4);
        writer.WriteInt32(0);
        writer.WriteInt32(5);
        writer.WriteInt32(1);
        writer.WriteInt32(6);
        writer.WriteByteString(Sha384Digest.Of(enclave.PublicKey).ToArray());
        writer.WriteInt32(7);
        writer.WriteByteString(new byte[48]);
        writer.WriteInt32(8);
        writer.WriteByteString([]);
        writer.WriteInt32(9);
        writer.WriteBoolean(true);
        writer.WriteEndMap();
        return writer.Encode();
    }

    private static byte[] Changed(ReadOnlyMemory<byte> bytes)
    {
        var changed = bytes.ToArray();
        changed[^1] ^= 1;
        return changed;
    }

    private static Claim WithSession(Claim claim, Sha384Digest session) => Copy(claim, session: session);

    private static Claim WithModel(Claim claim, Sha384Digest model) => Copy(claim, model: model);

    private static Claim WithNonce(Claim claim, byte[] nonce) => Copy(claim, nonce: nonce);

    private static Claim Copy(Claim claim, Sha384Digest? session = null, Sha384Digest? model = null, byte[]? nonce = null) => new()
    {
        Model = model ?? claim.Model,
        Input = claim.Input,
        Output = claim.Output,
        Nonce = nonce ?? claim.Nonce.ToArray(),
        IssuedAtMs = claim.IssuedAtMs,
        Sequence = claim.Sequence,
        Session = session ?? claim.Session,
        Previous = claim.Previous,
    };
}

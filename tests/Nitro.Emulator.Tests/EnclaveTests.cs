using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Nitro.Attestation;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Documents;
using Nitro.Attestation.EvidenceFiles;
using Nitro.Attestation.Inference;
using Nitro.Eif;
using Nitro.Harness;
using Nitro.OpenInference;
using Nitro.Verifier;

namespace Nitro.Emulator.Tests;

/// <summary>
/// The production image, signed, in QEMU's nitro-enclave machine: what it measures, what its NSM and its vsock do, and what a verifier makes of
/// it. The emulated NSM signs nothing, so nothing here is a proof about hardware.
/// </summary>
public sealed class EnclaveTests(SignedEnclave enclave) : IClassFixture<SignedEnclave>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_emulator_measures_what_nitro_eif_measures()
    {
        var document = await DocumentAsync();
        var measured = enclave.Measurements;
        Assert.Equal(measured.Pcr0.ToString(), document.Pcrs[0]);
        Assert.Equal(measured.Pcr1.ToString(), document.Pcrs[1]);
        Assert.Equal(measured.Pcr2.ToString(), document.Pcrs[2]);
        Assert.Equal(measured.Pcr8!.Value.ToString(), document.Pcrs[8]);
        var unsigned = Images.Read(Emulator.Image).Measurements;
        Assert.Equal(unsigned, measured with { Pcr8 = null });
    }

    [Fact]
    public async Task The_enclave_opened_the_NSM_and_extended_and_locked_its_two_registers()
    {
        var document = await DocumentAsync();
        Assert.Contains($"module {document.ModuleId}", enclave.Emulator.Console, StringComparison.Ordinal);
        Assert.True(SessionStatement.TryParse(document.UserData, out var statement, out var error), error?.ToString());

        // Registers from 16 on stand in a document only when they are locked.
        Assert.Equal(statement!.Models.ExtendFromZero().ToString(), document.Pcrs[16]);
        Assert.Equal(statement.Configuration.ExtendFromZero().ToString(), document.Pcrs[17]);
        Assert.DoesNotContain(18, document.Pcrs.Keys);
    }

    [Fact]
    public async Task The_session_document_parses_and_the_verifier_refuses_it_for_its_algorithm()
    {
        var bytes = await BytesAsync();
        var document = EmulatedDocument.Read(bytes);
        Assert.Equal("a10120", Convert.ToHexStringLower(document.ProtectedHeader));
        Assert.DoesNotContain(document.Signature, one => one != 0);
        Assert.True(UnverifiedDocument.TryParseAnyEnvelopeUnsafe(bytes, out var parsed, out var error), error?.ToString());
        Assert.Equal(document.PublicKey, parsed!.PublicKey!.Value.ToArray());

        var verifier = new AttestationVerifier(new VerificationPolicy(new PolicySettings { AnyMeasurementsUnsafe = true }));
        var anything = new DocumentExpectations { Nonce = ByteExpectation.AnyUnsafe, UserData = ByteExpectation.AnyUnsafe, PublicKey = ByteExpectation.AnyUnsafe };
        Assert.Equal(Check.ProtectedHeader, verifier.Verify(bytes, anything, ValidationTime.Archive).Failure?.Check);
        Assert.Equal(Check.ProtectedHeader, verifier.Verify(bytes, anything, ValidationTime.Live(DateTimeOffset.UtcNow)).Failure?.Check);
    }

    [Fact]
    public async Task The_nonce_of_a_fresh_document_is_the_callers()
    {
        var nonce = RandomNumberGenerator.GetBytes(32);
        Assert.Equal(nonce, (await DocumentAsync(nonce)).Nonce);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_answer_over_vsock_is_the_simulated_enclaves_but_for_rounding_and_its_receipt_is_the_session_keys(bool binary)
    {
        await using var simulated = await EnclaveProcess.StartAsync(enclave.Path("s.sock"), enclave.Path("pki"), [$"digits:1={Digits.File}"], [], Cancel);
        await using var host = await HostProcess.StartAsync(enclave.Emulator.Address, enclave.Path($"store-{binary}"), [], Cancel);
        using var http = host.CreateClient();
        using var direct = simulated.CreateClient();
        var client = new InferenceClient(http);
        for (var index = 0; index < 3; index++)
        {
            var request = Digits.Request(index);
            var answer = await client.AskAsync("digits", "1", request, binary, Cancel);
            Assert.True(answer.Status == HttpStatusCode.OK, answer.Error);
            var expected = await new InferenceClient(direct).AskAsync("digits", "1", request, binary, Cancel);

            // The processors differ (the emulated one has no AVX-512), and with them the last bits of sums of fractions; what is exact on
            // every processor is compared to the bit, with its digests, in LifecycleTests.
            Assert.Equal(Digits.Scores(expected.Response!), Digits.Scores(answer.Response!), (one, other) => Math.Abs(one - other) < 1e-5f);
            var evidence = await client.ReadEvidenceAsync(answer.EvidenceId!, Cancel);
            Assert.True(Receipt.TryParse(evidence.Receipt.Span, out var receipt, out var error), error?.ToString());
            var claim = receipt!.Claim;
            Assert.Equal(InferenceInput.ComputeDigest(request.ToInput().Encode(), evidence.InputSalt!.Value.Span), claim.Input);
            Assert.Equal(InferenceOutput.ComputeDigest(answer.Response!.ToOutput().Encode(), evidence.OutputSalt!.Value.Span), claim.Output);
            Assert.Equal(Sha384Digest.Of(await File.ReadAllBytesAsync(Digits.File, Cancel)), claim.Model);
            Assert.Equal(request.Nonce.ToArray(), claim.Nonce.ToArray());

            var document = EmulatedDocument.Read(evidence.Document);
            Assert.Equal(Sha384Digest.Of(document.PublicKey), claim.Session);
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(document.PublicKey, out _);
            Assert.True(key.VerifyData(Digits.ToBeSigned(receipt), receipt.Envelope.Signature.Span, HashAlgorithmName.SHA256));
            Assert.False(key.VerifyData([.. Digits.ToBeSigned(receipt), 0], receipt.Envelope.Signature.Span, HashAlgorithmName.SHA256));
        }
    }

    [Fact]
    public async Task The_verifier_refuses_the_whole_evidence_for_the_documents_algorithm()
    {
        await using var host = await HostProcess.StartAsync(enclave.Emulator.Address, enclave.Path("store-refused"), [], Cancel);
        using var http = host.CreateClient();
        var client = new InferenceClient(http);
        var answer = await client.AskAsync("digits", "1", Digits.Request(9), true, Cancel);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Error);
        var evidence = await client.ReadEvidenceAsync(answer.EvidenceId!, Cancel);
        Assert.Equal(EvidenceKind.Session, evidence.Kind);
        var verifier = new AttestationVerifier(new VerificationPolicy(new PolicySettings { AnyMeasurementsUnsafe = true, AnyModelUnsafe = true, AnyConfigurationUnsafe = true }));
        var expected = new EvidenceExpectations
        {
            Model = ModelExpectation.Named("digits", "1"),
            Input = InputExpectation.InEvidence,
            Output = OutputExpectation.InEvidence,
            Nonce = ByteExpectation.AnyUnsafe,
        };
        Assert.Equal(Check.ProtectedHeader, verifier.VerifyEvidence(evidence, expected, ValidationTime.Archive).Failure?.Check);
    }

    [Fact]
    public async Task A_thousand_requests_from_32_connections_are_all_answered_right()
    {
        const int Connections = 32, Requests = 1000;
        var clock = Stopwatch.StartNew();
        var next = 0;
        var wrong = 0;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            using var http = enclave.Emulator.CreateClient();
            var client = new InferenceClient(http);
            for (int index; (index = Interlocked.Increment(ref next)) <= Requests;)
            {
                var answer = await client.AskAsync("digits", "1", Digits.Request(index), true, Cancel);
                Assert.True(answer.Status == HttpStatusCode.OK, answer.Error);
                var scores = Digits.Scores(answer.Response!);
                var best = 0;
                for (var i = 1; i < 10; i++)
                {
                    best = scores[i] > scores[best] ? i : best;
                }

                if (best != Digits.Answer(index))
                {
                    Interlocked.Increment(ref wrong);
                }
            }
        }));
        Assert.InRange(wrong, 0, Requests / 50);
        enclave.Report($"{Requests} requests from {Connections} connections: {clock.Elapsed.TotalSeconds:0.0} s");
        using var alive = enclave.Emulator.CreateClient();
        using var ready = await alive.GetAsync(new Uri("v2/health/ready", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
    }

    [Fact]
    public void It_is_ready_soon_and_the_time_and_memory_are_printed()
    {
        enclave.Report(string.Create(CultureInfo.InvariantCulture,
            $"ready {enclave.Emulator.ReadyAfter.TotalSeconds:0.0} s after QEMU's start (aim: 15 s), {enclave.Emulator.PeakMebibytes()} MiB of QEMU's memory, image {new FileInfo(Emulator.Image).Length / 1_000_000} MB"));
        Assert.InRange(new FileInfo(Emulator.Image).Length, 20_000_000, 150_000_000);
        Assert.Contains("ready vsock:any:8000", enclave.Emulator.Console, StringComparison.Ordinal);
    }

    [Fact]
    public void The_console_warns_that_this_NSM_signs_nothing() => Assert.Contains("this NSM signs nothing", enclave.Emulator.Console, StringComparison.Ordinal);

    private async Task<EmulatedDocument> DocumentAsync(byte[]? nonce = null) => EmulatedDocument.Read(await BytesAsync(nonce));

    private async Task<byte[]> BytesAsync(byte[]? nonce = null)
    {
        using var client = enclave.Emulator.CreateClient();
        var query = System.Buffers.Text.Base64Url.EncodeToString(nonce ?? [1, 2, 3]);
        using var json = JsonDocument.Parse(await client.GetByteArrayAsync(new Uri($"v2/attestation?nonce={query}", UriKind.Relative), Cancel));
        return json.RootElement.GetProperty("document").GetBytesFromBase64();
    }
}

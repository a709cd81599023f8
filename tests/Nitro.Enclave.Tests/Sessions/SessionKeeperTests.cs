using System.Security.Cryptography;
using Nitro.Attestation;
using Nitro.Attestation.Claims;
using Nitro.Attestation.Cose;
using Nitro.Attestation.Documents;
using Nitro.Enclave.Boot;
using Nitro.Enclave.Sessions;
using Nitro.Enclave.Tests.Support;
using Nitro.Nsm;

namespace Nitro.Enclave.Tests.Sessions;

public sealed class SessionKeeperTests
{
    private static readonly TimeSpan HalfHour = TimeSpan.FromMinutes(30);
    private static readonly ClaimContent Content = new(Sha384Digest.Of("m"u8), Sha384Digest.Of("i"u8), Sha384Digest.Of("o"u8), "nonce"u8.ToArray());

    [Theory]
    [InlineData(CoseAlgorithm.Es256)]
    [InlineData(CoseAlgorithm.Es384)]
    public async Task Claims_are_numbered_chained_and_signed_by_the_key_of_the_session_document(CoseAlgorithm algorithm)
    {
        await using var harness = await Harness.StartAsync(settings => settings with { Algorithm = algorithm });
        var previous = default(Sha384Digest);
        for (var sequence = 0UL; sequence < 5; sequence++)
        {
            var signed = harness.Keeper.Sign(Content);
            var (receipt, document) = harness.Verify(signed);
            Assert.Equal(algorithm, receipt.Algorithm);
            Assert.Equal(sequence, receipt.Claim.Sequence);
            Assert.Equal(previous, receipt.Claim.Previous);
            Assert.Equal(harness.Time.NowMs, receipt.Claim.IssuedAtMs);
            Assert.Equal(Content.Model, receipt.Claim.Model);
            Assert.Equal(Content.Input, receipt.Claim.Input);
            Assert.Equal(Content.Output, receipt.Claim.Output);
            Assert.Equal("nonce"u8.ToArray(), receipt.Claim.Nonce.ToArray());
            Assert.True(document.TimestampMs <= (long)receipt.Claim.IssuedAtMs);
            previous = Sha384Digest.Of(signed.Claim.Span);
            harness.Time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task The_session_document_states_models_configuration_start_and_algorithm()
    {
        await using var harness = await Harness.StartAsync();
        Assert.True(UnverifiedDocument.TryParse(harness.Keeper.Current.Bytes.Span, out var document, out _));
        Assert.True(SessionStatement.TryParse(document!.UserData!.Value.Span, out var statement, out _));
        Assert.Equal(Harness.Manifest.Digest, statement!.Models);
        Assert.Equal(Harness.Configuration.Digest, statement.Configuration);
        Assert.Equal(CoseAlgorithm.Es256, statement.Algorithm);
        Assert.Equal(harness.Time.NowMs, statement.StartedAtMs);
        Assert.Null(statement.TlsKey);
        Assert.Equal(0, document.Nonce.GetValueOrDefault().Length);
        Assert.True(SessionPublicKey.TryParse(document.PublicKey!.Value.Span, CoseAlgorithm.Es256, out _, out _));
    }

    [Fact]
    public async Task Many_threads_leave_no_gap_and_one_chain()
    {
        await using var harness = await Harness.StartAsync();
        var signed = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(
            () => Enumerable.Range(0, 10).Select(_ => harness.Keeper.Sign(Content)).ToArray(), TestContext.Current.CancellationToken)));
        var claims = signed.SelectMany(one => one).Select(one => (Digest: Sha384Digest.Of(one.Claim.Span), harness.Verify(one).Receipt.Claim))
            .OrderBy(one => one.Claim.Sequence).ToArray();
        Assert.Equal(Enumerable.Range(0, 640).Select(number => (ulong)number), claims.Select(one => one.Claim.Sequence));
        Assert.All(claims.Zip(claims.Skip(1)), pair => Assert.Equal(pair.First.Digest, pair.Second.Claim.Previous));
    }

    [Fact]
    public async Task The_document_is_renewed_with_the_same_key_and_statement()
    {
        await using var harness = await Harness.StartAsync();
        var first = harness.Keeper.Current;
        var before = harness.Verify(harness.Keeper.Sign(Content));
        await harness.AdvanceAsync(HalfHour - TimeSpan.FromSeconds(1));
        Assert.Same(first, harness.Keeper.Current);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.NotEqual(first.Digest, harness.Keeper.Current.Digest);
        Assert.Equal(harness.Time.NowMs, harness.Keeper.Current.TimestampMs);

        var after = harness.Verify(harness.Keeper.Sign(Content));
        Assert.Equal(before.Document.PublicKey!.Value.ToArray(), after.Document.PublicKey!.Value.ToArray());
        Assert.Equal(before.Document.UserData!.Value.ToArray(), after.Document.UserData!.Value.ToArray());
        Assert.Equal(1UL, after.Receipt.Claim.Sequence);
        Assert.Equal(first, harness.Keeper.Find(first.Digest));
        Assert.Null(harness.Keeper.Find(Sha384Digest.Of("another"u8)));
    }

    [Fact]
    public async Task A_failing_NSM_is_asked_again_while_the_old_document_covers_and_not_longer()
    {
        await using var harness = await Harness.StartAsync();
        var first = harness.Keeper.Current;
        harness.Nsm.Before = _ => throw new IOException("the device is gone");
        await harness.AdvanceAsync(HalfHour);
        var attempts = harness.Attestations;
        await harness.AdvanceAsync(SessionKeeper.FirstRetry);
        Assert.Equal(attempts + 1, harness.Attestations);
        Assert.Equal(first.Digest, harness.Keeper.Sign(Content).Document.Digest);
        Assert.True(harness.Keeper.IsReady);

        // At exactly the maximum age it still covers; a millisecond later it does not.
        await harness.AdvanceToAsync(first.TimestampMs + 3_600_000);
        Assert.Equal(1UL, harness.Verify(harness.Keeper.Sign(Content)).Receipt.Claim.Sequence);
        await harness.AdvanceAsync(TimeSpan.FromMilliseconds(1));
        Assert.False(harness.Keeper.IsReady);
        var refusal = Assert.Throws<SessionUnavailableException>(() => harness.Keeper.Sign(Content));
        Assert.Equal("the session document is 3600 s old, at most 3600 s are allowed, and the NSM has not given a new one", refusal.Message);
        Assert.Throws<SessionUnavailableException>(harness.Keeper.CheckReady);
        Assert.Contains("fail the session document is not renewed", harness.Output, StringComparison.Ordinal);

        // The refused claim spent no number, and the session goes on when the NSM is back.
        harness.Nsm.Before = null;
        await harness.AdvanceAsync(SessionKeeper.MaximumRetry);
        Assert.Equal(2UL, harness.Verify(harness.Keeper.Sign(Content)).Receipt.Claim.Sequence);
    }

    [Fact]
    public async Task A_renewed_document_that_is_not_the_one_asked_for_is_not_used()
    {
        await using var harness = await Harness.StartAsync();
        var first = harness.Keeper.Current;
        harness.Nsm.After = (_, _) => Response([1, 2, 3]);
        await harness.AdvanceAsync(HalfHour);
        Assert.Equal(first.Digest, harness.Keeper.Current.Digest);
        Assert.Contains("malformed", harness.Output, StringComparison.Ordinal);
        harness.Nsm.After = null;
        await harness.AdvanceAsync(SessionKeeper.FirstRetry);
        Assert.NotEqual(first.Digest, harness.Keeper.Current.Digest);
    }

    [Fact]
    public async Task Retries_are_spaced_out()
    {
        await using var harness = await Harness.StartAsync();
        harness.Nsm.Before = _ => throw new IOException("the device is gone");
        await harness.AdvanceAsync(HalfHour);
        var attempts = harness.Attestations;
        foreach (var seconds in new[] { 2, 4, 8, 16, 32, 60, 60 })
        {
            await harness.AdvanceAsync(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Assert.Equal(attempts, harness.Attestations);
            await harness.AdvanceAsync(TimeSpan.FromMilliseconds(1));
            Assert.Equal(++attempts, harness.Attestations);
        }
    }

    [Fact]
    public async Task A_new_key_comes_before_the_old_one_is_a_day_old()
    {
        await using var harness = await Harness.StartAsync();
        var old = harness.Verify(harness.Keeper.Sign(Content));
        var lastOld = harness.Keeper.Current;
        var started = harness.Time.GetUtcNow();
        while (harness.Time.GetUtcNow() < started + TimeSpan.FromHours(23))
        {
            await harness.AdvanceAsync(HalfHour);
            lastOld = harness.Keeper.Current;
        }

        Assert.Equal(old.Receipt.Claim.Session, harness.Verify(harness.Keeper.Sign(Content)).Receipt.Claim.Session);
        await harness.AdvanceAsync(HalfHour);
        var signed = harness.Keeper.Sign(Content);
        var (receipt, document) = harness.Verify(signed);
        Assert.NotEqual(old.Receipt.Claim.Session, receipt.Claim.Session);
        Assert.Equal(0UL, receipt.Claim.Sequence);
        Assert.Equal(default, receipt.Claim.Previous);
        Assert.NotEqual(old.Document.PublicKey!.Value.ToArray(), document.PublicKey!.Value.ToArray());
        Assert.True(SessionStatement.TryParse(document.UserData!.Value.Span, out var statement, out _));
        Assert.Equal(harness.Time.NowMs, statement!.StartedAtMs);

        // Answers of the old key's last moments can still be completed with their document.
        Assert.Equal(lastOld, harness.Keeper.Find(lastOld.Digest));
    }

    [Fact]
    public async Task A_key_that_cannot_be_replaced_signs_until_its_day_is_over()
    {
        await using var harness = await Harness.StartAsync(settings => settings with { MaximumDocumentAge = TimeSpan.FromHours(12), MaximumSessionAge = TimeSpan.FromHours(3) });
        var started = harness.Time.NowMs;
        await harness.AdvanceAsync(HalfHour);
        harness.Nsm.Before = _ => throw new IOException("the device is gone");
        await harness.AdvanceToAsync(started + 10_800_000);
        harness.Keeper.Sign(Content);
        await harness.AdvanceAsync(TimeSpan.FromMilliseconds(1));
        Assert.StartsWith("the session key is 10800 s old", Assert.Throws<SessionUnavailableException>(() => harness.Keeper.Sign(Content)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_newest_documents_are_retained_and_no_more()
    {
        await using var harness = await Harness.StartAsync();
        var digests = new List<Sha384Digest> { harness.Keeper.Current.Digest };
        while (digests.Count < SessionKeeper.RetainedDocuments + 1)
        {
            await harness.AdvanceAsync(HalfHour);
            digests.Add(harness.Keeper.Current.Digest);
        }

        Assert.Null(harness.Keeper.Find(digests[0]));
        Assert.All(digests.Skip(1), digest => Assert.Equal(digest, harness.Keeper.Find(digest)!.Digest));
    }

    [Fact]
    public async Task Direct_evidence_is_a_document_over_the_claim_itself()
    {
        await using var harness = await Harness.StartAsync();
        harness.Keeper.Sign(Content);
        var signed = await harness.Keeper.SignDirectAsync(Content, TestContext.Current.CancellationToken);
        var (receipt, session) = harness.Verify(signed);
        Assert.True(UnverifiedDocument.TryParse(signed.DirectDocument!.Value.Span, out var direct, out _));
        Assert.Equal(signed.Claim.ToArray(), direct!.UserData!.Value.ToArray());
        Assert.Equal("nonce"u8.ToArray(), direct.Nonce!.Value.ToArray());
        Assert.Equal(session.PublicKey!.Value.ToArray(), direct.PublicKey!.Value.ToArray());
        Assert.Equal(1UL, receipt.Claim.Sequence);
        Assert.Equal(2UL, harness.Verify(harness.Keeper.Sign(Content)).Receipt.Claim.Sequence);

        var without = await harness.Keeper.SignDirectAsync(Content with { Nonce = default }, TestContext.Current.CancellationToken);
        Assert.True(UnverifiedDocument.TryParse(without.DirectDocument!.Value.Span, out direct, out _));
        Assert.Equal(0, direct!.Nonce.GetValueOrDefault().Length);
        Assert.Equal(0, harness.Verify(without).Receipt.Claim.Nonce.Length);
    }

    [Fact]
    public async Task An_attestation_with_a_nonce_is_a_fresh_session_document()
    {
        await using var harness = await Harness.StartAsync();
        harness.Time.Advance(TimeSpan.FromSeconds(10));
        var document = await harness.Keeper.AttestAsync("fresh"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.True(UnverifiedDocument.TryParse(document.Bytes.Span, out var fresh, out _));
        Assert.True(UnverifiedDocument.TryParse(harness.Keeper.Current.Bytes.Span, out var current, out _));
        Assert.Equal("fresh"u8.ToArray(), fresh!.Nonce!.Value.ToArray());
        Assert.Equal(current!.UserData!.Value.ToArray(), fresh.UserData!.Value.ToArray());
        Assert.Equal(current.PublicKey!.Value.ToArray(), fresh.PublicKey!.Value.ToArray());
        Assert.Equal((long)harness.Time.NowMs, fresh.TimestampMs);
        Assert.Null(harness.Keeper.Find(document.Digest));
    }

    [Fact]
    public async Task Callers_wait_for_the_NSM_in_a_line_of_bounded_length()
    {
        await using var harness = await Harness.StartAsync(settings => settings with { MaximumAttestations = 3 });
        using var entered = new SemaphoreSlim(0);
        using var release = new ManualResetEventSlim();
        harness.Nsm.Before = _ =>
        {
            entered.Release();
            release.Wait(TimeSpan.FromSeconds(30));
        };
        var waiting = Enumerable.Range(0, 3).Select(_ => harness.Keeper.AttestAsync(default, TestContext.Current.CancellationToken)).ToArray();
        await entered.WaitAsync(TestContext.Current.CancellationToken);
        var refusal = await Assert.ThrowsAsync<SessionUnavailableException>(() => harness.Keeper.AttestAsync(default, TestContext.Current.CancellationToken));
        Assert.Equal("3 requests wait for the NSM already", refusal.Message);
        await Assert.ThrowsAsync<SessionUnavailableException>(() => harness.Keeper.SignDirectAsync(Content, TestContext.Current.CancellationToken));
        harness.Keeper.Sign(Content);
        release.Set();
        await Task.WhenAll(waiting);
        harness.Nsm.Before = null;
        await harness.Keeper.AttestAsync(default, TestContext.Current.CancellationToken);

        // Whoever gives up leaves the line.
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        for (var caller = 0; caller < 5; caller++)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => harness.Keeper.AttestAsync(default, gone.Token));
        }

        await harness.Keeper.AttestAsync(default, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_failing_NSM_gives_callers_no_detail()
    {
        await using var harness = await Harness.StartAsync();
        harness.Nsm.Before = _ => throw new IOException("/dev/nsm is gone");
        foreach (var call in new Func<Task>[]
        {
            () => harness.Keeper.AttestAsync(default, TestContext.Current.CancellationToken), () => harness.Keeper.SignDirectAsync(Content, TestContext.Current.CancellationToken),
        })
        {
            Assert.Equal("the NSM gives no attestation document now", (await Assert.ThrowsAsync<SessionUnavailableException>(call)).Message);
        }

        Assert.Contains("/dev/nsm is gone", harness.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("public_key")]
    [InlineData("user_data")]
    [InlineData("nonce")]
    [InlineData("PCR16")]
    [InlineData("PCR17")]
    [InlineData("malformed")]
    public async Task A_document_that_was_not_asked_for_is_refused(string field)
    {
        var time = new ManualTime();
        using var other = new NsmClient(TestPki.Nsm(time));
        MeasuredBoot.Measure(other, Harness.Manifest, Harness.Configuration);
        using var bare = new NsmClient(TestPki.Nsm(time));
        using var half = new NsmClient(TestPki.Nsm(time));
        half.ExtendPcr(16, Harness.Manifest.Digest.ToArray());
        half.LockPcr(16);
        half.LockPcr(17);
        var key = SessionKey.Create(CoseAlgorithm.Es256).PublicKey;
        var spki = key.SubjectPublicKeyInfo;
        var document = field switch
        {
            "public_key" => other.Attest("statement"u8.ToArray(), null, new byte[91]),
            "user_data" => other.Attest("another"u8.ToArray(), null, spki),
            "nonce" => other.Attest("statement"u8.ToArray(), "nonce"u8.ToArray(), spki),
            "PCR16" => bare.Attest("statement"u8.ToArray(), null, spki),
            "PCR17" => half.Attest("statement"u8.ToArray(), null, spki),
            _ => [1, 2, 3],
        };
        using var answering = new NsmClient(new RecordingNsm(TestPki.Nsm(time)) { After = (_, _) => Response(document) });
        var attester = new NsmAttester(answering, Harness.Manifest, Harness.Configuration, 1, time);
        var refusal = await Assert.ThrowsAsync<InvalidDataException>(
            () => attester.InOwnTurnAsync(() => attester.AttestInTurn("statement"u8.ToArray(), null, key), TestContext.Current.CancellationToken));
        Assert.Contains(field, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-61, false)]
    [InlineData(-60, true)]
    [InlineData(60, true)]
    [InlineData(61, false)]
    public async Task Clocks_a_minute_apart_are_refused_at_the_start(int seconds, bool accepted)
    {
        var enclave = new ManualTime();
        var nsm = new ManualTime(enclave.GetUtcNow() + TimeSpan.FromSeconds(seconds));
        if (accepted)
        {
            await using var harness = await Harness.StartAsync(time: enclave, nsmTime: nsm);
            var (receipt, document) = harness.Verify(harness.Keeper.Sign(Content));
            Assert.Equal((ulong)Math.Max(document.TimestampMs, (long)enclave.NowMs), receipt.Claim.IssuedAtMs);
        }
        else
        {
            var refusal = await Assert.ThrowsAsync<EnclaveStartException>(() => Harness.StartAsync(time: enclave, nsmTime: nsm));
            Assert.Equal(3, refusal.ExitCode);
            Assert.Contains("Set the enclave's clock.", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Issued_at_never_goes_back()
    {
        await using var harness = await Harness.StartAsync();
        harness.Time.Advance(TimeSpan.FromMinutes(10));
        var late = harness.Verify(harness.Keeper.Sign(Content)).Receipt.Claim.IssuedAtMs;
        harness.Time.Advance(TimeSpan.FromMinutes(-5));
        Assert.Equal(late, harness.Verify(harness.Keeper.Sign(Content)).Receipt.Claim.IssuedAtMs);
        harness.Time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(late + 60_000, harness.Verify(harness.Keeper.Sign(Content)).Receipt.Claim.IssuedAtMs);
    }

    private static byte[] Response(byte[] document)
    {
        var writer = new System.Formats.Cbor.CborWriter();
        writer.WriteStartMap(1);
        writer.WriteTextString("Attestation");
        writer.WriteStartMap(1);
        writer.WriteTextString("document");
        writer.WriteByteString(document);
        writer.WriteEndMap();
        writer.WriteEndMap();
        return writer.Encode();
    }

    /// <summary>A keeper over a simulated NSM after a measured boot.</summary>
    private sealed class Harness : IAsyncDisposable
    {
        public static readonly ModelManifest Manifest = ModelManifest.Create([new ManifestEntry("m", "1", Content.Model)]);
        public static readonly EnclaveConfiguration Configuration = EnclaveConfiguration.Create([new("setting", "value")]);

        private readonly StringWriter _output = new();
        private NsmClient? _client;
        private NsmAttester? _attester;

        public required ManualTime Time { get; init; }

        public required RecordingNsm Nsm { get; init; }

        public SessionKeeper Keeper { get; private set; } = null!;

        public string Output => _output.ToString();

        public int Attestations => Nsm.Log.Count(name => name == "Attestation");

        public static async Task<Harness> StartAsync(Func<EnclaveSettings, EnclaveSettings>? change = null, ManualTime? time = null, ManualTime? nsmTime = null)
        {
            time ??= new ManualTime();
            var settings = new EnclaveSettings { Models = [] };
            settings = change?.Invoke(settings) ?? settings;
            var harness = new Harness { Time = time, Nsm = new RecordingNsm(TestPki.Nsm(nsmTime ?? time)) };
            harness._client = new NsmClient(harness.Nsm);
            MeasuredBoot.Measure(harness._client, Manifest, Configuration);
            harness._attester = new NsmAttester(harness._client, Manifest, Configuration, settings.MaximumAttestations, time);
            harness.Keeper = await SessionKeeper.StartAsync(
                harness._attester, Manifest, Configuration, settings, time, new EnclaveLog(harness._output, time), TestContext.Current.CancellationToken);
            return harness;
        }

        /// <summary>Moves the clock, and waits until the maintenance has done what that set off.</summary>
        public async Task AdvanceAsync(TimeSpan by)
        {
            await SettleAsync();
            Time.Advance(by);
            await SettleAsync();
        }

        /// <summary>Moves the clock step by step, so that every retry on the way happens.</summary>
        public async Task AdvanceToAsync(ulong untilMs)
        {
            while (Time.NowMs < untilMs)
            {
                await AdvanceAsync(TimeSpan.FromMilliseconds(Math.Min(untilMs - Time.NowMs, 60_000)));
            }
        }

        public (Receipt Receipt, UnverifiedDocument Document) Verify(SignedClaim signed)
        {
            Assert.True(Receipt.TryParse(signed.Receipt.Span, out var receipt, out var error), error?.ToString());
            Assert.True(UnverifiedDocument.TryParse(signed.Document.Bytes.Span, out var document, out _));
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(document!.PublicKey!.Value.Span, out _);
            var hash = new byte[64];
            var length = CoseSign1.HashToBeSigned(receipt!.Algorithm.HashName(), receipt.Envelope.ProtectedHeader.Span, receipt.Envelope.Payload.Span, hash);
            Assert.True(key.VerifyHash(hash.AsSpan(0, length), receipt.Envelope.Signature.Span, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
            Assert.Equal(signed.Claim.ToArray(), receipt.Envelope.Payload.ToArray());
            Assert.Equal(Sha384Digest.Of(document.PublicKey.Value.Span), receipt.Claim.Session);
            return (receipt, document);
        }

        public async ValueTask DisposeAsync()
        {
            await Keeper.DisposeAsync();
            _client!.Dispose();
        }

        private async Task SettleAsync()
        {
            var patience = System.Diagnostics.Stopwatch.StartNew();
            while (Time.Waiting == 0)
            {
                Assert.True(patience.Elapsed < TimeSpan.FromSeconds(20), "The maintenance waits for nothing.");
                await Task.Delay(1, TestContext.Current.CancellationToken);
            }
        }
    }
}

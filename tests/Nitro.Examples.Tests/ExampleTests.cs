using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Nitro.Nsm.Simulator;
using Nitro.Verifier;
using Nitro.Verifier.Tests.Support;

namespace Nitro.Examples.Tests;

/// <summary>The examples do what they say, on good evidence and on bad.</summary>
public sealed class ExampleTests : IDisposable
{
    private readonly TestEnclave _enclave = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nitro-examples-");

    private static byte[] Policy => Encoding.UTF8.GetBytes($$"""
        {
          "version": 1,
          "trustAnchors": [{ "name": "simulated", "certificate": "{{PemEncoding.WriteString("CERTIFICATE", TestEnclave.Anchor.Der.Span).ReplaceLineEndings("\\n")}}" }],
          "releases": [{ "name": "test image", "measurements": { "PCR0": "{{TestEnclave.Pcrs[0]}}", "PCR1": "{{TestEnclave.Pcrs[1]}}", "PCR2": "{{TestEnclave.Pcrs[2]}}" } }],
          "models": ["{{TestEnclave.Model}}"],
          "configurations": ["{{TestEnclave.Configuration.Digest}}"]
        }
        """);

    public void Dispose()
    {
        _enclave.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void A_full_node_gives_each_proof_of_a_block_its_number()
    {
        var good = _enclave.SessionEvidence().ToJson();
        var changed = (_enclave.SessionEvidence() with { InputSalt = TestEnclave.Salt(9) }).ToJson();
        var node = new FullNode(Policy);
        for (var round = 0; round < 2; round++)
        {
            Assert.Equal(
                [0, (int)Check.InputDigest, -1, (int)Check.ModelInManifest, 0],
                node.VerifyBlock(
                    TestEnclave.Start.AddHours(1),
                    [(good, "digits", "1"), (changed, "digits", "1"), ([1], "digits", "1"), (good, "digits", "2"), (_enclave.DirectEvidence().ToJson(), "digits", "1")],
                    TestContext.Current.CancellationToken));
        }

        Assert.Equal([(int)Check.DocumentNotFromFuture], node.VerifyBlock(TestEnclave.Start.AddHours(-1), [(good, "digits", "1")], TestContext.Current.CancellationToken));
    }

    [Fact]
    public void An_auditor_reads_a_folder_and_its_revocation_lists()
    {
        Write("policy.json", Policy);
        Write("evidence/a.json", _enclave.SessionEvidence().ToJson());
        Write("evidence/b.json", _enclave.DirectEvidence().ToJson());
        Assert.Equal((true, 2), Audit(out var report));
        Assert.Contains("2 verified, 0 not", report, StringComparison.Ordinal);

        Write("evidence/c.json", "{}"u8.ToArray());
        Assert.Equal((false, 2), Audit(out report));
        Assert.Contains("unreadable", report, StringComparison.Ordinal);

        Assert.True(Attestation.Documents.UnverifiedDocument.TryParse(_enclave.SessionEvidence().Document.Span, out var document, out _));
        var serial = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(document!.Cabundle[1].Span).SerialNumberBytes;
        var root = TestEnclave.Pki.Root;
        Write("lists/root.crl", root.Sign(root.NewRevocationList(TestEnclave.Start, TestEnclave.Start.AddDays(1), new RevokedEntry(serial, TestEnclave.Start, 1))));
        Assert.Equal((false, 0), Audit(out report));
        Assert.Contains("326 CertificateRevocation", report, StringComparison.Ordinal);

        Write("lists/broken.crl", [1]);
        Assert.Throws<InvalidDataException>(() => Audit(out _));
    }

    [Fact]
    public async Task The_middleware_lets_a_handler_see_verified_inferences_alone()
    {
        _enclave.Clock.Now += TimeSpan.FromSeconds(5);
        var nonces = new NonceStore(_enclave.Clock, TimeSpan.FromDays(1));
        byte[] Give() => nonces.Give()!;
        var nonce = Give();
        Assert.Equal((200, true), await Ask(nonces, Answer(nonce), Convert.ToHexString(nonce)));
        Assert.Equal((422, false), await Ask(nonces, Answer(nonce), Convert.ToHexString(Give())));
        nonce = Give();
        var changed = (_enclave.SessionEvidence(claim: _enclave.Claim(nonce)) with { InputSalt = TestEnclave.Salt(9) }).ToJson();
        Assert.Equal((422, false), await Ask(nonces, changed, Convert.ToHexString(nonce)));
        Assert.Equal((400, false), await Ask(nonces, Answer(nonce), "not hexadecimal"));
        Assert.Equal((400, false), await Ask(nonces, [], Convert.ToHexString(Give())));
        Assert.Equal((413, false), await Ask(nonces, new byte[1024 * 1024 + 1], Convert.ToHexString(Give())));
        _enclave.Clock.Now += TimeSpan.FromHours(2);
        nonce = Give();
        var old = Answer(nonce);
        _enclave.Clock.Now += TimeSpan.FromHours(2);
        Assert.Equal((422, false), await Ask(nonces, old, Convert.ToHexString(nonce)));
    }

    [Fact]
    public async Task The_middleware_takes_each_nonce_once_and_in_time_and_only_those_it_gave()
    {
        _enclave.Clock.Now += TimeSpan.FromSeconds(5);
        var nonces = new NonceStore(_enclave.Clock, TimeSpan.FromSeconds(60));
        Assert.Equal((409, false), await Ask(nonces, _enclave.SessionEvidence().ToJson(), Convert.ToHexString(TestEnclave.Nonce)));

        var nonce = nonces.Give()!;
        var answer = Answer(nonce);
        var several = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Ask(nonces, answer, Convert.ToHexString(nonce)))));
        Assert.Equal([(200, true), .. Enumerable.Repeat((409, false), 7)], several.Order());

        var (last, late) = (nonces.Give()!, nonces.Give()!);
        _enclave.Clock.Now += TimeSpan.FromSeconds(60) - TimeSpan.FromTicks(1);
        Assert.Equal((200, true), await Ask(nonces, Answer(last), Convert.ToHexString(last)));
        _enclave.Clock.Now += TimeSpan.FromTicks(1);
        Assert.Equal((409, false), await Ask(nonces, Answer(late), Convert.ToHexString(late)));
    }

    [Fact]
    public void A_store_of_nonces_is_bounded_and_empties_itself()
    {
        var nonces = new NonceStore(_enclave.Clock, TimeSpan.FromSeconds(60), capacity: 2);
        Assert.NotEqual(nonces.Give()!, nonces.Give()!);
        Assert.Null(nonces.Give());
        _enclave.Clock.Now += TimeSpan.FromSeconds(60);
        Assert.Equal(32, nonces.Give()!.Length);
    }

    private byte[] Answer(byte[] nonce) => _enclave.SessionEvidence(claim: _enclave.Claim(nonce)).ToJson();

    private async Task<(int Status, bool Handled)> Ask(NonceStore nonces, byte[] body, string nonce)
    {
        var handled = false;
        var middleware = new EvidenceMiddleware(
            context =>
            {
                handled = EvidenceMiddleware.Inference(context).Models[0].Name == "digits";
                return Task.CompletedTask;
            },
            new AttestationVerifier(VerificationPolicy.Parse(Policy)),
            nonces,
            _enclave.Clock);
        using var services = new ServiceCollection().AddLogging().AddProblemDetails().BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = services };
        context.Request.Body = new MemoryStream(body);
        context.Request.Headers["Nitro-Nonce"] = nonce;
        context.Response.Body = new MemoryStream();
        await middleware.InvokeAsync(context);
        return (context.Response.StatusCode, handled);
    }

    private (bool AllGood, int Verified) Audit(out string report)
    {
        using var writer = new StringWriter();
        var good = Auditor.Run(_folder.FullName, writer);
        report = writer.ToString();
        return (good, report.Split('\n').Count(line => line.Contains(" verified    ", StringComparison.Ordinal)));
    }

    private void Write(string name, byte[] content)
    {
        var path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }
}
